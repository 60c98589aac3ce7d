use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable,
    Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{Currency, Instant, Money, OrderId, PaymentId, RefundId, billing::OrderRefunded};
use kernel::{JobSpec, Problem, Tx, audit, fixed};
use serde::Serialize;
use serde_json::json;

use crate::{
    BillingError, Method, Order, Payment, PaymentStatus, REFUND_JOB, Status, StepKind, lock, rules_of,
    schema::{orders, payments, refunds},
    step,
};

crate::text_enum! {
    /// How far a refund has got. All of them count against what was paid: money that is owed is spoken for.
    pub enum RefundState {
        /// It is to go back: the provider is asked, or staff pay it back.
        Requested = "requested",
        /// It went back.
        Done = "done",
        /// The provider refused; it is still owed.
        Failed = "failed",
    }
}

crate::text_enum! {
    /// Why money goes back.
    pub enum RefundCause {
        /// Staff wanted it.
        Staff = "staff",
        /// What was bought was cancelled, and the rule gives this share back.
        Cancelled = "cancelled",
        /// What was bought can't be provided any more.
        Unavailable = "unavailable",
        /// The payment came after the order had ended.
        Late = "late",
        /// The order was paid already.
        Twice = "twice",
    }
}

/// Why money goes back, with the words of staff if it was their wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why<'a> {
    /// Staff wanted it, with their words, at most 500 characters; empty: none.
    Staff(&'a str),
    /// What was bought was cancelled, and the rule gives this share back.
    Cancelled,
    /// What was bought can't be provided any more.
    Unavailable,
}

impl<'a> Why<'a> {
    const fn parts(self) -> (RefundCause, &'a str) {
        match self {
            Self::Staff(words) => (RefundCause::Staff, words),
            Self::Cancelled => (RefundCause::Cancelled, ""),
            Self::Unavailable => (RefundCause::Unavailable, ""),
        }
    }
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = refunds, check_for_backend(diesel::pg::Pg))]
pub struct Refund {
    /// Identity.
    pub id: RefundId,
    /// Of which order.
    pub order_id: OrderId,
    /// Whose money it is.
    pub payment_id: PaymentId,
    /// What makes it one.
    pub source: String,
    /// Minor units, more than zero.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// Through whom it goes back.
    pub provider: Method,
    /// Why.
    pub cause: RefundCause,
    /// What staff wrote.
    pub reason: String,
    /// How far it has got.
    pub state: RefundState,
    /// What the provider calls it, or what staff wrote beside it.
    pub reference: String,
    /// When it was asked for.
    pub created_at: Instant,
    /// When its state changed last.
    pub updated_at: Instant,
}

impl Refund {
    /// How much.
    #[must_use]
    pub const fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
    /// Whether it waits for staff to pay it back by hand.
    #[must_use]
    pub fn is_owed_by_hand(&self) -> bool {
        self.provider == Method::Manual && self.state != RefundState::Done
    }
}

/// Gives `amount` minor units of an order back, once for each `source` (1 to 200 characters, unique in the tenant: name
/// what it is for, `booking/bkg_…/cancelled`). In this transaction it is written down, the order's state follows,
/// [`OrderRefunded`] is published and the selling module's rule runs; the provider is asked afterwards, by a job. The same
/// source again answers with the first refund and changes nothing.
///
/// # Errors
/// 404 for an unknown order, 409 `refund_unpaid` when it was not paid, 422 at `amount` (`refund_amount`, with what is
/// `left`) when it is not above zero or more than is left, 409 when the source names a refund of another order.
pub async fn refund(
    tx: &mut Tx,
    order: OrderId,
    amount: i64,
    source: &str,
    why: Why<'_>,
) -> Result<Refund, Problem> {
    let order = lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    if let Some(before) = by_source(tx, source).await? {
        return if before.order_id == order.id { Ok(before) } else { Err(Problem::conflict("try_again")) };
    }
    let paid = payments::table
        .filter(payments::order_id.eq(order.id).and(payments::status.eq(PaymentStatus::Succeeded)))
        .select(Payment::as_select());
    let paid: Option<Payment> = paid.first(&mut **tx).await.optional()?;
    let paid = paid.filter(|_| order.status.was_paid()).ok_or_else(|| Problem::conflict("refund_unpaid"))?;
    let back = refunded(tx, paid.id).await?;
    let left = paid.amount.saturating_sub(back);
    if amount <= 0 || amount > left {
        return Err(BillingError::RefundAmount { left }.into());
    }
    let made = write(tx, &paid, amount, source, why.parts()).await?;
    let status = if amount == left { Status::Refunded } else { Status::PartiallyRefunded };
    let change = diesel::update(orders::table.find(order.id)).set(orders::status.eq(status));
    let order: Order = change.returning(Order::as_returning()).get_result(&mut **tx).await?;
    (rules_of(&order.module).refunded)(tx, &order, &made).await?;
    publish(tx, &order, &made, back + amount).await?;
    Ok(made)
}

