use billing::Order;
use events::{Currency, Instant, OrderId, VoucherId};
use kernel::{Check, Ctx, JobSpec, Paging, Problem, Tx, audit, mail};
use serde_json::json;

use crate::{
    mails::{VoucherBoughtMail, VoucherMail},
    model::{Gift, VoucherMove, VoucherRow, VoucherState, typed_voucher, voucher_code},
    policy::{CREDITS_WRITE, OFFERS_READ, VOUCHERS_WRITE},
    queries::{self, NewVoucher, VoucherFilter},
};

/// Kind of the job that tells a voucher's recipient; `{"voucher": "vch_…"}`.
pub(crate) const SEND_JOB: &str = "packages.send_voucher";

/// A page of vouchers, for staff.
pub(crate) async fn vouchers(
    ctx: &Ctx,
    filter: VoucherFilter,
    paging: &Paging,
) -> Result<(Vec<VoucherRow>, Option<String>), Problem> {
    let rows = ctx
        .tx(VOUCHERS_WRITE, async |tx| Ok::<_, Problem>(queries::vouchers(tx, &filter, paging).await?))
        .await?;
    Ok(paging.cut(rows, |voucher| (voucher.created_at, voucher.id.uuid())))
}

/// One voucher with what happened to its money, for staff.
pub(crate) async fn voucher(ctx: &Ctx, id: VoucherId) -> Result<(VoucherRow, Vec<VoucherMove>), Problem> {
    ctx.tx(VOUCHERS_WRITE, async |tx| {
        let found = queries::voucher(tx, id).await?.ok_or_else(Problem::not_found)?;
        Ok((found, queries::voucher_moves(tx, id).await?))
    })
    .await
}

/// A voucher as somebody of staff wants it.
#[derive(Clone, Debug)]
pub(crate) struct VoucherInput {
    /// Minor units.
    pub(crate) amount: i64,
    pub(crate) expires_at: Option<Instant>,
    pub(crate) gift: Gift,
    /// One form shown is one voucher.
    pub(crate) key: String,
}

/// Makes a voucher by hand. The same form again answers like the first time.
pub(crate) async fn make_voucher(ctx: &Ctx, input: VoucherInput) -> Result<VoucherRow, Problem> {
    let (now, currency) = (ctx.now(), ctx.tenant().currency);
    let gift = input.gift.checked(now)?;
    let mut check = Check::new();
    let fits = (1..=billing::max_price(currency)).contains(&input.amount);
    check.require(fits, "amount", "coupon_amount");
    check.require(input.expires_at.is_none_or(|at| at > now), "expires_at", "voucher_expires");
    let key = check.line("key", &input.key, 1, 100);
    check.finish()?;
    let source = format!("staff/{key}");
    ctx.tx(VOUCHERS_WRITE, async |tx| {
        let new = NewVoucher {
            code: voucher_code(&ctx.new_token()),
            currency,
            amount: input.amount,
            source: &source,
            gift: &gift,
            order: None,
            expires_at: input.expires_at,
        };
        let Some(made) = queries::insert_voucher(tx, new).await? else {
            let before = queries::voucher_by_source(tx, &source).await?;
            return before.ok_or_else(|| Problem::conflict("try_again"));
        };
        let detail = json!({ "amount": made.left(), "recipient": made.recipient_email });
        audit(tx, "voucher.created", made.id, detail).await?;
        tell_recipient(tx, &made).await?;
        Ok(made)
    })
    .await
}

/// Takes a voucher out of use, or back into it.
pub(crate) async fn block_voucher(ctx: &Ctx, id: VoucherId, blocked: bool) -> Result<VoucherRow, Problem> {
    ctx.tx(VOUCHERS_WRITE, async |tx| {
        queries::lock_voucher(tx, id).await?.ok_or_else(Problem::not_found)?;
        if queries::block_voucher(tx, id, blocked).await? {
            let action = if blocked { "voucher.blocked" } else { "voucher.unblocked" };
            audit(tx, action, id, json!({})).await?;
        }
        queries::voucher(tx, id).await?.ok_or_else(Problem::not_found)
    })
    .await
}

/// A voucher by what somebody typed. Whoever asks is to be slowed by the caller.
pub(crate) async fn voucher_of_code(ctx: &Ctx, typed: &str) -> Result<VoucherRow, Problem> {
    let code = typed_voucher(typed).ok_or_else(|| Problem::field("code", "code_unknown"))?;
    let found =
        ctx.tx(OFFERS_READ, async |tx| Ok::<_, Problem>(queries::voucher_by_code(tx, &code).await?)).await?;
    found.ok_or_else(|| Problem::field("code", "code_unknown"))
}

