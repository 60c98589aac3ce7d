//! Mailing in this installation.

use std::sync::Arc;

use events::Instant;
use kernel::{Ctx, JobDef, Page, Problem};
use lettre::Address;
use poem::{
    Endpoint, EndpointExt, IntoEndpoint, Response,
    endpoint::BoxEndpoint,
    get, handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use tenants::Lookup;

use super::{Mailer, Sender, Transport, account, outbox};
use crate::{
    app::App,
    config::{Config, MailTransport},
    pages,
};

/// The jobs of this part.
///
/// A configuration that names no usable mail server or sender is told in the log, and mails wait.
#[must_use]
pub fn jobs(app: &Arc<App>) -> Vec<JobDef> {
    match (transport(&app.config), sender(&app.config)) {
        (Ok(transport), Ok(sender)) => vec![Mailer::new(app.web.clone(), transport, sender).job()],
        (transport, sender) => {
            let why = transport.err().or(sender.err()).unwrap_or_default();
            tracing::error!(why, "mails can't be sent; they wait until the configuration is mended");
            let waits = move |_: Ctx, _: serde_json::Value| {
                let why = why.clone();
                async move { Err(kernel::JobError::Retry(why)) }
            };
            vec![JobDef::new(super::JOB, waits)]
        }
    }
}

/// Whether mails can leave.
///
/// # Errors
/// What is wrong with the configuration, or what the mail server said.
pub async fn check(config: &Config) -> Result<(), String> {
    sender(config)?;
    transport(config)?.check().await
}

pub(super) fn transport(config: &Config) -> Result<Transport, String> {
    match config.mail.transport {
        MailTransport::Outbox => Ok(Transport::Outbox),
        MailTransport::Smtp => Transport::smtp(&config.mail.smtp_url).map_err(|error| error.to_string()),
    }
}

pub(super) fn sender(config: &Config) -> Result<Sender, String> {
    let address: Address =
        config.mail.from.parse().map_err(|error| format!("mail.from is no address: {error}"))?;
    let authority = config.server.origin.split("://").nth(1).unwrap_or_default();
    let host = authority.split([':', '/']).next().filter(|host| !host.is_empty()).unwrap_or(address.domain());
    Ok(Sender { host: host.to_owned(), address })
}

/// Pages of the outbox, for development only.
#[must_use]
pub fn outbox_routes() -> Vec<(&'static str, BoxEndpoint<'static, Response>)> {
    fn boxed<E: IntoEndpoint>(endpoint: E) -> BoxEndpoint<'static, Response>
    where
        E::Endpoint: Endpoint + 'static,
    {
        endpoint.into_endpoint().map_to_response().boxed()
    }
    vec![
        ("/dev/outbox", boxed(get(list))),
        ("/dev/outbox/:mail", boxed(get(show))),
        ("/dev/outbox/:mail/html", boxed(get(html))),
        ("/dev/outbox/:mail/files/:file", boxed(get(file))),
    ]
}

/// A context for each tenant; one that reads its own mails and nobody else's.
async fn tenants_of(app: &App) -> Result<Vec<Ctx>, Problem> {
    // Mounted in development only; asked again, since what it shows is nobody's business elsewhere.
    if !app.config.is_development() {
        return Err(Problem::not_found());
    }
    let mut all = Vec::new();
    for row in tenants::list(&app.db).await.map_err(Problem::internal)? {
        if let Lookup::Found(tenant) = app.directory.by_slug(&row.slug, app.clock.now()).await? {
            all.push(app.system_context(tenant, "dev.outbox", String::new()).await?);
        }
    }
    Ok(all)
}

#[derive(Debug, Deserialize)]
struct Before {
    before: Option<String>,
}

#[handler]
async fn list(Data(app): Data<&Arc<App>>, Query(query): Query<Before>) -> Result<Page, Problem> {
    let before: Option<Instant> = match query.before.map(|text| text.parse()).transpose() {
        Ok(before) => before,
        Err(_) => return Err(Problem::field("before", "unreadable")),
    };
    let mut view = outbox::list(&tenants_of(app).await?, before).await?;
    if before.is_none() {
        view.mails.extend(account::lines(app).await?);
        view.mails.sort_by(|a, b| b.sent_at.cmp(&a.sent_at));
    }
    Ok(pages::of(&view))
}

#[handler]
async fn show(Data(app): Data<&Arc<App>>, Path(mail): Path<String>) -> Result<Page, Problem> {
    let tenants = tenants_of(app).await?;
    if let Some((view, _)) = account::find(app, &mail).await? {
        return Ok(pages::of(&view));
    }
    let (ctx, row) = outbox::find(&tenants, &mail).await?;
    Ok(pages::of(&outbox::show(&ctx, &row, &app.config.mail.from)))
}

#[handler]
async fn html(Data(app): Data<&Arc<App>>, Path(mail): Path<String>) -> Result<Response, Problem> {
    let tenants = tenants_of(app).await?;
    if let Some((_, html)) = account::find(app, &mail).await? {
        return Ok(outbox::html(html));
    }
    let (_, row) = outbox::find(&tenants, &mail).await?;
    Ok(outbox::html(row.html.unwrap_or_default()))
}

#[handler]
async fn file(
    Data(app): Data<&Arc<App>>,
    Path((mail, file)): Path<(String, usize)>,
) -> Result<Response, Problem> {
    let (_, row) = outbox::find(&tenants_of(app).await?, &mail).await?;
    outbox::file(&row, file).ok_or_else(Problem::not_found)
}