/// Gives money back that an order could not take.
pub(crate) async fn give_back(
    tx: &mut Tx,
    order: &Order,
    payment: &Payment,
    cause: RefundCause,
) -> Result<Refund, Problem> {
    let source = format!("payment/{}", payment.id);
    let made = write(tx, payment, payment.amount, &source, (cause, "")).await?;
    publish(tx, order, &made, payment.amount).await?;
    Ok(made)
}

async fn write(
    tx: &mut Tx,
    payment: &Payment,
    amount: i64,
    source: &str,
    (cause, reason): (RefundCause, &str),
) -> Result<Refund, Problem> {
    let (id, now): (RefundId, _) = (tx.ctx().new_id(), tx.ctx().now());
    let row = (
        refunds::id.eq(id),
        refunds::order_id.eq(payment.order_id),
        refunds::payment_id.eq(payment.id),
        refunds::source.eq(source),
        refunds::amount.eq(amount),
        refunds::currency.eq(payment.currency),
        refunds::provider.eq(payment.provider),
        refunds::cause.eq(cause),
        refunds::reason.eq(reason),
        refunds::created_at.eq(now),
        refunds::updated_at.eq(now),
    );
    let insert = diesel::insert_into(refunds::table).values(row).returning(Refund::as_returning());
    let made: Refund = insert.get_result(&mut **tx).await?;
    step(tx, made.order_id, StepKind::RefundRequested, &amount.to_string()).await?;
    let detail = json!({ "order": made.order_id, "amount": made.money(), "cause": cause });
    audit(tx, "refund.requested", made.id, detail).await?;
    ask(tx, &made, "first").await?;
    Ok(made)
}

async fn ask(tx: &mut Tx, refund: &Refund, turn: &str) -> QueryResult<()> {
    let key = format!("{REFUND_JOB}/{}/{turn}", refund.id);
    tx.enqueue(JobSpec::new(REFUND_JOB, json!({ "refund": refund.id })).once(key)).await
}

async fn publish(tx: &mut Tx, order: &Order, refund: &Refund, so_far: i64) -> Result<(), Problem> {
    let event = OrderRefunded {
        order: order.id,
        number: order.number,
        refund: refund.id,
        client: order.client_id,
        client_name: order.client_name.clone(),
        client_email: order.client_email.clone(),
        amount: refund.money(),
        refunded: Money::new(so_far, refund.currency),
        total: order.total(),
        status: order.status.to_string(),
        cause: refund.cause.to_string(),
        reason: refund.reason.clone(),
    };
    tx.emit(&event).await?;
    Ok(())
}

/// How much of a payment goes or went back.
async fn refunded(tx: &mut Tx, payment: PaymentId) -> QueryResult<i64> {
    let sum = fixed::<diesel::sql_types::BigInt>("coalesce(sum(amount), 0)::bigint");
    refunds::table.filter(refunds::payment_id.eq(payment)).select(sum).first(&mut **tx).await
}

async fn by_source(tx: &mut Tx, source: &str) -> QueryResult<Option<Refund>> {
    let found = refunds::table.filter(refunds::source.eq(source)).select(Refund::as_select());
    found.first(&mut **tx).await.optional()
}

/// The refunds of an order, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn refunds(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<Refund>> {
    let all = refunds::table.filter(refunds::order_id.eq(order)).select(Refund::as_select());
    all.order((refunds::created_at, refunds::id)).limit(200).load(&mut **tx).await
}