/// A voucher that a paid line gives.
#[derive(Clone, Debug)]
pub(super) struct VoucherDue<'a> {
    /// `order-line/oln_…/0/2`.
    pub(super) source: String,
    pub(super) amount: i64,
    pub(super) currency: Currency,
    pub(super) days: Option<i32>,
    pub(super) gift: &'a Gift,
}

/// Makes a voucher that was bought, once for its source, and tells who it is for. `false`: it was made before.
pub(super) async fn hand_out_voucher(
    tx: &mut Tx,
    order: OrderId,
    due: VoucherDue<'_>,
) -> Result<bool, Problem> {
    let ctx = tx.ctx().clone();
    let new = NewVoucher {
        code: voucher_code(&ctx.new_token()),
        currency: due.currency,
        amount: due.amount,
        source: &due.source,
        gift: due.gift,
        order: Some(order),
        expires_at: due.days.map(|days| ctx.now().plus_minutes(i64::from(days) * 24 * 60)),
    };
    match queries::insert_voucher(tx, new).await? {
        Some(made) => {
            tell_recipient(tx, &made).await?;
            Ok(true)
        }
        None if queries::voucher_by_source(tx, &due.source).await?.is_some() => Ok(false),
        None => Err(Problem::conflict("try_again")),
    }
}

/// Tells the buyer which vouchers an order made.
pub(super) async fn tell_buyer(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let made = queries::vouchers_of_order(tx, order.id).await?;
    if made.is_empty() {
        return Ok(());
    }
    let mail = VoucherBoughtMail::of(tx.ctx(), order, &made);
    let draft = mail.draft(order);
    Ok(mail::queue(tx, draft).await?)
}

/// What a refund of a buying order takes back: what is unused, and the voucher with it. Blocked ones lose it as well.
pub(super) async fn revoke_voucher(tx: &mut Tx, source: &str) -> Result<(), Problem> {
    let Some(found) = queries::voucher_by_source(tx, source).await? else { return Ok(()) };
    let Some(locked) = queries::lock_voucher(tx, found.id).await? else { return Ok(()) };
    if locked.balance > 0 {
        queries::move_money(tx, locked.id, &format!("{source}/revoked"), -locked.balance, locked.order_id)
            .await?;
    }
    queries::block_voucher(tx, locked.id, true).await?;
    Ok(())
}

/// Pays a part of an order with a voucher, or gives it back. An order that took and gave is where it began: it can take
/// again. Doing either twice in a row changes nothing.
pub(super) async fn move_for_order(
    tx: &mut Tx,
    voucher: VoucherId,
    order: OrderId,
    amount: i64,
    take: bool,
) -> Result<(), Problem> {
    let Some(locked) = queries::lock_voucher(tx, voucher).await? else { return Ok(()) };
    let before = queries::moved_by(tx, voucher, order).await?;
    let taken = before.iter().sum::<i64>() < 0;
    if taken == take {
        return Ok(());
    }
    if take && (locked.state(tx.ctx().now()) != VoucherState::Active || locked.balance < amount) {
        return Err(Problem::conflict("voucher_changed"));
    }
    let source = format!("order/{order}/{}", before.len());
    let amount = if take { -amount } else { amount };
    queries::move_money(tx, voucher, &source, amount, Some(order)).await?;
    Ok(())
}

/// Starts the mail to the recipient: at once, or on its day.
async fn tell_recipient(tx: &mut Tx, voucher: &VoucherRow) -> Result<(), Problem> {
    if voucher.recipient_email.is_empty() {
        return Ok(());
    }
    let spec =
        JobSpec::new(SEND_JOB, json!({ "voucher": voucher.id })).once(format!("{SEND_JOB}/{}", voucher.id));
    tx.enqueue(match voucher.send_at {
        Some(at) => spec.at(at),
        None => spec,
    })
    .await?;
    Ok(())
}

/// Tells a voucher's recipient, once. One that was taken out of use meanwhile is not told of.
pub(crate) async fn send_voucher(ctx: &Ctx, id: VoucherId) -> Result<(), Problem> {
    ctx.tx(CREDITS_WRITE, async |tx| {
        let Some(voucher) = queries::voucher(tx, id).await? else { return Ok(()) };
        if voucher.state(tx.ctx().now()) != VoucherState::Active || voucher.recipient_email.is_empty() {
            return Ok(());
        }
        let from = match voucher.order_id {
            Some(order) => billing::by_id(tx, order).await?.map(|order| order.client_name),
            None => None,
        };
        let mail = VoucherMail::of(tx.ctx(), &voucher, from.unwrap_or_default());
        let draft = mail.draft(&voucher);
        Ok(mail::queue(tx, draft).await?)
    })
    .await
}
