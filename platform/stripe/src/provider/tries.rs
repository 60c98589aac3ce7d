use billing::{Try, TryState, try_opened, try_went};
use kernel::Ctx;
use serde_json::json;

use super::is_session;
use crate::{
    Stripe,
    account::{Account, right},
    call::{Plain, Trouble},
    failure::Failure,
};

impl Stripe {
    /// Ends at Stripe what nobody is to pay any more. What was paid in the meantime is followed instead.
    pub(crate) async fn give_up(&self, ctx: &Ctx, account: &Account, turn: &Try) -> Result<(), Failure> {
        if turn.reference.is_empty() {
            return self.went(ctx, turn, TryState::Ended).await;
        }
        let path = if is_session(&turn.kind) {
            format!("/checkout/sessions/{}/expire", turn.reference)
        } else {
            format!("/payment_intents/{}/cancel", turn.reference)
        };
        match self.line().ask(&account.caller, &Plain::post(path, json!({}))).await {
            Ok(_) | Err(Trouble::Missing(_)) => self.went(ctx, turn, TryState::Ended).await,
            Err(Trouble::Refused(_)) => self.follow_try(ctx, account, turn).await.map(drop),
            Err(other) => Err(other.into()),
        }
    }

    pub(crate) async fn opened(&self, ctx: &Ctx, turn: &Try, reference: &str) -> Result<(), Failure> {
        ctx.tx(right(ctx), async |tx| Ok::<_, Failure>(try_opened(tx, turn.id, reference).await?)).await
    }
    pub(crate) async fn went(&self, ctx: &Ctx, turn: &Try, state: TryState) -> Result<(), Failure> {
        ctx.tx(right(ctx), async |tx| Ok::<_, Failure>(try_went(tx, turn.id, state).await?)).await
    }
}
