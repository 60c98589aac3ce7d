use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{ClientId, Currency, Instant, OrderId};
use futures::try_join;
use kernel::{JobSpec, Tx, audit, prepared};
use serde_json::{Value, json};

use crate::{
    AWAITING_JOB, BillingError, EXPIRE_JOB, LineRole, MarkPaid, Method, NewDiscount, NewDue, NewPayment,
    Order, Period, Status, StepKind, Sums, Tax,
    again::begin_with,
    dues, mark_paid, quote, saved_for,
    schema::{order_discounts, order_lines, orders},
    step,
};

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
    /// What it is in the order.
    pub role: LineRole,
    /// Which tax the price contains or lacks.
    pub tax: Option<Tax>,
    /// What makes it cheaper, minor units: see [`crate::spread`].
    pub discount: i64,
    /// What vouchers pay of it, tax on top included; minor units: see [`crate::spread_paid`].
    pub voucher: i64,
}

impl NewLine {
    /// One of something, without tax and discount.
    pub fn plain(item: impl Into<String>, name: impl Into<String>, unit_price: i64, detail: Value) -> Self {
        Self {
            item: item.into(),
            name: name.into(),
            unit_price,
            quantity: 1,
            detail,
            role: LineRole::Item,
            tax: None,
            discount: 0,
            voucher: 0,
        }
    }
}

/// What few orders have; the default is none of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras<'a> {
    /// Where the discounts of the lines come from; together as much as them.
    pub discounts: &'a [NewDiscount],
    /// Instalments; the first is due at once. Empty: all of it is. See [`crate::split`].
    pub dues: &'a [NewDue],
    /// The period of a subscription that it pays.
    pub period: Option<Period>,
    /// Company and address for the invoice, at most 500 characters.
    pub bill_to: &'a str,
    /// The buyer's tax number, at most 60 characters.
    pub buyer_tax_id: &'a str,
    /// Coupons and vouchers that hold, for the audit.
    pub codes: &'a [String],
    /// When nothing is to be paid now, it waits until its buyer has saved something to pay with later.
    pub asks_card: bool,
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
    /// Discounts, instalments and more that few orders have.
    pub extras: Extras<'a>,
}

/// Places an order. One that costs nothing is paid at once and no provider is asked, unless it asks for a card; any other
/// waits for its payment, and what follows from that is started here: the job that ends it in time, and the mail that says how
/// to pay by transfer.
///
/// # Errors
/// [`BillingError::DoubleSubmit`] when the form was sent before: give the transaction up and read the order by the key.
/// [`BillingError::Total`] when the lines make no sensible sum. A database error when the return path is none.
pub async fn place(tx: &mut Tx, new: NewOrder<'_>) -> Result<Order, BillingError> {
    Ok(place_order(tx, new, false).await?.0)
}

/// The same, and begins its payment where no provider far away is asked for that: answers where the buyer goes on then. `None`:
/// the payment is begun with [`crate::begin_payment`] once the order stands.
///
/// # Errors
/// As [`place`].
pub async fn place_and_begin(
    tx: &mut Tx,
    new: NewOrder<'_>,
) -> Result<(Order, Option<String>), BillingError> {
    place_order(tx, new, true).await
}

async fn place_order(
    tx: &mut Tx,
    new: NewOrder<'_>,
    begins: bool,
) -> Result<(Order, Option<String>), BillingError> {
    let sums = quote(new.lines, new.currency).ok_or(BillingError::Total)?;
    let is_free = sums.total == 0 && !new.extras.asks_card;
    let order = insert(tx, &new, sums, is_free).await?;
    let next = Box::pin(insert_parts(tx, &order, &new, begins)).await?;
    if !is_free {
        return Ok((order, next));
    }
    let payment = NewPayment::of(Method::Free, order.id.to_string(), events::Money::zero(new.currency));
    match mark_paid(tx, order, payment).await? {
        MarkPaid::Paid(order) | MarkPaid::AlreadyPaid(order) => Ok((order, None)),
    }
}

/// One round trip: nothing here waits for another's answer, and everybody else who buys here waits for this order's end.
async fn insert_parts(
    tx: &Tx,
    order: &Order,
    new: &NewOrder<'_>,
    begins: bool,
) -> Result<Option<String>, BillingError> {
    let waits = order.status == Status::PendingPayment;
    let (.., next) = try_join!(
        insert_lines(tx, order.id, new),
        insert_discounts(tx, order.id, new.extras.discounts),
        async { Ok(dues::insert(tx, order.id, new.extras.dues).await?) },
        async { Ok(step(tx, order.id, StepKind::Placed, "").await?) },
        async { Ok(audit(tx, "order.placed", order.id, audited(order, new)).await?) },
        async { if waits { follow_up(tx, order).await } else { Ok(()) } },
        async { if waits && begins { begin_with(tx, order).await } else { Ok(None) } },
    )?;
    Ok(next)
}

