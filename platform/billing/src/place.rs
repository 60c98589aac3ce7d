use diesel::{ExpressionMethods, QueryDsl, SelectableHelper, upsert::on_constraint};
use diesel_async::RunQueryDsl;
use events::{ClientId, Currency, Instant, OrderId};
use kernel::{JobSpec, Tx};
use serde_json::{Value, json};

use crate::{
    AWAITING_JOB, BillingError, EXPIRE_JOB, MarkPaid, Method, NewPayment, Order, Status, StepKind, mark_paid,
    schema::{order_counters, order_lines, orders},
    step, subtotal,
};

/// The first order of a tenant has this number.
const FIRST_NUMBER: i64 = 1001;

/// One line to be ordered. Name and price are copied from the seller's own tables, never from a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLine {
    /// What it is to the module that sells it.
    pub item: String,
    /// Its name now.
    pub name: String,
    /// Its price now, minor units.
    pub unit_price: i64,
    /// How many, 1 to 1,000.
    pub quantity: i32,
    /// What the module must remember of this moment.
    pub detail: Value,
}

/// An order to be placed.
#[derive(Clone, Debug)]
pub struct NewOrder<'a> {
    /// The module that sells.
    pub module: &'a str,
    /// Who buys.
    pub client: ClientId,
    /// The buyer's name as typed.
    pub client_name: &'a str,
    /// The buyer's e-mail.
    pub client_email: &'a str,
    /// The tenant's currency.
    pub currency: Currency,
    /// How it is to be paid.
    pub method: Method,
    /// One form shown is one order.
    pub form_key: &'a str,
    /// Until when it may be paid.
    pub expires_at: Option<Instant>,
    /// What is bought.
    pub lines: &'a [NewLine],
    /// Where the buyer goes after paying or giving up: a path inside the tenant that begins with one `/`, at most 500
    /// characters. `None`: the order's own page.
    pub return_path: Option<&'a str>,
}

/// Places an order. One that costs nothing is paid at once and no provider is asked; any other waits for its payment, and
/// what follows from that is started here: the job that ends it in time, and the mail that says how to pay by transfer.
///
/// # Errors
/// [`BillingError::DoubleSubmit`] when the form was sent before: give the transaction up and read the order by the key.
/// [`BillingError::Total`] when the lines make no sensible sum. A database error when the return path is none.
pub async fn place(tx: &mut Tx, new: NewOrder<'_>) -> Result<Order, BillingError> {
    let sum = subtotal(new.lines, new.currency).ok_or(BillingError::Total)?;
    let id = insert(tx, &new, sum).await?;
    insert_lines(tx, id, &new).await?;
    step(tx, id, StepKind::Placed, "").await?;
    if sum == 0 {
        let payment = NewPayment::of(Method::Free, id.to_string(), events::Money::zero(new.currency));
        return match mark_paid(tx, id, payment).await? {
            MarkPaid::Paid(order) | MarkPaid::AlreadyPaid(order) => Ok(order),
        };
    }
    let change = diesel::update(orders::table.find(id)).set(orders::status.eq(Status::PendingPayment));
    let order = change.returning(Order::as_returning()).get_result(&mut **tx).await?;
    follow_up(tx, &order).await?;
    Ok(order)
}

/// What follows from an order that waits: its end in time, and how to pay by transfer.
async fn follow_up(tx: &mut Tx, order: &Order) -> Result<(), BillingError> {
    if let Some(at) = order.expires_at {
        let key = format!("{EXPIRE_JOB}/{}/{at}", order.id);
        tx.enqueue(JobSpec::new(EXPIRE_JOB, json!({})).at(at).once(key)).await?;
    }
    if order.provider == Method::Manual {
        let key = format!("{AWAITING_JOB}/{}", order.id);
        tx.enqueue(JobSpec::new(AWAITING_JOB, json!({ "order": order.id })).once(key)).await?;
    }
    Ok(())
}

/// The next number. The counter's row stays locked until the order is committed or given up, so none is left out.
async fn next_number(tx: &mut Tx) -> Result<i64, BillingError> {
    let counted = diesel::insert_into(order_counters::table)
        .values(order_counters::last.eq(FIRST_NUMBER))
        .on_conflict(on_constraint("order_counters_pkey"))
        .do_update()
        .set(order_counters::last.eq(order_counters::last + 1))
        .returning(order_counters::last);
    Ok(counted.get_result(&mut **tx).await?)
}

async fn insert(tx: &mut Tx, new: &NewOrder<'_>, sum: i64) -> Result<OrderId, BillingError> {
    let ctx = tx.ctx().clone();
    let id: OrderId = ctx.new_id();
    let method = if sum == 0 { Method::Free } else { new.method };
    let row = (
        orders::id.eq(id),
        orders::number.eq(next_number(tx).await?),
        orders::token.eq(ctx.new_token()),
        orders::form_key.eq(new.form_key),
        orders::module.eq(new.module),
        orders::client_id.eq(new.client),
        orders::client_name.eq(new.client_name),
        orders::client_email.eq(new.client_email),
        orders::currency.eq(new.currency),
        orders::subtotal.eq(sum),
        orders::status.eq(Status::Draft),
        orders::provider.eq(method),
        orders::created_at.eq(ctx.now()),
        orders::expires_at.eq(new.expires_at),
        orders::return_path.eq(new.return_path.unwrap_or_default()),
    );
    let made =
        diesel::insert_into(orders::table).values(row).on_conflict_do_nothing().execute(&mut **tx).await?;
    if made == 1 { Ok(id) } else { Err(BillingError::DoubleSubmit) }
}

async fn insert_lines(tx: &mut Tx, order: OrderId, new: &NewOrder<'_>) -> Result<(), BillingError> {
    let ctx = tx.ctx().clone();
    let row = |(position, line): (i32, &NewLine)| {
        (
            order_lines::id.eq(ctx.new_id::<events::kinds::OrderLine>()),
            order_lines::order_id.eq(order),
            order_lines::position.eq(position),
            order_lines::module.eq(new.module.to_owned()),
            order_lines::item.eq(line.item.clone()),
            order_lines::name.eq(line.name.clone()),
            order_lines::unit_price.eq(line.unit_price),
            order_lines::quantity.eq(line.quantity),
            order_lines::detail.eq(line.detail.clone()),
        )
    };
    let rows: Vec<_> = (0_i32..).zip(new.lines).map(row).collect();
    diesel::insert_into(order_lines::table).values(rows).execute(&mut **tx).await?;
    Ok(())
}

/// Another try to pay an order that waits: with this method, and until then.
///
/// # Errors
/// [`BillingError::State`] when the order does not wait any more.
pub(crate) async fn restart(
    tx: &mut Tx,
    order: &Order,
    method: Method,
    expires_at: Instant,
) -> Result<Order, BillingError> {
    let change =
        diesel::update(orders::table.find(order.id).filter(orders::status.eq(Status::PendingPayment)))
            .set((orders::provider.eq(method), orders::expires_at.eq(expires_at)))
            .returning(Order::as_returning());
    let changed = change.get_results(&mut **tx).await?;
    let refused = BillingError::State { from: order.status, to: Status::PendingPayment };
    let order = changed.into_iter().next().ok_or(refused)?;
    step(tx, order.id, StepKind::PaymentStarted, method.code()).await?;
    follow_up(tx, &order).await?;
    Ok(order)
}
