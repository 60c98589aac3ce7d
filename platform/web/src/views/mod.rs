//! The pages of this crate as typed values: one struct a page, with samples.
//!
//! The fields are the contract between a page and whoever fills it; templates run in strict mode, so a field that a
//! template uses and a struct lacks fails the test that renders all samples.

mod develop;
mod personal;
mod site;
mod studio;

use serde::Serialize;
use serde_json::{Map, Value, json};

pub use develop::{Attachment, Outbox, OutboxMail, OutboxRow, PayLine, SandboxPay};
pub use personal::{ClientHome, Login, Register, Upcoming};
pub use site::{Call, DemoLogin, DemoTenant, ErrorPage, Home, HomeLink, PublicPage, Style, Suspended};
pub use studio::{
    AutomationRow, AutomationRun, Automations, LogLine, ModuleSwitch, RunRow, RunStatus, SettingsModules,
    StudioHome, Tile, Todo,
};

use crate::{Layout, WebError};

/// Keys that code asks for, for [`crate::Web::lint`].
pub const USED_IN_CODE: [&str; 20] = [
    "web-error-*",
    "web-number-*",
    "web-money-*",
    "web-percent",
    "web-date*",
    "web-time*",
    "web-duration-*",
    "web-weekday-*",
    "web-month-*",
    "web-login-refused",
    "web-modules-saved",
    "web-nav-*",
    "web-client-title",
    "web-home-title",
    "web-login-title",
    "web-public-title",
    "web-register-title",
    "web-run-title",
    "web-sandbox-title",
    "web-studio-title",
];

/// A page that knows its template, layout, title and samples.
pub trait View: Serialize + Sized {
    /// Template name.
    const TEMPLATE: &'static str;
    /// The frame it stands in.
    const LAYOUT: Layout;

    /// Text key and arguments of the page's title.
    fn title(&self) -> (&'static str, Value);

    /// Pages as they may come: full, empty, refused.
    fn samples() -> Vec<Self>;
}

/// An amount in minor units of a currency.
#[derive(Clone, Debug, Serialize)]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
}

impl Money {
    /// An amount of a currency.
    #[must_use]
    pub fn new(amount: i64, currency: &str) -> Self {
        Self { amount, currency: currency.to_owned() }
    }
}

/// What was typed into a form and what is wrong with it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FormState {
    /// Field name to what was typed.
    pub values: Map<String, Value>,
    /// Field name to message: a text, or `{key, args}` of the catalogues. In the order of the fields.
    pub errors: Map<String, Value>,
    /// What is wrong with the whole: as above, or null.
    pub error: Value,
}

impl FormState {
    /// Remembers what was typed.
    #[must_use]
    pub fn typed(mut self, field: &str, value: &str) -> Self {
        self.values.insert(field.to_owned(), Value::from(value));
        self
    }

    /// Refuses a field with a text of the catalogues.
    #[must_use]
    pub fn refused(mut self, field: &str, key: &str, args: &Value) -> Self {
        self.errors.insert(field.to_owned(), json!({ "key": key, "args": args }));
        self
    }

    /// Refuses the whole form with a text of the catalogues.
    #[must_use]
    pub fn refused_all(mut self, key: &str, args: &Value) -> Self {
        self.error = json!({ "key": key, "args": args });
        self
    }
}

/// A piece of a page that someone else owns.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Block {
    /// Rendered where the block stands.
    Template {
        /// What it is, `appointments-types`.
        kind: String,
        /// Template name.
        template: String,
        /// The template's data.
        data: Value,
    },
    /// Rendered before. Invariant: came out of this crate, so it is safe.
    Html {
        /// What it is.
        kind: String,
        /// The HTML.
        html: String,
    },
}

impl Block {
    /// A block by template and data; its kind is the template's name.
    #[must_use]
    pub fn new(template: &str, data: Value) -> Self {
        Self::Template { kind: template.replace('/', "-"), template: template.to_owned(), data }
    }
}

/// One sample of one view, ready to be rendered.
#[derive(Clone, Debug)]
pub struct Sample {
    /// View and number, `web-error-2`.
    pub name: String,
    /// Template name.
    pub template: &'static str,
    /// Frame.
    pub layout: Layout,
    /// Text key and arguments of the title.
    pub title: (&'static str, Value),
    /// The data.
    pub data: Value,
}

/// All samples of all views of this crate.
///
/// # Errors
/// A view that does not serialise.
pub fn all_samples() -> Result<Vec<Sample>, WebError> {
    let mut all = Vec::new();
    add::<ErrorPage>(&mut all)?;
    add::<Suspended>(&mut all)?;
    add::<Home>(&mut all)?;
    add::<PublicPage>(&mut all)?;
    add::<Style>(&mut all)?;
    add::<Login>(&mut all)?;
    add::<Register>(&mut all)?;
    add::<ClientHome>(&mut all)?;
    add::<StudioHome>(&mut all)?;
    add::<SettingsModules>(&mut all)?;
    add::<Automations>(&mut all)?;
    add::<AutomationRun>(&mut all)?;
    add::<Outbox>(&mut all)?;
    add::<OutboxMail>(&mut all)?;
    add::<SandboxPay>(&mut all)?;
    Ok(all)
}

fn add<V: View>(all: &mut Vec<Sample>) -> Result<(), WebError> {
    for (place, view) in V::samples().iter().enumerate() {
        all.push(Sample {
            name: format!("{}-{}", V::TEMPLATE.replace('/', "-"), place + 1),
            template: V::TEMPLATE,
            layout: V::LAYOUT,
            title: view.title(),
            data: serde_json::to_value(view)?,
        });
    }
    Ok(())
}
