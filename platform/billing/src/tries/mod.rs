//! Tries to collect money: written down before a provider is asked, so that nothing it did can be forgotten.

mod over;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable,
    Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{Id, Instant, Kind, OrderId};
use futures::try_join;
use kernel::{Tx, prepared};
use serde::Serialize;

use crate::{
    BillingError, Method, Order, lock, next_due, saved_for::is_acting, schema::payment_tries as table,
};

/// Marks identifiers of tries, which nobody outside sees.
#[derive(Debug)]
pub enum TryKind {}
impl Kind for TryKind {
    const PREFIX: &'static str = "try";
}
/// A try.
pub type TryId = Id<TryKind>;

pub use over::{CLOSE_TRIES_JOB, close_tries};
pub(crate) use over::{close_after, close_ended, close_lowered};

/// Kind of the tries that collect nothing: the buyer saves something to pay with later.
pub const SETUP: &str = "setup";

crate::text_enum! {
    /// How far a try has got.
    pub enum TryState {
        /// The provider was asked, or is about to be.
        Open = "open",
        /// The money is on its way.
        Processing = "processing",
        /// It came.
        Succeeded = "succeeded",
        /// It was refused.
        Failed = "failed",
        /// Given up, or its time is over.
        Ended = "ended",
    }
}

/// One try to collect one instalment (or all) of an order.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = table, check_for_backend(diesel::pg::Pg))]
pub struct Try {
    /// Identity.
    pub id: TryId,
    /// Of which order.
    pub order_id: OrderId,
    /// Which instalment.
    pub due: i32,
    /// Counts the tries for it, from 0.
    pub turn: i32,
    /// Who collects.
    pub provider: Method,
    /// What the provider calls it; empty until it answered.
    pub reference: String,
    /// What kind of thing that is there: `session`, `intent`, [`SETUP`].
    pub kind: String,
    /// Minor units.
    pub amount: i64,
    /// How far it has got.
    pub state: TryState,
    /// When it began.
    pub created_at: Instant,
    /// When somebody asked the provider about it last.
    pub looked_at: Option<Instant>,
    /// Whether the order's client pays, signed in.
    pub by_client: bool,
}

impl Try {
    /// What makes a call to the provider one, however often it is made: `ord_…/0/2`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}/{}", self.order_id, self.due, self.turn)
    }
}

/// Begins a try to collect what is to be paid next of an order. One that is open, of the same kind and amount and by the
/// same person, goes on as it is: so the same call to the provider is made again.
///
/// # Errors
/// [`BillingError::State`] when nothing is to be paid, or, for a [`SETUP`], when nothing is to be saved.
pub async fn begin_try(tx: &mut Tx, order: OrderId, method: Method, kind: &str) -> Result<Try, BillingError> {
    // One round trip: the second statement is run once the order is locked.
    let shared: &Tx = tx;
    let (order, known) = try_join!(lock(shared, order), tries(shared, order))?;
    let order: Order = order.ok_or(diesel::result::Error::NotFound)?;
    let fits = if kind == SETUP { order.waits_for_card() } else { order.due_now > 0 };
    if !fits || !order.may_be_paid(tx.ctx().now()) {
        return Err(BillingError::State { from: order.status, to: crate::Status::Paid });
    }
    let by_client = is_acting(tx.ctx(), order.client_id);
    let next = if order.asks_for_a_part() { next_due(tx, order.id).await? } else { None };
    let due = next.map_or(0, |due| due.position);
    let last = known.into_iter().filter(|known| known.due == due).max_by_key(|known| known.turn);
    if let Some(open) = last.as_ref().filter(|last| {
        last.state == TryState::Open
            && last.provider == method
            && last.kind == kind
            && last.amount == order.due_now
            && last.by_client == by_client
    }) {
        return Ok(open.clone());
    }
    Ok(insert(tx, &order, (due, last.map_or(0, |last| last.turn + 1)), method, kind).await?)
}

/// Begins the first try to collect what an order asks for that was placed in this very transaction.
pub(crate) async fn first_try(tx: &Tx, order: &Order, method: Method, kind: &str) -> QueryResult<Try> {
    insert(tx, order, (0, 0), method, kind).await
}

async fn insert(
    tx: &Tx,
    order: &Order,
    (due, turn): (i32, i32),
    method: Method,
    kind: &str,
) -> QueryResult<Try> {
    let row = (
        table::id.eq(tx.ctx().new_id::<TryKind>()),
        table::order_id.eq(order.id),
        table::due.eq(due),
        table::turn.eq(turn),
        table::provider.eq(method),
        table::kind.eq(kind),
        table::amount.eq(order.due_now),
        table::created_at.eq(tx.ctx().now()),
        table::by_client.eq(is_acting(tx.ctx(), order.client_id)),
    );
    let made = diesel::insert_into(table::table).values(row).returning(Try::as_returning());
    made.get_result(&mut &**tx).await
}

/// The provider has opened it under this name.
///
/// # Errors
/// When the database refuses.
pub async fn try_opened(tx: &mut Tx, id: TryId, reference: &str) -> QueryResult<()> {
    diesel::update(table::table.find(id))
        .set(table::reference.eq(reference))
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// How a try stands now. One that succeeded stays so, and none that failed or ended is open again.
///
/// # Errors
/// When the database refuses.
pub async fn try_went(tx: &mut Tx, id: TryId, state: TryState) -> QueryResult<()> {
    let change = (table::state.eq(state), table::looked_at.eq(tx.ctx().now()));
    let last: &[TryState] = match state {
        TryState::Open => &[TryState::Succeeded, TryState::Failed, TryState::Ended],
        _ => &[TryState::Succeeded],
    };
    let open = table::table.find(id).filter(table::state.ne_all(last));
    prepared(diesel::update(open).set(change)).execute(&mut **tx).await.map(drop)
}

/// A try.
///
/// # Errors
/// When the database refuses.
pub async fn try_by_id(tx: &Tx, id: TryId) -> QueryResult<Option<Try>> {
    table::table.find(id).select(Try::as_select()).first(&mut &**tx).await.optional()
}

/// The try that a provider calls so.
///
/// # Errors
/// When the database refuses.
pub async fn try_by_reference(tx: &mut Tx, method: Method, reference: &str) -> QueryResult<Option<Try>> {
    let found = table::table.filter(table::provider.eq(method).and(table::reference.eq(reference)));
    found.select(Try::as_select()).first(&mut **tx).await.optional()
}

/// The tries of an order, the latest first.
///
/// # Errors
/// When the database refuses.
pub async fn tries(tx: &Tx, order: OrderId) -> QueryResult<Vec<Try>> {
    let all = table::table.filter(table::order_id.eq(order)).order(table::created_at.desc());
    all.limit(100).select(Try::as_select()).load(&mut &**tx).await
}

/// Tries whose outcome nobody has told, that began before a moment and were not looked at since `looked`: for a poller.
///
/// # Errors
/// When the database refuses.
pub async fn open_tries(
    tx: &mut Tx,
    method: Method,
    before: Instant,
    looked: Instant,
    limit: i64,
) -> QueryResult<Vec<Try>> {
    table::table
        .filter(table::state.eq_any([TryState::Open, TryState::Processing]))
        .filter(table::provider.eq(method).and(table::created_at.lt(before)))
        .filter(table::looked_at.is_null().or(table::looked_at.lt(looked)))
        .order(table::created_at)
        .limit(limit)
        .select(Try::as_select())
        .load(&mut **tx)
        .await
}
