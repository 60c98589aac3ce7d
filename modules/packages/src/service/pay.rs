use billing::{MarkPaid, Method, NewPayment, Order, SandboxState, SandboxStep, Status};
use events::{Instant, OrderId};
use kernel::{Check, Ctx, Problem, Tx, audit};
use poem::http::StatusCode;
use serde_json::json;

use super::{
    checkout::{begin_payment, follow_up, waits_until},
    release::{free, holds},
};
use crate::{
    policy::{ORDER_LINK, ORDERS_WRITE},
    queries,
};

/// What somebody chose on the sandbox's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The money moves.
    Pay,
    /// The card is refused.
    Decline,
    /// The bank asks first.
    Challenge,
}

impl Outcome {
    /// What a button means on a page; `None` for one that the page does not have.
    pub(crate) fn read(step: SandboxStep, button: &str) -> Option<Self> {
        Some(match (step, button) {
            (SandboxStep::Pay, "pay") | (SandboxStep::Challenge, "challenge_ok") => Self::Pay,
            (SandboxStep::Pay, "decline") | (SandboxStep::Challenge, "challenge_failed") => Self::Decline,
            (SandboxStep::Pay, "challenge") => Self::Challenge,
            _ => return None,
        })
    }
}

/// The order and step behind an address of the sandbox. Without a sandbox there is no such page.
pub(crate) async fn sandbox_page(ctx: &Ctx, token: &str) -> Result<(Order, SandboxState), Problem> {
    let sandbox = billing::installed().sandbox().ok_or_else(Problem::not_found)?;
    let state = sandbox.verify(ctx.tenant().id, ctx.now(), token).map_err(|error| match error {
        billing::SandboxError::Forged => Problem::not_found(),
        billing::SandboxError::Expired => Problem::new(StatusCode::GONE, "payment_page_expired"),
    })?;
    let id = state.order;
    let order = ctx.tx(ORDER_LINK, async |tx| Ok::<_, Problem>(billing::by_id(tx, id).await?)).await?;
    Ok((order.ok_or_else(Problem::not_found)?, state))
}

/// Carries out what was chosen on the sandbox's page. Answers where to go on.
pub(crate) async fn sandbox_outcome(ctx: &Ctx, token: &str, button: &str) -> Result<String, Problem> {
    let (order, state) = sandbox_page(ctx, token).await?;
    let outcome =
        Outcome::read(state.step, button).ok_or_else(|| Problem::field("outcome", "payment_outcome"))?;
    let receipt = ctx.path(&format!("/order/{}", order.token));
    match outcome {
        Outcome::Challenge => {
            let next = SandboxState { step: SandboxStep::Challenge, ..state };
            let sandbox = billing::installed().sandbox().ok_or_else(Problem::not_found)?;
            Ok(ctx.path(&format!("/pay/sandbox/{}", sandbox.sign(ctx.tenant().id, &next))))
        }
        Outcome::Pay => {
            let payment = NewPayment::of(Method::Sandbox, format!("paid/{}", state.nonce), order.total());
            ctx.tx(ORDER_LINK, async |tx| settle(tx, order.id, payment).await).await?;
            Ok(receipt)
        }
        Outcome::Decline => {
            let payment = NewPayment::of(Method::Sandbox, format!("declined/{}", state.nonce), order.total());
            ctx.tx(ORDER_LINK, async |tx| {
                Ok::<_, Problem>(billing::payment_failed(tx, order.id, payment).await?)
            })
            .await?;
            Ok(receipt)
        }
    }
}

/// Marks an order as paid in this transaction. Money that comes after the order expired still buys what is left: it is
/// reserved again first, and when it is gone nothing is marked.
async fn settle(tx: &mut Tx, id: OrderId, payment: NewPayment) -> Result<Order, Problem> {
    let order = billing::lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    if order.status == Status::Expired {
        let wanted = holds(tx, &order).await?;
        queries::reserve(tx, order.client_id, &wanted).await?;
    }
    Ok(match billing::mark_paid(tx, id, payment).await? {
        MarkPaid::Paid(order) => {
            audit(tx, "order.paid", order.id, json!({ "method": order.provider, "total": order.total() }))
                .await?;
            order
        }
        MarkPaid::AlreadyPaid(order) => order,
    })
}

/// Staff mark an order as paid: the transfer arrived, or there was cash. Again: nothing.
pub(crate) async fn mark_paid(ctx: &Ctx, id: OrderId, note: &str) -> Result<Order, Problem> {
    let mut check = Check::new();
    let note = check.line("note", note, 0, 500);
    check.finish()?;
    ctx.tx(ORDERS_WRITE, async |tx| {
        let order = own(billing::by_id(tx, id).await?)?;
        let payment = NewPayment {
            method: Method::Manual,
            reference: order.id.to_string(),
            amount: order.total(),
            note,
        };
        settle(tx, id, payment).await
    })
    .await
}