/// What can still be refunded of an order, in minor units: what paid it, less what goes or went back of that.
///
/// # Errors
/// When the database refuses.
pub async fn refundable(tx: &mut Tx, order: OrderId) -> QueryResult<i64> {
    let paid = payments::table
        .filter(payments::order_id.eq(order).and(payments::status.eq(PaymentStatus::Succeeded)))
        .select((payments::id, payments::amount));
    let paid: Option<(PaymentId, i64)> = paid.first(&mut **tx).await.optional()?;
    let Some((payment, amount)) = paid else { return Ok(0) };
    Ok(amount.saturating_sub(refunded(tx, payment).await?))
}

/// A refund with its order and payment, as a provider needs them.
///
/// # Errors
/// When the database refuses.
pub async fn refund_to_ask(tx: &mut Tx, id: RefundId) -> QueryResult<Option<(Order, Payment, Refund)>> {
    let found = refunds::table.find(id).select(Refund::as_select()).first(&mut **tx).await.optional()?;
    let Some(refund): Option<Refund> = found else { return Ok(None) };
    let order = orders::table.find(refund.order_id).select(Order::as_select()).first(&mut **tx).await?;
    let paid = payments::table.find(refund.payment_id).select(Payment::as_select()).first(&mut **tx).await?;
    Ok(Some((order, paid, refund)))
}

/// Writes down how a refund went. One that is done stays done. Answers whether this changed anything.
///
/// # Errors
/// When the database refuses.
pub async fn refund_went(
    tx: &mut Tx,
    id: RefundId,
    state: RefundState,
    reference: &str,
) -> QueryResult<bool> {
    let open = refunds::table.find(id).filter(refunds::state.ne(RefundState::Done));
    let change =
        (refunds::state.eq(state), refunds::reference.eq(reference), refunds::updated_at.eq(tx.ctx().now()));
    let changed = diesel::update(open.filter(refunds::state.ne(state))).set(change);
    let changed: Option<Refund> =
        changed.returning(Refund::as_returning()).get_result(&mut **tx).await.optional()?;
    let Some(refund) = changed else { return Ok(false) };
    let kind = match state {
        RefundState::Requested => StepKind::RefundRequested,
        RefundState::Done => StepKind::RefundDone,
        RefundState::Failed => StepKind::RefundFailed,
    };
    step(tx, refund.order_id, kind, &refund.amount.to_string()).await?;
    Ok(true)
}

/// Staff have paid a refund back by hand, whatever provider refused it or has none. Again: nothing.
///
/// # Errors
/// 404 when the order has no such refund, 409 `refund_by_provider` while its provider is still being asked.
pub async fn paid_back(tx: &mut Tx, order: OrderId, id: RefundId, note: &str) -> Result<Refund, Problem> {
    let refund = of_order(tx, order, id).await?;
    if refund.state == RefundState::Requested && refund.provider != Method::Manual {
        return Err(Problem::conflict("refund_by_provider"));
    }
    if refund_went(tx, id, RefundState::Done, note).await? {
        audit(tx, "refund.paid_back", id, json!({ "order": order, "amount": refund.money() })).await?;
    }
    of_order(tx, order, id).await
}

/// The provider is asked again for a refund that failed.
///
/// # Errors
/// 404 when the order has no such refund, 409 `refund_not_failed` when it did not fail.
pub async fn refund_again(tx: &mut Tx, order: OrderId, id: RefundId) -> Result<Refund, Problem> {
    let refund = of_order(tx, order, id).await?;
    if refund.state != RefundState::Failed || !refund_went(tx, id, RefundState::Requested, "").await? {
        return Err(Problem::conflict("refund_not_failed"));
    }
    let turn = tx.ctx().now().to_string();
    ask(tx, &refund, &turn).await?;
    of_order(tx, order, id).await
}

async fn of_order(tx: &mut Tx, order: OrderId, id: RefundId) -> Result<Refund, Problem> {
    lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    let found = refunds::table.find(id).filter(refunds::order_id.eq(order)).select(Refund::as_select());
    found.first(&mut **tx).await.optional()?.ok_or_else(Problem::not_found)
}
