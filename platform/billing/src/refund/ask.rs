use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{Money, OrderId, OrderLineId, RefundId, billing::OrderRefunded};
use kernel::{JobSpec, Problem, Tx, audit};
use serde_json::json;

use super::{
    Refund, RefundCause, RefundState, Why, lines,
    read::{by_source, parts_left, refunded},
};
use crate::{
    BillingError, Order, Payment, REFUND_JOB, Status, StepKind, dues, is_disputed, lock,
    papers::next_credit_note,
    rules_of,
    schema::{orders, refunds},
    step, subscriptions,
};

/// Gives `amount` minor units of an order back, once for each `source` (1 to 190 characters, unique in the tenant: name
/// what it is for, `booking/bkg_…/cancelled`). In this transaction it is written down, the order's state follows,
/// [`OrderRefunded`] is published and the selling module's rule runs; the provider is asked afterwards, by a job. The same
/// source again answers with the first refund and changes nothing.
///
/// Money of an order that was paid in instalments goes back from the latest payment first, as one refund for each payment;
/// the first of them is answered. When all that came in goes back, nothing more is owed; otherwise instalments stay as they
/// are, since no part of the order is given back.
///
/// # Errors
/// 404 for an unknown order, 409 `refund_unpaid` when it was not paid, 409 `refund_disputed` when staff want money back that a
/// bank holds, 422 at `amount` (`refund_amount`, with what is
/// `left`) when it is not above zero or more than is left, 409 when the source names a refund of another order.
pub async fn refund(
    tx: &mut Tx,
    order: OrderId,
    amount: i64,
    source: &str,
    why: Why<'_>,
) -> Result<Refund, Problem> {
    Box::pin(go(tx, order, Wanted { amount, lowers: 0, lines: Vec::new(), source, why })).await
}

/// Gives lines of an order back: so many minor units of each. What is still to come in instalments is lowered first, from the
/// last backwards; only the rest is money that goes back, and that may be nothing. Otherwise as [`refund`].
///
/// # Errors
/// As [`refund`]; 404 for a line of another order, 422 at `amount` when it is more than is left of a line.
pub async fn refund_by_lines(
    tx: &mut Tx,
    order: OrderId,
    lines: &[(OrderLineId, i64)],
    source: &str,
    why: Why<'_>,
) -> Result<Refund, Problem> {
    let all = lines.iter().map(|(_, amount)| *amount).fold(0_i64, i64::saturating_add);
    lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    let lowers = dues::to_come(tx, order).await?.min(all).max(0);
    Box::pin(go(tx, order, Wanted { amount: all - lowers, lowers, lines: lines.to_vec(), source, why })).await
}

/// What is to be given back.
pub(super) struct Wanted<'a> {
    /// Money that goes back, minor units.
    pub(super) amount: i64,
    /// What is taken off instalments that are still to come: so much is.
    pub(super) lowers: i64,
    /// Both together, by line; none: the order as a whole.
    pub(super) lines: Vec<(OrderLineId, i64)>,
    pub(super) source: &'a str,
    pub(super) why: Why<'a>,
}

pub(super) async fn go(tx: &mut Tx, order: OrderId, wanted: Wanted<'_>) -> Result<Refund, Problem> {
    let order = lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    if let Some(before) = by_source(tx, wanted.source).await? {
        return if before.order_id == order.id { Ok(before) } else { Err(Problem::conflict("try_again")) };
    }
    let parts = parts_left(tx, order.id).await?;
    if !order.status.was_paid() || parts.is_empty() {
        return Err(Problem::conflict("refund_unpaid"));
    }
    let left: i64 = parts.iter().map(|(_, left)| left).sum();
    if wanted.amount < 0 || wanted.amount > left || wanted.amount + wanted.lowers <= 0 {
        return Err(BillingError::RefundAmount { left: left + wanted.lowers }.into());
    }
    if matches!(wanted.why, Why::Staff(_)) {
        none_disputed(tx, &parts, wanted.amount).await?;
    }
    lines::check(tx, order.id, &wanted.lines).await?;
    dues::lower(tx, order.id, wanted.lowers).await?;
    let order = match wanted.amount {
        0 => lock(tx, order.id).await?.ok_or_else(Problem::not_found)?,
        amount => follow(tx, order, left - amount).await?,
    };
    carry_out(tx, &order, parts, wanted).await
}

/// Writes a refund of each payment that money goes back of, the latest first; the first of them tells what else is credited.
/// Where no money goes back, it stands with the latest payment.
///
/// Invariant: the order is locked, its state and instalments say already what is to be.
async fn carry_out(
    tx: &mut Tx,
    order: &Order,
    parts: Vec<(Payment, i64)>,
    wanted: Wanted<'_>,
) -> Result<Refund, Problem> {
    let (mut missing, mut first, mut rest) = (wanted.amount, None, wanted.lines);
    for (payment, left) in parts.into_iter().filter(|(_, left)| *left > 0 || wanted.amount == 0) {
        let amount = left.min(missing);
        if amount == 0 && (wanted.amount > 0 || first.is_some()) {
            break;
        }
        missing -= amount;
        let (source, lowered) = match &first {
            None => (wanted.source.to_owned(), wanted.lowers),
            Some(_) => (format!("{}#{}", wanted.source, payment.due), 0),
        };
        let credited = Credited { amount, lowered };
        let New { made, so_far } =
            write(tx, &payment, credited, &source, wanted.why.parts(), Asked::Provider).await?;
        lines::insert(tx, &made, &lines::take(&mut rest, amount + lowered)).await?;
        (rules_of(&order.module).refunded)(tx, order, &made).await?;
        subscriptions::order_refunded(tx, order).await?;
        publish(tx, order, &made, so_far).await?;
        first.get_or_insert(made);
    }
    first.ok_or_else(|| BillingError::RefundAmount { left: 0 }.into())
}

