//! Who stands at the checkout. Whoever types an e-mail is not yet the client who has it: they learn nothing of what that
//! client has or had, and what they begin is in that client's way no longer than until the client comes.

use billing::{ORDERS_READ, Order, SavedFor, TryState};
use events::ClientId;
use kernel::{Ctx, Problem, Tx};
use people::clients;

use super::{CheckoutInput, place::sold_lines};
use crate::{
    model::{Sold, UsedCode},
    policy::ORDERS_CREATE,
    queries,
};

/// Orders that wait for a transfer wait for days, none so long.
const DAYS: i64 = 90;

/// Who buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The client whose e-mail was typed, signed in.
    Own(ClientId),
    /// Staff who see this client's orders anyway.
    Staff,
    /// Anybody else.
    Guest,
}

impl Who {
    pub(super) async fn of(tx: &mut Tx, email: &str) -> Result<Self, Problem> {
        let own = clients::of_actor(tx).await?.filter(|own| own.email == email);
        Ok(match own {
            Some(own) => Self::Own(own.id),
            None if tx.ctx().may(ORDERS_READ) => Self::Staff,
            None => Self::Guest,
        })
    }
}

/// Whether a refusal says something of the client, and not of the offer alone.
pub(super) fn tells(problem: &Problem) -> bool {
    let told = |code: &str| {
        matches!(code, "trial_used" | "plan_running" | "plan_waiting" | "offer_limit" | "coupon_own_used_up")
    };
    told(problem.code) || problem.fields.iter().any(|error| told(error.code))
}

/// All that a guest is told then, whatever the reason.
pub(super) fn sign_in() -> Problem {
    Problem::field("email", "checkout_sign_in")
}

/// What waits for its payment in place of what is wanted now.
pub(super) enum Waiting {
    /// The same form was sent from here before: go on with its order.
    Same(Box<Order>),
    /// Another one, from here.
    Other(Box<Order>),
    /// Nothing that the buyer may see.
    Nothing,
}

/// The order by which the client has begun to buy this. Only the client, or the browser that placed it, goes on with it: a
/// form that was opened anew (the page was loaded again, the browser went back) says the very same words, and so could anybody.
pub(super) async fn waiting(tx: &mut Tx, input: &CheckoutInput, who: Who) -> Result<Waiting, Problem> {
    let (now, wanted) = (tx.ctx().now(), input.fingerprint());
    let mut other = Waiting::Nothing;
    for order in open_orders(tx, input).await? {
        let sold = sold_lines(tx, &order).await?;
        let Some(first) = sold.first() else { continue };
        let own = matches!(who, Who::Own(_)) && is_by_client(tx, &order).await?;
        let here = !input.browser.is_empty() && first.browser == input.browser;
        if (own || here) && order.may_be_paid(now) && order.subscription_id.is_some() {
            if first.wanted == wanted {
                return Ok(Waiting::Same(Box::new(order)));
            }
            other = Waiting::Other(Box::new(order));
        }
    }
    Ok(other)
}

/// Gives up what guests ordered in a client's name, did not pay, and what now stands in the client's own way. One whose payment
/// is under way stays. Answers whether there is more room.
pub(super) async fn make_room(ctx: &Ctx, input: &CheckoutInput) -> Result<bool, Problem> {
    let look = ctx.tx(ORDERS_CREATE, async |tx: &mut Tx| {
        let offer = queries::by_slug(tx, &input.wanted.offer).await?.ok_or_else(Problem::not_found)?;
        let mut in_the_way = Vec::new();
        for order in open_orders(tx, input).await? {
            let sold = sold_lines(tx, &order).await?;
            let holds = sold.iter().flat_map(|sold| &sold.holds).any(|hold| hold.offer == offer.row.id);
            let stands = holds || uses_a_coupon(&sold);
            if stands && !is_by_client(tx, &order).await? && !is_under_way(tx, &order).await? {
                in_the_way.push(order);
            }
        }
        Ok::<_, Problem>(in_the_way)
    });
    let mut room = false;
    for order in look.await? {
        match ctx.tx(ORDERS_CREATE, async |tx: &mut Tx| billing::cancel(tx, &order).await).await {
            Ok(_) => room = true,
            Err(problem) if problem.status.is_server_error() => return Err(problem),
            // It was paid meanwhile.
            Err(_) => {}
        }
    }
    Ok(room)
}

async fn open_orders(tx: &mut Tx, input: &CheckoutInput) -> Result<Vec<Order>, Problem> {
    let since = tx.ctx().now().plus_minutes(-DAYS * 24 * 60);
    Ok(billing::open_orders_of(tx, crate::ID, &input.buyer.email, since).await?)
}

fn uses_a_coupon(sold: &[Sold]) -> bool {
    sold.iter().flat_map(|sold| &sold.codes).any(|code| matches!(code, UsedCode::Coupon { .. }))
}

async fn is_by_client(tx: &mut Tx, order: &Order) -> Result<bool, Problem> {
    Ok(billing::is_by_client(tx, SavedFor::Order(order.id)).await?)
}

async fn is_under_way(tx: &mut Tx, order: &Order) -> Result<bool, Problem> {
    let tries = billing::tries(tx, order.id).await?;
    Ok(tries.iter().any(|one| matches!(one.state, TryState::Processing | TryState::Succeeded)))
}

#[cfg(test)]
mod tests {
    use kernel::FieldError;

    use super::*;

    #[test]
    fn what_is_of_the_client_is_told_from_what_is_of_the_offer() {
        for code in ["trial_used", "plan_running", "plan_waiting", "offer_limit"] {
            assert!(tells(&Problem::conflict(code)), "{code}");
        }
        let field = |code| Problem::invalid(vec![FieldError::new("code", code)]);
        assert!(tells(&field("coupon_own_used_up")));
        for code in ["code_unknown", "coupon_used_up"] {
            assert!(!tells(&field(code)), "{code}");
        }
        assert!(!tells(&Problem::conflict("offer_sold_out")));
        assert!(!tells(&Problem::conflict("price_changed")));
    }
}
