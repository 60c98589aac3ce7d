use billing::{
    Method, NewPayment, ORDER_LINK, ORDERS_WRITE, OnGone, Order, REFUNDS_WRITE, Refund, Settled, Why,
    office::{self, BillTo},
};
use events::{Money, OrderId, OrderLineId, RefundId};
use kernel::{Check, Ctx, Problem, Tx};

/// What staff say about money that arrived.
#[derive(Clone, Debug)]
pub(crate) struct PaidInput {
    /// For themselves.
    pub(crate) note: String,
    /// Which instalment it pays; 0: the first, or the whole.
    pub(crate) due: i32,
    /// What is done when the order can't take the money any more.
    pub(crate) on_gone: OnGone,
}

/// Staff mark an order, or an instalment of it, as paid: the transfer arrived, or there was cash. Again: nothing.
pub(crate) async fn mark_paid(ctx: &Ctx, id: OrderId, input: PaidInput) -> Result<Settled, Problem> {
    let mut check = Check::new();
    let note = check.line("note", &input.note, 0, 500);
    check.finish()?;
    ctx.tx(ORDERS_WRITE, async |tx| {
        let order = by_id(tx, id).await?;
        let due = input.due;
        // One reference an instalment: said again, it is the same payment.
        let (reference, amount) = if due == 0 {
            (id.to_string(), order.due())
        } else {
            let all = billing::dues(tx, id).await?;
            let due = all.into_iter().find(|one| one.position == due).ok_or_else(Problem::not_found)?;
            (format!("{id}/{}", due.position), Money::new(due.amount(), order.currency))
        };
        let payment = NewPayment { note, due, ..NewPayment::of(Method::Manual, reference, amount) };
        billing::settle(tx, id, payment, input.on_gone).await
    })
    .await
}

/// Another try to pay an order that waits, perhaps in another way. Answers where to go on.
pub(crate) async fn pay_again(ctx: &Ctx, token: &str, wanted: &str) -> Result<String, Problem> {
    let again = ctx.tx(ORDER_LINK, async |tx| {
        let order = billing::by_token(tx, token).await?.ok_or_else(Problem::not_found)?;
        billing::pay_again(tx, &order, wanted).await
    });
    billing::begin_payment(ctx, &again.await?).await
}

/// Staff cancel an order that waits for its payment.
pub(crate) async fn cancel(ctx: &Ctx, id: OrderId) -> Result<Order, Problem> {
    ctx.tx(ORDERS_WRITE, async |tx| {
        let order = by_id(tx, id).await?;
        billing::cancel(tx, &order).await
    })
    .await
}

/// Staff undo an order for which no money came. Again: nothing.
pub(crate) async fn undo(ctx: &Ctx, id: OrderId, reason: &str) -> Result<Order, Problem> {
    let mut check = Check::new();
    let reason = check.line("reason", reason, 0, 500);
    check.finish()?;
    ctx.tx(REFUNDS_WRITE, async |tx| billing::undo(tx, id, &reason).await).await
}

/// The buyer gives an order up that waits for its payment.
pub(crate) async fn cancel_by_link(ctx: &Ctx, token: &str) -> Result<Order, Problem> {
    ctx.tx(ORDER_LINK, async |tx| {
        let order = billing::by_token(tx, token).await?.ok_or_else(Problem::not_found)?;
        billing::cancel(tx, &order).await
    })
    .await
}

/// What staff want to give back.
#[derive(Clone, Debug)]
pub(crate) struct RefundInput {
    /// Minor units of the order as a whole; of no meaning when lines are given.
    pub(crate) amount: i64,
    /// So many minor units of each of these lines; none: of the order as a whole.
    pub(crate) lines: Vec<(OrderLineId, i64)>,
    /// What is unused of each line, in place of amounts.
    pub(crate) unused: bool,
    /// The client reads it.
    pub(crate) reason: String,
    /// One form shown is one refund.
    pub(crate) key: String,
}

/// Staff give money of an order back. The same key again answers with the first refund.
pub(crate) async fn refund(ctx: &Ctx, id: OrderId, input: RefundInput) -> Result<(Order, Refund), Problem> {
    let mut check = Check::new();
    let reason = check.line("reason", &input.reason, 0, 500);
    let key = check.line("key", &input.key, 1, 100);
    check.finish()?;
    ctx.tx(REFUNDS_WRITE, async |tx| {
        let source = format!("staff/{id}/{key}");
        let why = Why::Staff(&reason);
        let refund = if input.unused {
            billing::refund_unused(tx, id, &source, why).await?
        } else if input.lines.is_empty() {
            billing::refund(tx, id, input.amount, &source, why).await?
        } else {
            billing::refund_by_lines(tx, id, &input.lines, &source, why).await?
        };
        Ok((by_id(tx, id).await?, refund))
    })
    .await
}

/// Staff say who the invoice of an order is for.
pub(crate) async fn bill_to(ctx: &Ctx, id: OrderId, input: &BillTo) -> Result<Order, Problem> {
    ctx.tx(ORDERS_WRITE, async |tx| office::set_bill_to(tx, id, input).await).await
}

/// The buyer says who the invoice is for, within the time for it.
pub(crate) async fn bill_to_by_link(ctx: &Ctx, token: &str, input: &BillTo) -> Result<Order, Problem> {
    ctx.tx(ORDER_LINK, async |tx| {
        let order = billing::by_token(tx, token).await?.ok_or_else(Problem::not_found)?;
        if !office::may_bill_to(&order, tx.ctx().now()) {
            return Err(Problem::conflict("invoice_fixed"));
        }
        office::set_bill_to(tx, order.id, input).await
    })
    .await
}

/// Staff have paid a refund back by hand.
pub(crate) async fn paid_back(
    ctx: &Ctx,
    id: OrderId,
    refund: RefundId,
    note: &str,
) -> Result<Order, Problem> {
    let mut check = Check::new();
    let note = check.line("note", note, 0, 500);
    check.finish()?;
    ctx.tx(REFUNDS_WRITE, async |tx| {
        billing::paid_back(tx, id, refund, &note).await?;
        by_id(tx, id).await
    })
    .await
}

/// The provider is asked again for a refund that failed.
pub(crate) async fn refund_again(ctx: &Ctx, id: OrderId, refund: RefundId) -> Result<Order, Problem> {
    ctx.tx(REFUNDS_WRITE, async |tx| {
        billing::refund_again(tx, id, refund).await?;
        by_id(tx, id).await
    })
    .await
}

async fn by_id(tx: &mut Tx, id: OrderId) -> Result<Order, Problem> {
    billing::by_id(tx, id).await?.ok_or_else(Problem::not_found)
}
