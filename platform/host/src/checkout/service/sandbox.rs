use billing::{
    CardTaken, Method, NewPayment, NewSaved, ORDER_LINK, OnGone, Order, SandboxState, SandboxStep, Settled,
    StepKind, TestCard, Try, TryState, card_saved, save_method, saves_for, subscriptions,
};
use events::Money;
use futures::try_join;
use kernel::{Ctx, Problem, Tx};
use poem::http::StatusCode;

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
    let state = state_of(ctx, token)?;
    let id = state.order;
    let order = ctx.read_tx(ORDER_LINK, async |tx| Ok::<_, Problem>(billing::by_id(tx, id).await?)).await?;
    Ok((order.ok_or_else(Problem::not_found)?, state))
}

fn state_of(ctx: &Ctx, token: &str) -> Result<SandboxState, Problem> {
    let sandbox = billing::installed().sandbox().ok_or_else(Problem::not_found)?;
    sandbox.verify(ctx.tenant().id, ctx.now(), token).map_err(|error| match error {
        billing::SandboxError::Forged => Problem::not_found(),
        billing::SandboxError::Expired => Problem::new(StatusCode::GONE, "payment_page_expired"),
    })
}

/// Carries out what was chosen on the sandbox's page. Answers where to go on.
///
/// With `card` the card that was paid with is saved, and behaves so when it is used again; where nothing is to be collected
/// later it is not.
pub(crate) async fn sandbox_outcome(
    ctx: &Ctx,
    token: &str,
    button: &str,
    card: &str,
) -> Result<String, Problem> {
    let state = state_of(ctx, token)?;
    let outcome =
        Outcome::read(state.step, button).ok_or_else(|| Problem::field("outcome", "payment_outcome"))?;
    if outcome == Outcome::Challenge {
        let next = SandboxState { step: SandboxStep::Challenge, ..state };
        let sandbox = billing::installed().sandbox().ok_or_else(Problem::not_found)?;
        return Ok(ctx.path(&format!("/pay/sandbox/{}", sandbox.sign(ctx.tenant().id, &next))));
    }
    let path = ctx.tx(ORDER_LINK, async |tx| {
        let shared: &Tx = tx;
        let (order, turn) =
            try_join!(async { Ok(billing::by_id(shared, state.order).await?) }, turn_of(shared, &state))?;
        let order = order.ok_or_else(Problem::not_found)?;
        match outcome {
            Outcome::Pay if is_setup(&order) => save_card(tx, &order, &turn, card).await,
            Outcome::Pay => pay(tx, &order, &turn, card).await,
            _ => decline(tx, &order, &turn).await,
        }
    });
    Ok(ctx.path(&path.await?))
}

/// The money moves. Answers the path where the buyer goes on.
async fn pay(tx: &mut Tx, order: &Order, turn: &Try, card: &str) -> Result<String, Problem> {
    let payment = payment_of(order, turn, "paid");
    billing::try_went(tx, turn.id, TryState::Succeeded).await?;
    let settled = billing::settle(tx, order.id, payment, OnGone::GiveBack).await?;
    if matches!(settled, Settled::Paid(_)) && collects_later(order) {
        let new = card_of(tx, order, turn, card).await?;
        let saved = save_method(tx, new).await?;
        subscriptions::pay_with(tx, &saved).await?;
        if let Some(subscription) = order.subscription_id {
            subscriptions::use_method(tx, subscription, &saved).await?;
        }
    }
    Ok(match settled {
        // Why the money goes back is told on the order's own page.
        Settled::GivenBack(order, _) => order.own_path(),
        Settled::Paid(order) | Settled::AlreadyPaid(order) => order.back_path(),
    })
}

/// No money moves: the card is saved for later. The same page again saves nothing more.
async fn save_card(tx: &mut Tx, order: &Order, turn: &Try, card: &str) -> Result<String, Problem> {
    billing::try_went(tx, turn.id, TryState::Succeeded).await?;
    let new = card_of(tx, order, turn, card).await?;
    Ok(match card_saved(tx, order.id, new, &turn.id.to_string()).await? {
        // That its time is over is told on the order's own page.
        CardTaken::Gone(order) => order.own_path(),
        CardTaken::Begun(order) | CardTaken::Known(order) => order.back_path(),
    })
}

/// The card is refused.
async fn decline(tx: &mut Tx, order: &Order, turn: &Try) -> Result<String, Problem> {
    billing::try_went(tx, turn.id, TryState::Failed).await?;
    if is_setup(order) {
        // No payment was tried that could be listed.
        billing::step(tx, order.id, StepKind::PaymentFailed, Method::Sandbox.code()).await?;
    } else {
        billing::payment_failed(tx, order.id, payment_of(order, turn, "declined")).await?;
    }
    Ok(order.own_path())
}

/// Whether a page saves a card for an order of nothing; also when it was saved meanwhile.
const fn is_setup(order: &Order) -> bool {
    order.total == 0
}

/// The card that was chosen on a page, for whom it is saved.
async fn card_of(tx: &mut Tx, order: &Order, turn: &Try, card: &str) -> Result<NewSaved, Problem> {
    let of = saves_for(tx, order, turn.by_client).await?;
    Ok(card.parse().unwrap_or(TestCard::Pays).saved(order.client_id, of, &turn.id.to_string()))
}

/// Whether more is to be collected after what an order asks for now, so that the card it is paid with is saved: further
/// periods of a subscription, or instalments.
pub(crate) const fn collects_later(order: &Order) -> bool {
    order.subscription_id.is_some() || order.asks_for_a_part()
}

/// The try that a page is about.
async fn turn_of(tx: &Tx, state: &SandboxState) -> Result<Try, Problem> {
    let id = state.nonce.parse().map_err(|_| Problem::not_found())?;
    let turn = billing::try_by_id(tx, id).await?.filter(|turn| turn.order_id == state.order);
    turn.ok_or_else(Problem::not_found)
}

fn payment_of(order: &Order, turn: &Try, outcome: &str) -> NewPayment {
    let amount = Money::new(turn.amount, order.currency);
    NewPayment { due: turn.due, ..NewPayment::of(Method::Sandbox, format!("{outcome}/{}", turn.id), amount) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
