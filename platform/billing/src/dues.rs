use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable,
    Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{Instant, OrderId};
use kernel::Tx;
use serde::Serialize;

use crate::{
    NewDue,
    schema::{order_dues as table, orders},
};

crate::text_enum! {
    /// How far an instalment has got.
    pub enum DueState {
        /// Still to be paid.
        Open = "open",
        /// Paid.
        Paid = "paid",
        /// Not owed any more: all that was paid went back.
        Void = "void",
    }
}

/// An instalment of an order.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = table, check_for_backend(diesel::pg::Pg))]
pub struct Due {
    /// Of which order.
    pub order_id: OrderId,
    /// 0 is the first, which makes the order paid.
    pub position: i32,
    /// Minor units.
    pub amount: i64,
    /// When it is due.
    pub due_at: Instant,
    /// How far it has got.
    pub state: DueState,
    /// Tries to collect it, or reminders.
    pub tries: i32,
    /// When the next of them is.
    pub next_try_at: Option<Instant>,
}

pub(crate) async fn insert(tx: &mut Tx, order: OrderId, dues: &[NewDue]) -> QueryResult<()> {
    let row = |(position, due): (i32, &NewDue)| {
        (
            table::order_id.eq(order),
            table::position.eq(position),
            table::amount.eq(due.amount),
            table::due_at.eq(due.due_at),
        )
    };
    let rows: Vec<_> = (0_i32..).zip(dues).map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(table::table).values(rows).execute(&mut **tx).await.map(drop)
}

/// The instalments of an order, the first first; none when it is paid at once.
///
/// # Errors
/// When the database refuses.
pub async fn dues(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<Due>> {
    let all = table::table.filter(table::order_id.eq(order)).select(Due::as_select());
    all.order(table::position).load(&mut **tx).await
}

/// The instalment that is to be paid next; `None`: none, or the order has none.
///
/// # Errors
/// When the database refuses.
pub async fn next_due(tx: &mut Tx, order: OrderId) -> QueryResult<Option<Due>> {
    let open = table::table.filter(table::order_id.eq(order).and(table::state.eq(DueState::Open)));
    open.order(table::position).select(Due::as_select()).first(&mut **tx).await.optional()
}

/// Marks an instalment as paid. What the order is to be paid next follows. Again: nothing.
///
/// Invariant: the order is locked.
pub(crate) async fn mark(tx: &mut Tx, order: OrderId, position: i32) -> QueryResult<()> {
    let due = table::table.find((order, position)).filter(table::state.eq(DueState::Open));
    diesel::update(due).set(table::state.eq(DueState::Paid)).execute(&mut **tx).await?;
    follow(tx, order).await
}

/// What is still open is not owed any more.
///
/// Invariant: the order is locked.
pub(crate) async fn void(tx: &mut Tx, order: OrderId) -> QueryResult<()> {
    let open = table::table.filter(table::order_id.eq(order).and(table::state.eq(DueState::Open)));
    diesel::update(open).set(table::state.eq(DueState::Void)).execute(&mut **tx).await?;
    follow(tx, order).await
}

/// Writes into the order what is to be paid next.
async fn follow(tx: &mut Tx, order: OrderId) -> QueryResult<()> {
    let next = next_due(tx, order).await?;
    let change = (
        orders::due_now.eq(next.as_ref().map_or(0, |due| due.amount)),
        orders::next_due_at.eq(next.map(|due| due.due_at)),
    );
    diesel::update(orders::table.find(order)).set(change).execute(&mut **tx).await.map(drop)
}
