use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgJsonbExpressionMethods,
    PgTextExpressionMethods, QueryDsl, QueryResult, SelectableHelper, dsl,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, Currency, Instant, Money, OrderId};
use kernel::{Paging, Tx, fixed};
use serde::Serialize;

use crate::{
    Method, Order, OrderLine, Payment, Status, StepKind,
    schema::{order_lines, order_steps, orders, payments},
};

/// Which orders of a list are wanted. Empty parts do not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// In this state.
    pub status: Option<Status>,
    /// Paid this way.
    pub method: Option<Method>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// An order number, or part of the buyer's name or e-mail.
    pub search: String,
}

/// Money that came in over a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Revenue {
    /// How much.
    pub total: Money,
    /// From how many orders.
    pub orders: i64,
}

/// An order of this tenant.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(tx: &Tx, id: OrderId) -> QueryResult<Option<Order>> {
    orders::table.find(id).select(Order::as_select()).first(&mut &**tx).await.optional()
}

/// An order of this tenant, locked until the transaction ends.
///
/// # Errors
/// When the database refuses.
pub async fn lock(tx: &Tx, id: OrderId) -> QueryResult<Option<Order>> {
    let row = orders::table.find(id).select(Order::as_select()).for_no_key_update();
    row.first(&mut &**tx).await.optional()
}

/// The order whose receipt has this token.
///
/// # Errors
/// When the database refuses.
pub async fn by_token(tx: &mut Tx, token: &str) -> QueryResult<Option<Order>> {
    let found = orders::table.filter(orders::token.eq(token)).select(Order::as_select());
    found.first(&mut **tx).await.optional()
}

/// The order that a form made.
///
/// # Errors
/// When the database refuses.
pub async fn by_form_key(tx: &mut Tx, key: &str) -> QueryResult<Option<Order>> {
    let found = orders::table.filter(orders::form_key.eq(key)).select(Order::as_select());
    found.first(&mut **tx).await.optional()
}

/// The lines of an order, in their order.
///
/// # Errors
/// When the database refuses.
pub async fn lines(tx: &Tx, order: OrderId) -> QueryResult<Vec<OrderLine>> {
    let all = order_lines::table.filter(order_lines::order_id.eq(order)).select(OrderLine::as_select());
    all.order(order_lines::position).load(&mut &**tx).await
}

/// The payments of an order and the tries that failed, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn payments(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<Payment>> {
    let all = payments::table.filter(payments::order_id.eq(order)).select(Payment::as_select());
    all.order((payments::at, payments::id)).limit(100).load(&mut **tx).await
}

/// Orders, the newest first. One row more than the limit is read, as [`Paging::cut`] wants it: key
/// `(order.created_at, order.id.uuid())`.
///
/// # Errors
/// When the database refuses.
pub async fn list(tx: &mut Tx, filter: &OrderFilter, paging: &Paging) -> QueryResult<Vec<Order>> {
    let mut query = orders::table.select(Order::as_select()).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(orders::status.eq(status));
    }
    if let Some(method) = filter.method {
        query = query.filter(orders::provider.eq(method));
    }
    if let Some(client) = filter.client {
        query = query.filter(orders::client_id.eq(client));
    }
    let search = filter.search.trim();
    if let Ok(number) = search.trim_start_matches('#').parse::<i64>() {
        query = query.filter(orders::number.eq(number));
    } else if !search.is_empty() {
        let like = kernel::contains_pattern(search);
        query = query.filter(orders::client_name.ilike(like.clone()).or(orders::client_email.ilike(like)));
    }
    if let Some(after) = paging.after {
        let tie = orders::created_at.lt(after.at).or(orders::id.lt(OrderId::from_uuid(after.id)));
        query = query.filter(orders::created_at.le(after.at)).filter(tie);
    }
    query.order((orders::created_at.desc(), orders::id.desc())).limit(paging.limit + 1).load(&mut **tx).await
}