/// Staff do not give money back that a bank holds and may take itself. What the rules of a sale give back is written down
/// nevertheless, and waits for the bank.
async fn none_disputed(tx: &mut Tx, parts: &[(Payment, i64)], amount: i64) -> Result<(), Problem> {
    let mut missing = amount;
    for (payment, left) in parts.iter().filter(|(_, left)| *left > 0) {
        if missing <= 0 {
            break;
        }
        if is_disputed(tx, payment.id).await? {
            return Err(Problem::conflict("refund_disputed"));
        }
        missing -= *left;
    }
    Ok(())
}

/// The order's state after money goes back of which so much is left; instalments that are open are not owed any more when
/// nothing is.
///
/// Invariant: the order is locked.
pub(super) async fn follow(tx: &mut Tx, order: Order, left: i64) -> Result<Order, Problem> {
    if left == 0 {
        dues::void(tx, order.id).await?;
    }
    let status = if left == 0 { Status::Refunded } else { Status::PartiallyRefunded };
    let change = diesel::update(orders::table.find(order.id)).set(orders::status.eq(status));
    Ok(change.returning(Order::as_returning()).get_result(&mut **tx).await?)
}

/// Gives money back that an order could not take.
pub(crate) async fn give_back(
    tx: &mut Tx,
    order: &Order,
    payment: &Payment,
    cause: RefundCause,
) -> Result<Refund, Problem> {
    let source = format!("payment/{}", payment.id);
    let New { made, so_far } =
        write(tx, payment, Credited::money(payment.amount), &source, (cause, ""), Asked::Provider).await?;
    publish(tx, order, &made, so_far).await?;
    Ok(made)
}

/// Who gives the money back.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    /// The provider is to be asked.
    Provider,
    /// It is done already, and is called so there.
    Done(&'a str),
}

/// A refund that was written, and how much of its payment goes or went back with it.
pub(super) struct New {
    pub(super) made: Refund,
    pub(super) so_far: i64,
}

/// What a refund comes to: money that goes back, and what is taken off instalments.
#[derive(Clone, Copy)]
pub(super) struct Credited {
    amount: i64,
    lowered: i64,
}

impl Credited {
    pub(super) const fn money(amount: i64) -> Self {
        Self { amount, lowered: 0 }
    }
}

pub(super) async fn write(
    tx: &mut Tx,
    payment: &Payment,
    Credited { amount, lowered }: Credited,
    source: &str,
    (cause, reason): (RefundCause, &str),
    asked: Asked<'_>,
) -> Result<New, Problem> {
    let (id, now): (RefundId, _) = (tx.ctx().new_id(), tx.ctx().now());
    let (state, reference) = match asked {
        // Without money there is nobody to ask.
        Asked::Provider if amount == 0 => (RefundState::Done, ""),
        Asked::Provider => (RefundState::Requested, ""),
        Asked::Done(reference) => (RefundState::Done, reference),
    };
    let before = refunded(tx, payment.id).await?;
    let number = next_credit_note(tx).await?;
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
        refunds::state.eq(state),
        refunds::reference.eq(reference),
        refunds::created_at.eq(now),
        refunds::updated_at.eq(now),
        refunds::credit_note_number.eq(number),
        refunds::lowered.eq(lowered),
    );
    let insert = diesel::insert_into(refunds::table).values(row).returning(Refund::as_returning());
    let made: Refund = insert.get_result(&mut **tx).await?;
    let detail =
        json!({ "order": made.order_id, "amount": made.money(), "lowered": lowered, "cause": cause });
    audit(tx, "refund.requested", made.id, detail).await?;
    // Timeline and provider are about money; of instalments the timeline tells already.
    if amount > 0 {
        let (kind, to_ask) = match asked {
            Asked::Provider => (StepKind::RefundRequested, true),
            Asked::Done(_) => (StepKind::RefundDone, false),
        };
        step(tx, made.order_id, kind, &amount.to_string()).await?;
        if to_ask {
            ask(tx, &made, "first").await?;
        }
    }
    Ok(New { made, so_far: before + amount })
}

pub(super) async fn ask(tx: &mut Tx, refund: &Refund, turn: &str) -> QueryResult<()> {
    let key = format!("{REFUND_JOB}/{}/{turn}", refund.id);
    tx.enqueue(JobSpec::new(REFUND_JOB, json!({ "refund": refund.id })).once(key)).await
}

pub(super) async fn publish(tx: &mut Tx, order: &Order, refund: &Refund, so_far: i64) -> Result<(), Problem> {
    let event = OrderRefunded {
        order: order.id,
        number: order.number,
        refund: refund.id,
        client: order.client_id,
        client_name: order.client_name.clone(),
        client_email: order.client_email.clone(),
        amount: refund.money(),
        lowered: refund.taken_off(),
        refunded: Money::new(so_far, refund.currency),
        total: order.total(),
        status: order.status.to_string(),
        cause: refund.cause.to_string(),
        reason: refund.reason.clone(),
    };
    tx.emit(&event).await?;
    Ok(())
}
