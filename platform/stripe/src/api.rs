//! The API: thin, over the same services as the pages.

use events::{Currency, Instant};
use kernel::{Ctx, Problem};
use poem::web::Data;
use poem_openapi::{
    Object, OpenApi, Tags,
    param::{Path, Query},
    payload::Json,
};
use serde_json::Value;

use crate::{
    Stripe,
    audit::{AuditRow, Finding},
    connect::{self, Keys},
    queries::{EventFilter, EventRow, Mode},
    service::{self, Overview},
};

#[derive(Tags)]
enum Tag {
    /// The business's connection to Stripe: account, events and audits. For those who run it.
    Stripe,
}

/// The connection of a business. No secret is ever part of it.
#[derive(Clone, Debug, Object)]
struct Connection {
    connected: bool,
    /// `connect` or `keys`; none: not connected.
    mode: Option<String>,
    /// `acct_…`; empty: not known.
    account: String,
    /// The last four characters of the secret key; empty: none.
    key_hint: String,
    /// Whether real money moves.
    live: bool,
    charges_enabled: bool,
    payouts_enabled: bool,
    details_submitted: bool,
    /// Why the account can't be used, in Stripe's words; empty: it can.
    trouble: String,
    /// `checkout`: buyers pay on Stripe's page; `element`: on the business's own.
    style: String,
    /// Where Stripe is to send events of an account with keys of its own.
    webhook_url: String,
    /// Whether a signing secret for them is known.
    webhook_signed: bool,
    connected_at: Option<Instant>,
    last_delivery_at: Option<Instant>,
    /// Events that could not be handled.
    failed_events: i64,
}

impl Connection {
    fn of(stripe: &Stripe, ctx: &Ctx, overview: Overview) -> Self {
        let row = overview.account;
        let settings = stripe.settings();
        Self {
            connected: row.is_some(),
            mode: row.as_ref().map(|row| row.mode.to_string()),
            live: row.as_ref().is_some_and(|row| row.live),
            charges_enabled: row.as_ref().is_some_and(|row| row.charges_enabled),
            payouts_enabled: row.as_ref().is_some_and(|row| row.payouts_enabled),
            details_submitted: row.as_ref().is_some_and(|row| row.details_submitted),
            webhook_url: format!("{}/{}/webhooks/stripe", settings.origin, ctx.tenant().slug),
            webhook_signed: row
                .as_ref()
                .is_some_and(|row| row.mode == Mode::Connect || row.webhook_secret.is_some()),
            connected_at: row.as_ref().map(|row| row.connected_at),
            last_delivery_at: overview.delivered_at,
            failed_events: overview.failed,
            style: row.as_ref().map_or("checkout".to_owned(), |row| row.style.to_string()),
            account: row.as_ref().map(|row| row.account_id.clone()).unwrap_or_default(),
            key_hint: row.as_ref().map(|row| row.key_hint.clone()).unwrap_or_default(),
            trouble: row.map(|row| row.trouble).unwrap_or_default(),
        }
    }
}

/// Keys of a business's own account.
#[derive(Clone, Object)]
struct KeysIn {
    /// `rk_…` or `sk_…`; a restricted one will do.
    #[oai(validator(max_length = 300))]
    secret_key: String,
    /// `pk_…`, of the same mode.
    #[oai(validator(max_length = 200))]
    publishable_key: String,
    /// `whsec_…`; none: events are fetched every few minutes instead of delivered.
    #[oai(validator(max_length = 300))]
    webhook_secret: Option<String>,
}

impl std::fmt::Debug for KeysIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeysIn")
    }
}

/// Where buyers pay.
#[derive(Clone, Debug, Object)]
struct StyleIn {
    /// `checkout` or `element`.
    style: String,
}

/// Where the business goes on.
#[derive(Clone, Debug, Object)]
struct Link {
    url: String,
}

