//! All SQL on this crate's tables of a tenant.

use billing::SavedFor;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable,
    Selectable, SelectableHelper,
    dsl::{count_star, max},
    upsert::on_constraint,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant};
use kernel::Tx;
use serde::Serialize;
use serde_json::Value;

use crate::{
    model::{AccountState, Envelope},
    schema::{provider_customers as customers, stripe_accounts as accounts, stripe_events as inbox},
};

billing::text_enum! {
    /// How a business is connected.
    pub enum Mode {
        /// An account made through the platform.
        Connect = "connect",
        /// Keys of its own.
        Keys = "keys",
    }
}

billing::text_enum! {
    /// Where buyers pay.
    pub enum Style {
        /// On our own page.
        Element = "element",
        /// On Stripe's.
        Checkout = "checkout",
    }
}

billing::text_enum! {
    /// What became of an event.
    pub enum EventState {
        /// Not looked at yet, or to be looked at again.
        Received = "received",
        /// What it is about was followed.
        Handled = "handled",
        /// Nothing handles this kind, or it is about nothing of ours.
        Ignored = "ignored",
        /// It could not be handled; staff may run it again.
        Failed = "failed",
    }
}

/// The connection of a business, as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub(crate) struct AccountRow {
    pub(crate) mode: Mode,
    pub(crate) account_id: String,
    pub(crate) secret_key: Option<Vec<u8>>,
    pub(crate) webhook_secret: Option<Vec<u8>>,
    pub(crate) publishable_key: String,
    pub(crate) key_hint: String,
    pub(crate) live: bool,
    pub(crate) charges_enabled: bool,
    pub(crate) payouts_enabled: bool,
    pub(crate) details_submitted: bool,
    pub(crate) trouble: String,
    pub(crate) style: Style,
    pub(crate) polled_at: Option<Instant>,
    pub(crate) connected_at: Instant,
}

/// The tenant's connection, if there is one.
pub(crate) async fn account(tx: &mut Tx) -> QueryResult<Option<AccountRow>> {
    accounts::table.select(AccountRow::as_select()).first(&mut **tx).await.optional()
}

/// A connection to be written.
pub(crate) struct NewAccount {
    pub(crate) mode: Mode,
    pub(crate) state: AccountState,
    pub(crate) secret_key: Option<Vec<u8>>,
    pub(crate) webhook_secret: Option<Vec<u8>>,
    pub(crate) publishable_key: String,
    pub(crate) key_hint: String,
    pub(crate) live: bool,
}