/// Another try to pay an order that waits, perhaps in another way. Answers where to go on.
pub(crate) async fn pay_again(ctx: &Ctx, token: &str, wanted: &str) -> Result<String, Problem> {
    let order = ctx
        .tx(ORDER_LINK, async |tx| {
            let order = own(billing::by_token(tx, token).await?)?;
            let (now, settings) = (tx.ctx().now(), billing::settings(tx).await?);
            if order.status.was_paid() {
                return Ok(order);
            }
            if !order.may_be_paid(now) {
                return Err(Problem::conflict("order_closed"));
            }
            let ways = billing::methods(&settings, billing::installed(), order.total);
            let way = ways.iter().find(|way| way.code() == wanted || wanted.is_empty());
            let method = *way.ok_or_else(|| Problem::field("method", "payment_method"))?;
            let until = waits_until(method, settings.manual_days, now).unwrap_or(now);
            let most = waits_until(method, settings.manual_days, order.created_at).unwrap_or(now);
            let again = billing::restart(tx, &order, method, extended(order.expires_at, until, most)).await?;
            follow_up(tx, &again).await?;
            Ok(again)
        })
        .await?;
    begin_payment(ctx, &order).await
}

/// Minutes that new tries may add to an order's time, all together.
const EXTRA_MINUTES: i64 = 60;

/// Until when an order waits after a new try: as long as the way to pay asks for, but a buyer who tries again and again
/// can't keep what is reserved for ever. A new try never shortens the time.
fn extended(before: Option<Instant>, until: Instant, most: Instant) -> Instant {
    let until = until.min(most.plus_minutes(EXTRA_MINUTES));
    before.map_or(until, |before| before.max(until))
}

/// Staff cancel an order that waits for its payment.
pub(crate) async fn cancel(ctx: &Ctx, id: OrderId) -> Result<Order, Problem> {
    ctx.tx(ORDERS_WRITE, async |tx| {
        let order = own(billing::by_id(tx, id).await?)?;
        end(tx, order).await
    })
    .await
}

/// The buyer gives an order up that waits for its payment.
pub(crate) async fn cancel_by_link(ctx: &Ctx, token: &str) -> Result<Order, Problem> {
    ctx.tx(ORDER_LINK, async |tx| {
        let order = own(billing::by_token(tx, token).await?)?;
        end(tx, order).await
    })
    .await
}

/// Cancels and frees what was reserved. An order that has ended stays as it is; a paid one is refused.
async fn end(tx: &mut Tx, order: Order) -> Result<Order, Problem> {
    match billing::close(tx, &[order.id], Status::Cancelled).await?.pop() {
        Some(ended) => {
            free(tx, std::slice::from_ref(&ended)).await?;
            audit(tx, "order.cancelled", ended.id, json!({ "number": ended.number })).await?;
            Ok(ended)
        }
        None if matches!(order.status, Status::Cancelled | Status::Expired) => Ok(order),
        None => Err(Problem::conflict("order_state").arg("state", order.status)),
    }
}

/// An order of this module.
fn own(order: Option<Order>) -> Result<Order, Problem> {
    order.filter(|order| order.module == crate::ID).ok_or_else(Problem::not_found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trying_again_can_t_hold_a_place_for_ever() {
        let start = Instant::new(jiff::Timestamp::from_second(0).unwrap());
        let (mut ends, mut now) = (start.plus_minutes(40), start);
        for _ in 0..50 {
            now = now.plus_minutes(30);
            if now >= ends {
                break;
            }
            ends = extended(Some(ends), now.plus_minutes(40), start.plus_minutes(40));
        }
        assert_eq!(ends, start.plus_minutes(100));
    }
    #[test]
    fn each_page_has_its_buttons() {
        use SandboxStep::{Challenge, Pay};
        assert_eq!(Outcome::read(Pay, "pay"), Some(Outcome::Pay));
        assert_eq!(Outcome::read(Pay, "challenge"), Some(Outcome::Challenge));
        assert_eq!(Outcome::read(Challenge, "challenge_ok"), Some(Outcome::Pay));
        assert_eq!(Outcome::read(Challenge, "challenge_failed"), Some(Outcome::Decline));
        assert_eq!(
            Outcome::read(Pay, "challenge_ok"),
            None,
            "the bank's answer can't be given before it asked"
        );
        assert_eq!(Outcome::read(Challenge, "pay"), None, "nor can the bank be passed by");
    }
}
