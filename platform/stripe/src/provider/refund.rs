use billing::{Payment, Refund};
use kernel::Ctx;
use serde_json::Value;

use super::unreadable;
use crate::{
    Stripe,
    account::Account,
    call::{Plain, Trouble},
    failure::Failure,
    model::{Refunded, number},
    requests,
};

/// Refunds that may fail one after the other before somebody must look.
const REFUND_TURNS: usize = 5;

impl Stripe {
    pub(super) async fn give_back(
        &self,
        ctx: &Ctx,
        payment: &Payment,
        refund: &Refund,
    ) -> Result<String, Failure> {
        let account = self.connected(ctx).await?;
        let path = format!("/payment_intents/{}", payment.reference);
        let intent = self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await?;
        let fee = number(&intent, "/application_fee_amount") > 0;
        let request = requests::refund(ctx, payment, refund, fee);
        for turn in 0..REFUND_TURNS {
            // One that failed stays failed under its key; when it is asked for again, the next key makes another.
            let key = if turn == 0 { refund.id.to_string() } else { format!("{}/{turn}", refund.id) };
            let answer = match self.line().once(&account.caller, &request, &key).await {
                Err(Trouble::Refused(words)) => {
                    return self.given_back(&account, payment, refund, words).await;
                }
                answer => answer?,
            };
            let made = Refunded::read(&answer).ok_or_else(|| unreadable("refund"))?;
            if !made.failed {
                return Ok(made.id);
            }
            if !refund.reference.contains(&made.id) {
                return Err(Trouble::Refused(format!("{} failed: {}", made.id, made.why)).into());
            }
        }
        Err(Trouble::Refused("it failed again and again".into()).into())
    }

    /// What Stripe refuses to give back may be on its way already.
    async fn given_back(
        &self,
        account: &Account,
        payment: &Payment,
        refund: &Refund,
        words: String,
    ) -> Result<String, Failure> {
        let all = self.refunds_of(account, &payment.reference).await?;
        let own = all.into_iter().find(|one| one.tags.refund == refund.id.to_string() && !one.failed);
        own.map(|one| one.id).ok_or_else(|| Trouble::Refused(words).into())
    }
}