/// Connects the tenant, in place of what was there; the style stays.
pub(crate) async fn connect(tx: &mut Tx, new: NewAccount) -> QueryResult<()> {
    let now = tx.ctx().now();
    let row = || {
        (
            accounts::mode.eq(new.mode),
            accounts::account_id.eq(&new.state.id),
            accounts::secret_key.eq(new.secret_key.as_deref()),
            accounts::webhook_secret.eq(new.webhook_secret.as_deref()),
            accounts::publishable_key.eq(&new.publishable_key),
            accounts::key_hint.eq(&new.key_hint),
            accounts::live.eq(new.live),
            accounts::charges_enabled.eq(new.state.charges),
            accounts::payouts_enabled.eq(new.state.payouts),
            accounts::details_submitted.eq(new.state.details),
            accounts::trouble.eq(&new.state.trouble),
            accounts::provider_at.eq(Some(now)),
            accounts::polled_at.eq(None::<Instant>),
            accounts::connected_at.eq(now),
            accounts::updated_at.eq(now),
        )
    };
    let insert = diesel::insert_into(accounts::table).values(row());
    insert
        .on_conflict(on_constraint("stripe_accounts_pkey"))
        .do_update()
        .set(row())
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Writes down what Stripe says of the account now.
pub(crate) async fn account_state(tx: &mut Tx, state: &AccountState) -> QueryResult<()> {
    let now = tx.ctx().now();
    let row = (
        accounts::charges_enabled.eq(state.charges),
        accounts::payouts_enabled.eq(state.payouts),
        accounts::details_submitted.eq(state.details),
        accounts::trouble.eq(&state.trouble),
        accounts::provider_at.eq(now),
        accounts::updated_at.eq(now),
    );
    diesel::update(accounts::table).set(row).execute(&mut **tx).await.map(drop)
}

pub(crate) async fn style(tx: &mut Tx, style: Style) -> QueryResult<()> {
    let row = (accounts::style.eq(style), accounts::updated_at.eq(tx.ctx().now()));
    diesel::update(accounts::table).set(row).execute(&mut **tx).await.map(drop)
}

pub(crate) async fn disconnect(tx: &mut Tx) -> QueryResult<()> {
    diesel::delete(accounts::table).execute(&mut **tx).await.map(drop)
}

pub(crate) async fn polled(tx: &mut Tx, until: Instant) -> QueryResult<()> {
    diesel::update(accounts::table).set(accounts::polled_at.eq(until)).execute(&mut **tx).await.map(drop)
}

/// A client as an account at Stripe knows them; what is paid for by anybody else has a customer of its own there.
pub(crate) async fn customer(
    tx: &mut Tx,
    client: ClientId,
    of: SavedFor,
    account: &str,
) -> QueryResult<Option<String>> {
    customers::table
        .filter(customers::client_id.eq(client).and(customers::subject.eq(of.name())))
        .filter(customers::provider.eq("stripe").and(customers::account.eq(account)))
        .select(customers::reference)
        .first(&mut **tx)
        .await
        .optional()
}

/// Whose customer that is, and for what.
pub(crate) async fn client_of(tx: &mut Tx, customer: &str) -> QueryResult<Option<(ClientId, SavedFor)>> {
    let found: Option<(ClientId, String)> = customers::table
        .filter(customers::provider.eq("stripe").and(customers::reference.eq(customer)))
        .select((customers::client_id, customers::subject))
        .first(&mut **tx)
        .await
        .optional()?;
    Ok(found.and_then(|(client, subject)| Some((client, SavedFor::read(&subject)?))))
}

pub(crate) async fn keep_customer(
    tx: &mut Tx,
    client: ClientId,
    of: SavedFor,
    account: &str,
    reference: &str,
) -> QueryResult<()> {
    let row = (
        customers::client_id.eq(client),
        customers::subject.eq(of.name()),
        customers::provider.eq("stripe"),
        customers::account.eq(account),
        customers::reference.eq(reference),
        customers::created_at.eq(tx.ctx().now()),
    );
    diesel::insert_into(customers::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// An event of the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = inbox, check_for_backend(diesel::pg::Pg))]
pub(crate) struct EventRow {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) kind: String,
    pub(crate) object: String,
    pub(crate) live: bool,
    pub(crate) created_at: Instant,
    pub(crate) received_at: Instant,
    pub(crate) state: EventState,
    pub(crate) way: String,
    pub(crate) runs: i32,
    pub(crate) outcome: String,
    pub(crate) handled_at: Option<Instant>,
}

/// Keeps an event; `false`: it is kept already.
pub(crate) async fn keep_event(
    tx: &mut Tx,
    event: &Envelope,
    payload: &Value,
    way: &str,
) -> QueryResult<bool> {
    let row = (
        inbox::id.eq(&event.id),
        inbox::account.eq(&event.account),
        inbox::kind.eq(&event.kind),
        inbox::object.eq(&event.object),
        inbox::live.eq(event.live),
        inbox::payload.eq(payload),
        inbox::created_at.eq(event.created),
        inbox::received_at.eq(tx.ctx().now()),
        inbox::way.eq(way),
    );
    let kept = diesel::insert_into(inbox::table).values(row).on_conflict_do_nothing();
    Ok(kept.execute(&mut **tx).await? == 1)
}

/// Which of these events are kept already.
pub(crate) async fn known_events(tx: &mut Tx, ids: &[String]) -> QueryResult<Vec<String>> {
    inbox::table.filter(inbox::id.eq_any(ids)).select(inbox::id).load(&mut **tx).await
}

pub(crate) async fn event(tx: &mut Tx, id: &str) -> QueryResult<Option<EventRow>> {
    inbox::table.find(id).select(EventRow::as_select()).first(&mut **tx).await.optional()
}

pub(crate) async fn event_payload(tx: &mut Tx, id: &str) -> QueryResult<Option<Value>> {
    inbox::table.find(id).select(inbox::payload).first(&mut **tx).await.optional()
}

/// What became of an event.
pub(crate) async fn event_went(tx: &mut Tx, id: &str, state: EventState, outcome: &str) -> QueryResult<()> {
    let done = matches!(state, EventState::Handled | EventState::Ignored).then(|| tx.ctx().now());
    let change = (
        inbox::state.eq(state),
        inbox::outcome.eq(outcome.chars().take(500).collect::<String>()),
        inbox::runs.eq(inbox::runs + 1),
        inbox::handled_at.eq(done),
    );
    diesel::update(inbox::table.find(id)).set(change).execute(&mut **tx).await.map(drop)
}

/// It is to be handled once more.
pub(crate) async fn event_again(tx: &mut Tx, id: &str) -> QueryResult<()> {
    let change = inbox::state.eq(EventState::Received);
    diesel::update(inbox::table.find(id)).set(change).execute(&mut **tx).await.map(drop)
}

/// Which events are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EventFilter {
    pub(crate) state: Option<EventState>,
    /// The beginning of a kind, or a whole object's or event's name.
    pub(crate) search: String,
}

/// The inbox, the newest first, from after a row on.
pub(crate) async fn events(
    tx: &mut Tx,
    filter: &EventFilter,
    after: Option<(Instant, &str)>,
    limit: i64,
) -> QueryResult<Vec<EventRow>> {
    let mut query = inbox::table.select(EventRow::as_select()).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(inbox::state.eq(state));
    }
    if !filter.search.is_empty() {
        let (whole, from) = (filter.search.clone(), filter.search.clone());
        let to = format!("{from}\u{10FFFF}");
        let kind = inbox::kind.ge(from).and(inbox::kind.lt(to));
        query = query.filter(inbox::id.eq(whole.clone()).or(inbox::object.eq(whole)).or(kind));
    }
    if let Some((at, id)) = after {
        let same = inbox::received_at.eq(at).and(inbox::id.lt(id.to_owned()));
        query = query.filter(inbox::received_at.lt(at).or(same));
    }
    query.order((inbox::received_at.desc(), inbox::id.desc())).limit(limit).load(&mut **tx).await
}

/// How many events are in each state.
pub(crate) async fn event_counts(tx: &mut Tx) -> QueryResult<Vec<(EventState, i64)>> {
    inbox::table.group_by(inbox::state).select((inbox::state, count_star())).load(&mut **tx).await
}

/// When the last event was delivered by Stripe itself.
pub(crate) async fn last_delivery(tx: &mut Tx) -> QueryResult<Option<Instant>> {
    let delivered = inbox::table.filter(inbox::way.eq("webhook"));
    delivered.select(max(inbox::received_at)).first(&mut **tx).await
}
