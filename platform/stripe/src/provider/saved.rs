use billing::{Collected, Order, SavedMethod, Try};
use events::ClientId;
use kernel::Ctx;
use stripe_billing::billing_portal_session::CreateBillingPortalSession;

use super::unreadable;
use crate::{
    Stripe,
    account::{Account, right},
    call::Trouble,
    failure::Failure,
    model::{Intent, IntentState, text},
    queries,
};

impl Stripe {
    pub(super) async fn collect_saved(
        &self,
        ctx: &Ctx,
        order: &Order,
        saved: &SavedMethod,
        turn: &Try,
    ) -> Result<Collected, Failure> {
        let account = self.connected(ctx).await?;
        let wanted = self.wanted(ctx, &account, order, turn).await?;
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

    /// What an intent was paid with, for the receipt; that it can't be read now is no reason to lose the payment.
    async fn label_of(&self, account: &Account, intent: &str) -> String {
        let read = self.read_intent(account, intent).await;
        read.ok().and_then(|intent| Some(intent.charge?.label)).unwrap_or_default()
    }

    pub(super) async fn portal_of(
        &self,
        ctx: &Ctx,
        client: ClientId,
        back: &str,
    ) -> Result<Option<String>, Failure> {
        let Some(account) = self.account(ctx).await? else { return Ok(None) };
        let name = account.name().to_owned();
        let known =
            ctx.read_tx(right(ctx), async |tx| Ok::<_, Failure>(queries::customer(tx, client, &name).await?));
        let Some(customer) = known.await? else { return Ok(None) };
        let request = CreateBillingPortalSession::new().customer(customer).return_url(back);
        let made = self.line().ask(&account.caller, &request).await?;
        Ok(Some(text(&made, "/url").to_owned()).filter(|url| !url.is_empty()))
    }
}