/// An event of the inbox.
#[derive(Clone, Debug, Object)]
struct EventOut {
    id: String,
    kind: String,
    /// What it is about.
    object: String,
    live: bool,
    created_at: Instant,
    received_at: Instant,
    /// `received`, `handled`, `ignored` or `failed`.
    state: String,
    /// `webhook`, or `poller` when its delivery was lost.
    way: String,
    /// How often it was handled.
    runs: i32,
    /// What came of it, or what went wrong.
    outcome: String,
    /// As Stripe sent it, without what opens payments; of a single event only.
    payload: Option<Value>,
}

impl EventOut {
    fn of(row: EventRow, payload: Option<Value>) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            object: row.object,
            live: row.live,
            created_at: row.created_at,
            received_at: row.received_at,
            state: row.state.to_string(),
            way: row.way,
            runs: row.runs,
            outcome: row.outcome,
            payload,
        }
    }
}

/// A page of events.
#[derive(Clone, Debug, Object)]
struct EventList {
    items: Vec<EventOut>,
    /// Where the next page begins; none: this is the last one.
    next_cursor: Option<String>,
}

/// An audit.
#[derive(Clone, Debug, Object)]
struct AuditOut {
    at: Instant,
    since: Instant,
    until: Instant,
    /// Payments and refunds that were compared.
    compared: i32,
    /// The sum of all differences, minor units.
    difference: i64,
    findings: Vec<FindingOut>,
}

/// A difference between both books.
#[derive(Clone, Debug, Object)]
struct FindingOut {
    /// What Stripe calls it.
    reference: String,
    /// The order's number; none: none is known.
    order_number: Option<i64>,
    /// Minor units.
    ours: i64,
    theirs: i64,
    currency: Currency,
    /// `payment_missing`, `payment_unknown` or `payment_differs`, and the same of `refund_…` and `dispute_…`.
    what: String,
}

impl AuditOut {
    fn of(row: AuditRow) -> Self {
        let findings: Vec<Finding> = serde_json::from_value(row.findings).unwrap_or_default();
        let finding = |one: Finding| FindingOut {
            order_number: Some(one.number).filter(|number| *number > 0),
            ours: one.ours,
            theirs: one.theirs,
            currency: one.currency,
            what: serde_json::to_value(one.what)
                .ok()
                .and_then(|what| Some(what.as_str()?.to_owned()))
                .unwrap_or_default(),
            reference: one.reference,
        };
        Self {
            at: row.at,
            since: row.since,
            until: row.until,
            compared: row.compared,
            difference: row.difference,
            findings: findings.into_iter().map(finding).collect(),
        }
    }
}

/// Audits, the latest first.
#[derive(Clone, Debug, Object)]
struct AuditList {
    items: Vec<AuditOut>,
}

/// What was started.
#[derive(Clone, Debug, Object)]
struct Started {
    started: bool,
}

pub(crate) struct StripeApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Stripe")]
impl StripeApi {
    /// The connection
    #[oai(path = "/stripe", method = "get", operation_id = "get_stripe")]
    async fn get_stripe(&self, ctx: Data<&Ctx>, stripe: Data<&Stripe>) -> Result<Json<Connection>, Problem> {
        Ok(Json(Connection::of(&stripe, &ctx, service::overview(&ctx).await?)))
    }

    /// Disconnect
    ///
    /// Payments that were made stay where they are.
    #[oai(path = "/stripe", method = "delete", operation_id = "disconnect_stripe")]
    async fn disconnect_stripe(
        &self,
        ctx: Data<&Ctx>,
        stripe: Data<&Stripe>,
    ) -> Result<Json<Connection>, Problem> {
        stripe.disconnect(&ctx).await?;
        self.get_stripe(ctx, stripe).await
    }

    /// Connect through the platform
    ///
    /// Makes an account for the business, or goes on with it, and answers where on Stripe's pages the business tells about
    /// itself.
    #[oai(path = "/stripe/connect", method = "post", operation_id = "connect_stripe")]
    async fn connect_stripe(&self, ctx: Data<&Ctx>, stripe: Data<&Stripe>) -> Result<Json<Link>, Problem> {
        Ok(Json(Link { url: stripe.begin_connect(&ctx).await? }))
    }

