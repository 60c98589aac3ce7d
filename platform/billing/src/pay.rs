use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use events::{
    Currency, Money, OrderId, PaymentId,
    billing::{OrderPaid, PaidLine},
};
use futures::try_join;
use kernel::{Tx, prepared};

use crate::{
    BillingError, Due, Method, Order, OrderLine, Payment, PaymentStatus, Status, StepKind, dues, lines,
    rules_of,
    schema::{orders, payments},
    step, subscriptions,
    tries::close_after,
};

/// Money that came in, or a try that failed, to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayment {
    /// How.
    pub method: Method,
    /// What the provider calls it; the same reference again is the same payment.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// What staff wrote beside it, at most 500 characters.
    pub note: String,
    /// What it was paid with, for people, at most 80 characters: `Visa •• 4242`.
    pub label: String,
    /// Which instalment it pays; 0: the first, or the whole.
    pub due: i32,
}

impl NewPayment {
    /// A payment of the whole or first instalment, without note and label.
    pub fn of(method: Method, reference: impl Into<String>, amount: Money) -> Self {
        Self {
            method,
            reference: reference.into(),
            amount,
            note: String::new(),
            label: String::new(),
            due: 0,
        }
    }
}

/// What became of marking an order as paid.
#[derive(Clone, Debug)]
pub(crate) enum MarkPaid {
    /// It is paid now, and [`OrderPaid`] is published.
    Paid(Order),
    /// It was paid before; nothing happened.
    AlreadyPaid(Order),
}

/// Marks an order as paid, writes the payment down and publishes [`OrderPaid`], all in this transaction. Again: nothing.
///
/// The number of its invoice comes from the database when the transaction ends: the counter is locked by nothing else.
///
/// # Errors
/// [`BillingError::Amount`] when it is not what is due, in the order's currency, [`BillingError::State`] when the
/// order was cancelled. `NotFound` when there is no such order.
pub(crate) async fn mark_paid(
    tx: &mut Tx,
    order: Order,
    payment: NewPayment,
) -> Result<MarkPaid, BillingError> {
    if order.status.was_paid() {
        return Ok(MarkPaid::AlreadyPaid(order));
    }
    if !order.status.may_become(Status::Paid) {
        return Err(BillingError::State { from: order.status, to: Status::Paid });
    }
    if payment.amount != order.due() || payment.due != 0 {
        return Err(BillingError::Amount);
    }
    let (in_parts, id) = (order.asks_for_a_part(), order.id);
    let (mut order, lines) = Box::pin(write_paid(tx, &order, &payment)).await?;
    if in_parts {
        dues::mark(tx, id, 0).await?;
        order = orders::table.find(id).select(Order::as_select()).first(&mut **tx).await?;
    }
    let shared: &Tx = tx;
    try_join!(publish(shared, &order, &lines), async { Ok(close_after(shared, id, &payment).await?) })?;
    subscriptions::order_paid(tx, &order).await?;
    hand_out(tx, &order, &lines).await?;
    Ok(MarkPaid::Paid(order))
}

/// The payment, the order's new state and its line on the timeline, in one round trip: nothing here waits for another's answer.
/// Answers the order as it is then, with its lines.
async fn write_paid(
    tx: &Tx,
    order: &Order,
    payment: &NewPayment,
) -> Result<(Order, Vec<OrderLine>), BillingError> {
    let (_, paid, lines, ()) = try_join!(
        async {
            let comes = !payment.amount.is_zero();
            if comes { record(tx, order.id, payment, PaymentStatus::Succeeded).await } else { Ok(true) }
        },
        set_paid(tx, order, payment.method),
        async { Ok(lines(tx, order.id).await?) },
        async { Ok(step(tx, order.id, StepKind::Paid, payment.method.code()).await?) },
    )?;
    Ok((paid, lines))
}

/// Writes into the order that it is paid. Nothing more is asked for unless instalments are to come.
async fn set_paid(tx: &Tx, order: &Order, method: Method) -> Result<Order, BillingError> {
    let change = (
        orders::status.eq(Status::Paid),
        orders::paid_at.eq(tx.ctx().now()),
        orders::closed_at.eq(None::<events::Instant>),
        orders::provider.eq(method),
        orders::due_now.eq(if order.asks_for_a_part() { order.due_now } else { 0 }),
    );
    let change = diesel::update(orders::table.find(order.id)).set(change).returning(Order::as_returning());
    Ok(prepared(change).get_result(&mut &**tx).await?)
}

/// The selling module hands out what was bought, with the payment. What it can't hand out keeps no payment from being
/// written down: the module's own job, which follows the event, tries again and tells why it can't.
/// The savepoint ends with the transaction.
///
/// Invariant: the order is locked.
async fn hand_out(tx: &mut Tx, order: &Order, lines: &[OrderLine]) -> Result<(), BillingError> {
    tx.batch_execute("SAVEPOINT hand_out").await?;
    if (rules_of(&order.module).paid)(tx, order, lines).await.is_err() {
        tx.batch_execute("ROLLBACK TO SAVEPOINT hand_out").await?;
    }
    Ok(())
}