fn audited(order: &Order, new: &NewOrder<'_>) -> Value {
    json!({ "number": order.number, "total": order.total(), "codes": new.extras.codes })
}

/// What follows from an order that waits: its end in time, and how to pay by transfer.
async fn follow_up(tx: &Tx, order: &Order) -> Result<(), BillingError> {
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

/// Writes the order's row, which takes the next number: from here on all others who buy of this tenant wait.
async fn insert(tx: &mut Tx, new: &NewOrder<'_>, sums: Sums, is_free: bool) -> Result<Order, BillingError> {
    let ctx = tx.ctx().clone();
    let id: OrderId = ctx.new_id();
    let (method, status) =
        if is_free { (Method::Free, Status::Draft) } else { (new.method, Status::PendingPayment) };
    let extras = new.extras;
    let sums_row = (
        orders::subtotal.eq(sums.subtotal),
        orders::discount.eq(sums.discount + sums.voucher),
        orders::voucher.eq(sums.voucher),
        orders::tax.eq(sums.tax),
        orders::tax_included.eq(sums.tax_included),
        orders::due_now.eq(extras.dues.first().map_or(sums.total, |first| first.amount)),
    );
    let extra_row = (
        orders::bill_to.eq(extras.bill_to),
        orders::buyer_tax_id.eq(extras.buyer_tax_id),
        orders::subscription_id.eq(extras.period.map(|period| period.subscription)),
        orders::period_start.eq(extras.period.map(|period| period.start)),
        orders::period_end.eq(extras.period.map(|period| period.end)),
    );
    let row = (
        orders::id.eq(id),
        orders::token.eq(ctx.new_token()),
        orders::form_key.eq(new.form_key),
        orders::module.eq(new.module),
        orders::client_id.eq(new.client),
        orders::client_name.eq(new.client_name),
        orders::client_email.eq(new.client_email),
        orders::currency.eq(new.currency),
        orders::status.eq(status),
        orders::provider.eq(method),
        orders::created_at.eq(ctx.now()),
        orders::expires_at.eq(new.expires_at),
        orders::return_path.eq(new.return_path.unwrap_or_default()),
        orders::by_client.eq(saved_for::is_acting(&ctx, new.client)),
    );
    let row = (row, sums_row, extra_row);
    let insert = diesel::insert_into(orders::table).values(row).on_conflict_do_nothing();
    let made: Vec<Order> = insert.returning(Order::as_returning()).get_results(&mut **tx).await?;
    made.into_iter().next().ok_or(BillingError::DoubleSubmit)
}

async fn insert_lines(tx: &Tx, order: OrderId, new: &NewOrder<'_>) -> Result<(), BillingError> {
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
            order_lines::role.eq(line.role),
            order_lines::discount.eq(line.discount + line.voucher),
            order_lines::voucher.eq(line.voucher),
            order_lines::tax.eq(line.tax_amount()),
            order_lines::tax_name.eq(line.tax.as_ref().map_or("", |tax| tax.name.as_str()).to_owned()),
            order_lines::tax_bp.eq(line.tax.as_ref().map_or(0, |tax| tax.bp)),
            order_lines::tax_inclusive.eq(line.tax.as_ref().is_none_or(|tax| tax.inclusive)),
        )
    };
    let rows: Vec<_> = (0_i32..).zip(new.lines).map(row).collect();
    prepared(diesel::insert_into(order_lines::table).values(rows)).execute(&mut &**tx).await?;
    Ok(())
}

async fn insert_discounts(tx: &Tx, order: OrderId, discounts: &[NewDiscount]) -> Result<(), BillingError> {
    let row = |(position, one): (i32, &NewDiscount)| {
        (
            order_discounts::order_id.eq(order),
            order_discounts::position.eq(position),
            order_discounts::kind.eq(one.kind),
            order_discounts::code.eq(one.code.clone()),
            order_discounts::name.eq(one.name.clone()),
            order_discounts::amount.eq(one.amount),
        )
    };
    let rows: Vec<_> = (0_i32..).zip(discounts).map(row).collect();
    if !rows.is_empty() {
        diesel::insert_into(order_discounts::table).values(rows).execute(&mut &**tx).await?;
    }
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
