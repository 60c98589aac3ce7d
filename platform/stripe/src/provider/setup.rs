//! Something to pay with, saved before there is anything to pay.

use billing::{
    Method, SavedFor, ToSave, saved_by_reference,
    subscriptions::{self, Subscription},
};
use events::{ClientId, SubscriptionId};
use kernel::{Ctx, Problem};
use people::clients;
use serde_json::json;

use super::unreadable;
use crate::{
    Stripe,
    account::{Account, right},
    call::Plain,
    failure::Failure,
    follow::Outcome,
    model::text,
    queries, requests,
};

impl Stripe {
    /// Stripe's page on which somebody saves something to pay with. It leads back by an own page, which reads at once what
    /// was saved.
    pub(super) async fn setup_page(&self, ctx: &Ctx, wanted: &ToSave<'_>) -> Result<Option<String>, Failure> {
        let Some(account) = self.account(ctx).await? else { return Ok(None) };
        let customer = self.customer_of(ctx, &account, wanted.client, wanted.saved_for).await?;
        let request = requests::setup(ctx, wanted, &customer)?;
        let made = self.line().once(&account.caller, &request, &format!("setup/{}", ctx.new_token())).await?;
        Ok(Some(text(&made, "/url").to_owned()).filter(|url| !url.is_empty()))
    }

    /// A client as the account knows them, for this; made when it does not, although they bought nothing yet.
    async fn customer_of(
        &self,
        ctx: &Ctx,
        account: &Account,
        client: ClientId,
        of: SavedFor,
    ) -> Result<String, Failure> {
        let name = account.name();
        let (known, client) = ctx
            .read_tx(right(ctx), async |tx| {
                let known = queries::customer(tx, client, of, name).await?;
                let client = clients::by_id(tx, client).await?.ok_or_else(Problem::not_found)?;
                Ok::<_, Failure>((known, client))
            })
            .await?;
        if let Some(known) = known {
            return Ok(known);
        }
        let request = requests::person(ctx, client.id, &client.email, &client.name);
        let key = format!("customer/{}/{}", client.id, ctx.new_token());
        let made = self.line().once(&account.caller, &request, &key).await?;
        let reference = text(&made, "/id");
        let kept = ctx.tx(right(ctx), async |tx| {
            queries::keep_customer(tx, client.id, of, name, reference).await?;
            Ok::<_, Failure>(queries::customer(tx, client.id, of, name).await?)
        });
        kept.await?.ok_or_else(|| unreadable("customer"))
    }

    /// What became of the page for saving that somebody comes back from.
    pub(crate) async fn follow_saving(&self, ctx: &Ctx, session: &str) -> Result<Outcome, Failure> {
        let account = self.connected(ctx).await?;
        self.follow_session(ctx, &account, session).await
    }

    /// A subscription is paid with something that was saved, from now on; at Stripe too, when Stripe renews it. What is not
    /// for it is left alone.
    pub(crate) async fn pays_with(
        &self,
        ctx: &Ctx,
        account: &Account,
        id: SubscriptionId,
        method: &str,
    ) -> Result<(), Failure> {
        let used = ctx.tx(right(ctx), async |tx| {
            let Some(saved) = saved_by_reference(tx, Method::Stripe, method).await? else {
                return Ok::<_, Failure>(None);
            };
            match subscriptions::use_method(tx, id, &saved).await {
                Ok(()) => Ok(Some(saved.client_id)),
                Err(problem) if problem.status.is_client_error() => Ok(None),
                Err(problem) => Err(problem.into()),
            }
        });
        match used.await? {
            Some(client) => self.renews_with(ctx, account, client, method).await,
            None => Ok(()),
        }
    }

    /// Subscriptions that Stripe renews are paid with what is used for them here, when that is this.
    pub(crate) async fn renews_with(
        &self,
        ctx: &Ctx,
        account: &Account,
        client: ClientId,
        method: &str,
    ) -> Result<(), Failure> {
        let own = ctx.read_tx(right(ctx), async |tx| {
            let mut own: Vec<Subscription> = Vec::new();
            for sub in subscriptions::of_client(tx, client).await? {
                let renewed = sub.provider == Method::Stripe && sub.is_followed() && sub.status.is_live();
                let used = if renewed { billing::method_of(tx, &sub).await? } else { None };
                if used.is_some_and(|used| used.reference == method) {
                    own.push(sub);
                }
            }
            Ok::<_, Failure>(own)
        });
        for sub in own.await? {
            let change = json!({ "default_payment_method": method });
            let request = Plain::post(format!("/subscriptions/{}", sub.reference), change);
            self.line().ask(&account.caller, &request).await?;
        }
        Ok(())
    }
}
