//! The frame around a page: layouts, brand, navigation, viewer.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{WebError, brand};

/// Which frame a page gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A business's public pages: its header and footer.
    Public,
    /// Staff area: side navigation and top bar.
    Studio,
    /// Client area.
    Client,
    /// Sign in and register: a centred card.
    Account,
    /// Operator area.
    Operator,
    /// No frame but head and main: embeds, provider pages.
    Bare,
}

impl Layout {
    /// The layout's template.
    #[must_use]
    pub const fn template(self) -> &'static str {
        match self {
            Self::Public => "web/layout/public",
            Self::Studio => "web/layout/studio",
            Self::Client => "web/layout/client",
            Self::Account => "web/layout/account",
            Self::Operator => "web/layout/operator",
            Self::Bare => "web/layout/bare",
        }
    }
}

/// What a business looks like. Colours are `#rrggbb`; anything else is ignored.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Brand {
    /// The business's name.
    pub name: String,
    /// Buttons, links, accents.
    pub primary_color: Option<String>,
    /// Second colour of covers and charts.
    pub accent_color: Option<String>,
    /// Logo or portrait, square.
    pub logo_url: Option<String>,
    /// One line under the name.
    pub tagline: Option<String>,
}

/// One entry of a navigation.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NavItem {
    /// Where it leads, with the tenant's prefix.
    pub href: String,
    /// Its text, in the viewer's language.
    pub label: String,
    /// Icon name (see [`crate::icons::names`]).
    pub icon: String,
    /// Whether the viewer is there.
    pub current: bool,
}

/// The signed-in person.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Viewer {
    /// Shown name.
    pub name: String,
    /// Address of the account.
    pub email: String,
}

/// How a message after a step is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashKind {
    /// It worked.
    Ok,
    /// It worked, with something to look at.
    Warn,
    /// It did not work.
    Bad,
    /// News.
    Info,
}

/// A way back from the step a flash speaks of: a POST form of one button.
#[derive(Clone, Debug, Serialize)]
pub struct FlashUndo {
    /// Where the form posts to.
    pub action: String,
    /// The button's text.
    pub label: String,
}

/// A message shown once, on the page after a step.
#[derive(Clone, Debug, Serialize)]
pub struct Flash {
    /// How it is meant.
    pub kind: FlashKind,
    /// Its text, in the viewer's language.
    pub text: String,
    /// A way back.
    pub undo: Option<FlashUndo>,
}

/// What the frame needs to know about this request.
#[derive(Clone, Debug, Serialize)]
pub struct Shell {
    /// Title of the page, in the viewer's language; the business's name is added to it.
    pub title: String,
    /// Language of the page (`en`).
    pub locale: String,
    /// The viewer's IANA zone; times are shown in it.
    pub zone: String,
    /// URL prefix of the tenant: empty on an own domain, else `/{slug}`.
    pub base: String,
    /// The business; none on pages of the installation.
    pub brand: Option<Brand>,
    /// Navigation of the layout.
    pub nav: Vec<NavItem>,
    /// The signed-in person.
    pub user: Option<Viewer>,
    /// The request's CSP nonce.
    pub nonce: String,
    /// The request's id, shown on error pages.
    pub request_id: String,
    /// A message to show once.
    pub flash: Option<Flash>,
    /// Keeps search engines away.
    pub noindex: bool,
    /// Description for search engines and previews.
    pub description: Option<String>,
    /// Absolute address of this page.
    pub canonical: Option<String>,
}

impl Default for Shell {
    fn default() -> Self {
        Self {
            title: String::new(),
            locale: "en".to_owned(),
            zone: "UTC".to_owned(),
            base: String::new(),
            brand: None,
            nav: Vec::new(),
            user: None,
            nonce: String::new(),
            request_id: String::new(),
            flash: None,
            noindex: false,
            description: None,
            canonical: None,
        }
    }
}

/// The shell as templates see it, with the brand's style sheet added.
pub(crate) fn shell_json(shell: &Shell) -> Result<Value, WebError> {
    let mut json = serde_json::to_value(shell)?;
    if let Some(map) = json.as_object_mut() {
        map.insert("brand_css".to_owned(), Value::String(brand::css(shell.brand.as_ref())));
    }
    Ok(json)
}

/// The root a template renders with: the data's fields and `shell`.
pub(crate) fn root(data: &Value, shell: &Value) -> Value {
    let mut map = match data {
        Value::Object(map) => map.clone(),
        Value::Null => Map::new(),
        other => Map::from_iter([("data".to_owned(), other.clone())]),
    };
    map.insert("shell".to_owned(), shell.clone());
    Value::Object(map)
}

pub(crate) fn frame(body: String, shell: Value) -> Value {
    Value::Object(Map::from_iter([("body".to_owned(), Value::String(body)), ("shell".to_owned(), shell)]))
}