    /// Connect by own keys
    ///
    /// They are tried at Stripe, stored encrypted, and never shown again.
    #[oai(path = "/stripe/keys", method = "put", operation_id = "set_stripe_keys")]
    async fn set_stripe_keys(
        &self,
        ctx: Data<&Ctx>,
        stripe: Data<&Stripe>,
        body: Json<KeysIn>,
    ) -> Result<Json<Connection>, Problem> {
        let KeysIn { secret_key, publishable_key, webhook_secret } = body.0;
        let trimmed = |text: String| text.trim().to_owned();
        let keys = Keys {
            secret: trimmed(secret_key),
            publishable: trimmed(publishable_key),
            webhook: trimmed(webhook_secret.unwrap_or_default()),
        };
        stripe.connect_keys(&ctx, keys).await?;
        self.get_stripe(ctx, stripe).await
    }

    /// Choose where buyers pay
    #[oai(path = "/stripe/style", method = "put", operation_id = "set_stripe_style")]
    async fn set_stripe_style(
        &self,
        ctx: Data<&Ctx>,
        stripe: Data<&Stripe>,
        body: Json<StyleIn>,
    ) -> Result<Json<Connection>, Problem> {
        let style = body.0.style.parse().map_err(|_| Problem::field("style", "stripe_style"))?;
        connect::set_style(&ctx, style).await?;
        self.get_stripe(ctx, stripe).await
    }

    /// Events
    ///
    /// The inbox, the newest first.
    #[oai(path = "/stripe/events", method = "get", operation_id = "list_stripe_events")]
    async fn list_stripe_events(
        &self,
        ctx: Data<&Ctx>,
        /// Only in this state.
        state: Query<Option<String>>,
        /// The beginning of a kind, or the whole name of an event or object.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<EventList>, Problem> {
        let state = match state.0.as_deref() {
            None | Some("") => None,
            Some(text) => Some(text.parse().map_err(|_| Problem::field("state", "unreadable"))?),
        };
        let search = search.0.unwrap_or_default().trim().chars().take(100).collect();
        let (rows, next_cursor) =
            service::events(&ctx, &EventFilter { state, search }, cursor.0.as_deref()).await?;
        let items = rows.into_iter().map(|row| EventOut::of(row, None)).collect();
        Ok(Json(EventList { items, next_cursor }))
    }

    /// One event
    #[oai(path = "/stripe/events/:id", method = "get", operation_id = "get_stripe_event")]
    async fn get_stripe_event(&self, ctx: Data<&Ctx>, id: Path<String>) -> Result<Json<EventOut>, Problem> {
        let (row, payload) = service::event(&ctx, &id).await?;
        Ok(Json(EventOut::of(row, Some(payload))))
    }

    /// Handle an event once more
    ///
    /// It comes to the same however often it is done.
    #[oai(path = "/stripe/events/:id/run-again", method = "post", operation_id = "run_stripe_event_again")]
    async fn run_stripe_event_again(
        &self,
        ctx: Data<&Ctx>,
        id: Path<String>,
    ) -> Result<Json<EventOut>, Problem> {
        Ok(Json(EventOut::of(service::run_again(&ctx, &id).await?, None)))
    }

    /// Look for lost events and payments now
    #[oai(path = "/stripe/poll", method = "post", operation_id = "poll_stripe")]
    async fn poll_stripe(&self, ctx: Data<&Ctx>) -> Result<Json<Started>, Problem> {
        service::poll_now(&ctx).await?;
        Ok(Json(Started { started: true }))
    }

    /// Audits
    ///
    /// What came of holding both books together, the latest first.
    #[oai(path = "/stripe/audits", method = "get", operation_id = "list_stripe_audits")]
    async fn list_stripe_audits(&self, ctx: Data<&Ctx>) -> Result<Json<AuditList>, Problem> {
        let rows = service::audits(&ctx).await?;
        Ok(Json(AuditList { items: rows.into_iter().map(AuditOut::of).collect() }))
    }

    /// Hold both books together now
    #[oai(path = "/stripe/audits", method = "post", operation_id = "audit_stripe")]
    async fn audit_stripe(&self, ctx: Data<&Ctx>) -> Result<Json<Started>, Problem> {
        service::audit_now(&ctx).await?;
        Ok(Json(Started { started: true }))
    }
}
