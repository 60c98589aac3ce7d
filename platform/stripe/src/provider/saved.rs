use billing::{Collected, Order, SavedFor, SavedMethod, Try};
use kernel::Ctx;
use serde_json::json;

use super::unreadable;
use crate::{
    Stripe,
    account::Account,
    call::{Plain, Trouble},
    failure::Failure,
    model::{Intent, IntentState, items},
};

/// Seconds for which a key is surely known to Stripe.
const KEYS_KEPT: i64 = 20 * 3600;

impl Stripe {
    pub(super) async fn collect_saved(
        &self,
        ctx: &Ctx,
        order: &Order,
        saved: &SavedMethod,
        turn: &Try,
    ) -> Result<Collected, Failure> {
        let account = self.connected(ctx).await?;
        if turn.reference.is_empty()
            && turn.created_at.plus_seconds(KEYS_KEPT) < ctx.now()
            && let Some(paid) = self.collected_before(ctx, &account, order, turn, saved.saved_for()).await?
        {
            return Ok(paid);
        }
        let wanted = self.wanted(ctx, &account, order, turn, Some(saved)).await?;
        let request = wanted.off_session(&saved.reference)?;
        let answer = match self.line().once(&account.caller, &request, &turn.key()).await {
            Err(Trouble::Declined { code, words, intent }) => {
                let reference = intent.unwrap_or_default();
                if !reference.is_empty() {
                    self.opened(ctx, turn, &reference).await?;
                }
                return Ok(match code.as_str() {
                    "authentication_required" => Collected::NeedsBuyer,
                    _ => Collected::Declined { reference, words },
                });
            }
            Err(Trouble::Missing(words)) => {
                return Ok(Collected::Declined { reference: String::new(), words });
            }
            answer => answer?,
        };
        let intent = Intent::read(&answer).ok_or_else(|| unreadable("payment intent"))?;
        self.opened(ctx, turn, &intent.id).await?;
        Ok(match intent.state {
            IntentState::Succeeded => {
                let label = self.label_of(&account, &intent.id).await;
                Collected::Paid { reference: intent.id, label }
            }
            IntentState::Processing => Collected::Processing(intent.id),
            IntentState::NeedsBuyer => Collected::NeedsBuyer,
            IntentState::Open | IntentState::Refused | IntentState::Ended => {
                Collected::Declined { reference: intent.id, words: intent.refusal }
            }
        })
    }

    /// Stripe forgets keys after a day: whether the call of an old try took the money is seen in its list.
    async fn collected_before(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: &Order,
        turn: &Try,
        of: SavedFor,
    ) -> Result<Option<Collected>, Failure> {
        let customer = self.customer(ctx, account, order, of).await?;
        let since = turn.created_at.plus_seconds(-60).timestamp().as_second();
        let query = json!({"customer": customer, "limit": 100, "created": {"gte": since}});
        let listed = self.line().ask(&account.caller, &Plain::get("/payment_intents", query)).await?;
        let of_try = |intent: &Intent| {
            let tags = (&intent.tags.order, intent.tags.due, intent.amount);
            tags == (&order.id.to_string(), turn.due, turn.amount)
        };
        let mut intents = items(&listed, "/data").iter().filter_map(Intent::read).filter(of_try);
        Ok(intents.find_map(|intent| match intent.state {
            IntentState::Succeeded => Some(Collected::Paid { reference: intent.id, label: String::new() }),
            IntentState::Processing => Some(Collected::Processing(intent.id)),
            _ => None,
        }))
    }

    /// What an intent was paid with, for the receipt; that it can't be read now is no reason to lose the payment.
    async fn label_of(&self, account: &Account, intent: &str) -> String {
        let read = self.read_intent(account, intent).await;
        read.ok().and_then(|intent| Some(intent.charge?.label)).unwrap_or_default()
    }
}