/// Writes down that a later instalment was paid, and what is to be paid next. `false`: this payment is known.
///
/// Invariant: the order is locked, and the instalment is open.
///
/// # Errors
/// [`BillingError::Amount`] when it is not what the instalment is.
pub(crate) async fn mark_due_paid(
    tx: &mut Tx,
    due: &Due,
    payment: &NewPayment,
) -> Result<bool, BillingError> {
    let currency: Currency =
        orders::table.find(due.order_id).select(orders::currency).first(&mut **tx).await?;
    if payment.amount != Money::new(due.amount(), currency) {
        return Err(BillingError::Amount);
    }
    if !record(tx, due.order_id, payment, PaymentStatus::Succeeded).await? {
        return Ok(false);
    }
    dues::mark(tx, due.order_id, due.position).await?;
    step(tx, due.order_id, StepKind::InstalmentPaid, &payment.amount.amount.to_string()).await?;
    close_after(tx, due.order_id, payment).await?;
    Ok(true)
}

/// Writes down that a payment was tried and refused. The order goes on waiting.
///
/// # Errors
/// When the database refuses.
pub async fn payment_failed(tx: &mut Tx, order: OrderId, payment: NewPayment) -> Result<(), BillingError> {
    if record(tx, order, &payment, PaymentStatus::Failed).await? {
        step(tx, order, StepKind::PaymentFailed, payment.method.code()).await?;
    }
    Ok(())
}

/// Writes down money that an order could not take. `None`: it is known, as this order's.
pub(crate) async fn record_returned(
    tx: &mut Tx,
    order: OrderId,
    payment: &NewPayment,
) -> Result<Option<Payment>, BillingError> {
    if !record(tx, order, payment, PaymentStatus::Returned).await? {
        return Ok(None);
    }
    let written = payments::table
        .filter(payments::provider.eq(payment.method).and(payments::reference.eq(&payment.reference)))
        .select(Payment::as_select());
    Ok(Some(written.first(&mut **tx).await?))
}

/// Whether money of an order is known that it could not take.
pub(crate) async fn is_returned(
    tx: &mut Tx,
    order: OrderId,
    payment: &NewPayment,
) -> Result<bool, BillingError> {
    let known = payments::table
        .filter(payments::provider.eq(payment.method).and(payments::reference.eq(&payment.reference)))
        .filter(payments::order_id.eq(order).and(payments::status.eq(PaymentStatus::Returned)));
    let found: Option<PaymentId> = known.select(payments::id).first(&mut **tx).await.optional()?;
    Ok(found.is_some())
}

/// Writes a payment; answers `false` when the provider's reference is known already.
///
/// # Errors
/// [`BillingError::Amount`] when money of another order has the same reference.
async fn record(
    tx: &Tx,
    order: OrderId,
    payment: &NewPayment,
    status: PaymentStatus,
) -> Result<bool, BillingError> {
    let ctx = tx.ctx().clone();
    let row = (
        payments::id.eq(ctx.new_id::<events::kinds::Payment>()),
        payments::order_id.eq(order),
        payments::provider.eq(payment.method),
        payments::reference.eq(&payment.reference),
        payments::status.eq(status),
        payments::amount.eq(payment.amount.amount),
        payments::currency.eq(payment.amount.currency),
        payments::note.eq(&payment.note),
        payments::at.eq(ctx.now()),
        payments::due.eq(payment.due),
        payments::label.eq(&payment.label),
    );
    let made =
        diesel::insert_into(payments::table).values(row).on_conflict_do_nothing().execute(&mut &**tx).await?;
    if made == 1 {
        return Ok(true);
    }
    let known_as = match status {
        PaymentStatus::Returned => vec![PaymentStatus::Succeeded, PaymentStatus::Returned],
        PaymentStatus::Succeeded | PaymentStatus::Failed => vec![status],
    };
    let known: Option<PaymentId> = payments::table
        .filter(payments::provider.eq(payment.method))
        .filter(payments::reference.eq(&payment.reference))
        .filter(payments::order_id.eq(order))
        .filter(payments::status.eq_any(known_as))
        .select(payments::id)
        .first(&mut &**tx)
        .await
        .optional()?;
    if known.is_some() { Ok(false) } else { Err(BillingError::Amount) }
}

async fn publish(tx: &Tx, order: &Order, lines: &[OrderLine]) -> Result<(), BillingError> {
    let line = |line: &OrderLine| PaidLine {
        line: line.id,
        module: line.module.clone(),
        item: line.item.clone(),
        name: line.name.clone(),
        quantity: line.quantity,
    };
    let event = OrderPaid {
        order: order.id,
        number: order.number,
        client: order.client_id,
        client_name: order.client_name.clone(),
        client_email: order.client_email.clone(),
        total: order.total(),
        lines: lines.iter().map(line).collect(),
    };
    tx.emit(&event).await?;
    Ok(())
}
