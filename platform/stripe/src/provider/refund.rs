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

impl Stripe {
    /// Money that went back of a payment already under the refund's name is not given back once more, whatever is known
    /// here of the call that did it. What failed is asked for anew under another key.
    pub(super) async fn give_back(
        &self,
        ctx: &Ctx,
        payment: &Payment,
        refund: &Refund,
    ) -> Result<String, Failure> {
        let account = self.connected(ctx).await?;
        if let Some(known) = self.given_back(&account, payment, refund).await? {
            return Ok(known);
        }
        let path = format!("/payment_intents/{}", payment.reference);
        let intent = self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await?;
        let fee = number(&intent, "/application_fee_amount") > 0;
        let request = requests::refund(ctx, payment, refund, fee);
        let answer = match self.line().once(&account.caller, &request, &refund.key()).await {
            // What Stripe refuses to give back may be on its way since a moment.
            Err(Trouble::Refused(words)) => {
                let known = self.given_back(&account, payment, refund).await?;
                return known.ok_or_else(|| Trouble::Refused(words).into());
            }
            answer => answer?,
        };
        let made = Refunded::read(&answer).ok_or_else(|| unreadable("refund"))?;
        if made.failed {
            return Err(Trouble::Refused(format!("{} failed: {}", made.id, made.why)).into());
        }
        Ok(made.id)
    }

    async fn given_back(
        &self,
        account: &Account,
        payment: &Payment,
        refund: &Refund,
    ) -> Result<Option<String>, Failure> {
        let all = self.refunds_of(account, &payment.reference).await?;
        let own = all.into_iter().find(|one| one.tags.refund == refund.id.to_string() && !one.failed);
        Ok(own.map(|one| one.id))
    }
}
