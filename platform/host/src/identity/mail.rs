//! Mails of accounts, from their row to what an envelope takes.

use events::MailId;
use kernel::{
    JobError,
    mail::{MailDef, MailView},
};
use people::accounts::AccountMail;
use serde::Serialize;
use serde_json::Value;
use tenants::Lookup;
use web::{Mail, MailShell};

use crate::{app::App, routes::render};

/// A mail ready to be sent.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Identity; the sender tells `Accounts::mail_sent` when it has left.
    pub id: MailId,
    /// Address.
    pub to_email: String,
    /// Name of the person.
    pub to_name: String,
    /// The business it is sent in the name of; none: the platform's.
    pub from_name: Option<String>,
    /// Its parts.
    pub mail: Mail,
}

/// Renders the mail of a job of kind `people::accounts::MAIL_JOB`. `None`: it was sent already.
///
/// # Errors
/// Retry when the database is away, fail when the mail can't be rendered.
pub async fn to_send(app: &App, args: &Value) -> Result<Option<Ready>, JobError> {
    let id = AccountMail::of_job(args).ok_or_else(|| JobError::Fail("no mail in the arguments".into()))?;
    let Some(row) = app.identity.accounts().mail_to_send(id).await? else { return Ok(None) };
    let tenant = match &row.from_slug {
        Some(slug) => match app.directory.by_slug(slug, app.clock.now()).await? {
            Lookup::Found(tenant) => Some(tenant),
            Lookup::Moved(_) | Lookup::Unknown => None,
        },
        None => None,
    };
    let origin = &app.config.server.origin;
    let product = || app.text("en", &kernel::Text::key("web-product-name"));
    let shell = MailShell {
        locale: tenant
            .as_ref()
            .map_or_else(|| "en".to_owned(), |tenant| app.web.negotiate(&tenant.locale).to_owned()),
        zone: tenant.as_ref().map_or_else(|| "UTC".to_owned(), |tenant| tenant.zone.clone()),
        base_url: tenant
            .as_ref()
            .map_or_else(|| origin.clone(), |tenant| format!("{origin}/{}", tenant.slug)),
        brand: tenant.as_ref().map_or_else(
            || web::Brand { name: product(), ..web::Brand::default() },
            |tenant| render::brand(tenant),
        ),
        reason: Some(app.text("en", &kernel::Text::key("account-mail-reason"))),
    };
    let mail =
        app.web.mail(&row.template, &row.data, &shell).map_err(|error| JobError::Fail(error.to_string()))?;
    let from_name = tenant.map(|tenant| tenant.name.clone());
    Ok(Some(Ready { id, to_email: row.to_email, to_name: row.to_name, from_name, mail }))
}

/// The mails with samples, for the test that renders all of them.
#[must_use]
pub fn mails() -> Vec<MailDef> {
    vec![MailDef::of::<Verify>(), MailDef::of::<Reset>(), MailDef::of::<Invited>(), MailDef::of::<Exists>()]
}

const SAMPLE: &str = "https://platform.example/account/verify?token=sample";

macro_rules! link_mail {
    ($name:ident, $template:literal) => {
        /// A name and a link.
        #[derive(Serialize)]
        struct $name {
            name: String,
            link: String,
        }
        impl MailView for $name {
            const TEMPLATE: &'static str = $template;
            fn samples() -> Vec<Self> {
                vec![Self { name: "Ada <Lovelace>".into(), link: SAMPLE.into() }]
            }
        }
    };
}
link_mail!(Verify, "account/verify");
link_mail!(Reset, "account/reset");
link_mail!(Invited, "account/invited");

/// To somebody who has an account already and registered again.
#[derive(Serialize)]
struct Exists {
    name: String,
    login: String,
    forgot: String,
}
impl MailView for Exists {
    const TEMPLATE: &'static str = "account/exists";
    fn samples() -> Vec<Self> {
        vec![Self { name: "Ada".into(), login: SAMPLE.into(), forgot: SAMPLE.into() }]
    }
}