/// A client's orders, the newest first, with the names of their lines.
///
/// # Errors
/// When the database refuses.
pub async fn list_of_client(
    tx: &mut Tx,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<Vec<(Order, Vec<OrderLine>)>> {
    let filter = OrderFilter { client: Some(client), ..OrderFilter::default() };
    let orders = list(tx, &filter, paging).await?;
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let all: Vec<OrderLine> = order_lines::table
        .filter(order_lines::order_id.eq_any(ids))
        .order((order_lines::order_id, order_lines::position))
        .select(OrderLine::as_select())
        .load(&mut **tx)
        .await?;
    let of = |order: Order| {
        let lines = all.iter().filter(|line| line.order_id == order.id).cloned().collect();
        (order, lines)
    };
    Ok(orders.into_iter().map(of).collect())
}

/// What was paid from `from` up to, not including, `until`, in one currency, less what went back of it since. Orders of
/// which all went back do not count.
///
/// # Errors
/// When the database refuses.
pub async fn revenue(tx: &mut Tx, from: Instant, until: Instant, currency: Currency) -> QueryResult<Revenue> {
    let (sum, count): (Option<i64>, i64) = orders::table
        .filter(orders::paid_at.ge(from).and(orders::paid_at.lt(until)))
        .filter(orders::currency.eq(currency).and(orders::status.ne(Status::Refunded)))
        .select((
            fixed::<diesel::sql_types::Nullable<diesel::sql_types::BigInt>>(
                "sum(total - (SELECT coalesce(sum(r.amount), 0) FROM refunds r \
                 JOIN payments p ON p.id = r.payment_id AND p.status = 'succeeded' WHERE r.order_id = orders.id))::bigint",
            ),
            dsl::count_star(),
        ))
        .first(&mut **tx)
        .await?;
    Ok(Revenue { total: Money::new(sum.unwrap_or(0), currency), orders: count })
}

/// Whether a line that a module sold remembers this: its memory contains the JSON.
///
/// # Errors
/// When the database refuses.
pub async fn is_remembered(tx: &mut Tx, module: &str, what: &serde_json::Value) -> QueryResult<bool> {
    let lines = order_lines::table.filter(order_lines::module.eq(module));
    let lines = lines.filter(order_lines::detail.contains(what));
    diesel::select(dsl::exists(lines)).get_result(&mut **tx).await
}

/// Orders of a module paid from `from` on that have none of these steps on their timeline and are not among `except`, the
/// newest first, at most `limit`.
///
/// # Errors
/// When the database refuses.
pub async fn paid_without(
    tx: &mut Tx,
    module: &str,
    missing: &[StepKind],
    from: Instant,
    except: &[OrderId],
    limit: i64,
) -> QueryResult<Vec<Order>> {
    let there = order_steps::table
        .filter(order_steps::order_id.eq(orders::id))
        .filter(order_steps::kind.eq_any(missing.to_vec()));
    orders::table
        .filter(orders::paid_at.ge(from))
        .filter(orders::status.eq_any([Status::Paid, Status::PartiallyRefunded]))
        .filter(orders::module.eq(module).and(orders::id.ne_all(except)))
        .filter(dsl::not(dsl::exists(there)))
        .order((orders::paid_at.desc(), orders::id))
        .limit(limit)
        .select(Order::as_select())
        .load(&mut **tx)
        .await
}

/// Orders of a module that wait for their payment and were placed from `since` on, of the buyer with this e-mail, the newest
/// first.
///
/// # Errors
/// When the database refuses.
pub async fn open_orders_of(
    tx: &mut Tx,
    module: &str,
    email: &str,
    since: Instant,
) -> QueryResult<Vec<Order>> {
    let open = fixed::<diesel::sql_types::Bool>("status IN ('draft', 'pending_payment')");
    orders::table
        .filter(open)
        .filter(orders::module.eq(module).and(orders::created_at.ge(since)))
        .filter(orders::client_email.eq(email.trim().to_lowercase()))
        .order((orders::created_at.desc(), orders::id.desc()))
        .limit(20)
        .select(Order::as_select())
        .load(&mut **tx)
        .await
}

/// How many orders wait for a payment of this kind.
///
/// # Errors
/// When the database refuses.
pub async fn waiting(tx: &mut Tx, method: Method) -> QueryResult<i64> {
    let now = tx.ctx().now();
    let open = fixed::<diesel::sql_types::Bool>("status IN ('draft', 'pending_payment')");
    let all =
        orders::table.filter(open).filter(orders::expires_at.gt(now)).filter(orders::provider.eq(method));
    all.count().get_result(&mut **tx).await
}
