//! Takes payments and gives money back.

mod begin;
mod refund;
mod saved;
mod setup;
mod tries;
mod wanted;

use billing::{
    Collected, ElementStart, Method, Order, Payment, PaymentProvider, Payouts, ProviderError, Refund,
    Refunding, SETUP, SavedMethod, Start, ToSave, Try,
};
use kernel::{BoxFuture, Ctx};
use serde_json::json;

use crate::{
    Stripe,
    call::{Plain, Trouble},
    failure::Failure,
};

/// Kinds of tries: on Stripe's page, of a subscription there, and by the card form; [`SETUP`] saves a card on that page.
/// Others are intents too.
pub(crate) const SESSION: &str = "session";
pub(crate) const SUBSCRIPTION: &str = "subscription";
pub(crate) const INTENT: &str = "intent";

/// Whether a try of this kind is a session of Stripe's page.
pub(crate) fn is_session(kind: &str) -> bool {
    matches!(kind, SESSION | SUBSCRIPTION | SETUP)
}

impl PaymentProvider for Stripe {
    fn method(&self) -> Method {
        Method::Stripe
    }
    fn start<'a>(&'a self, ctx: &'a Ctx, order: &'a Order) -> BoxFuture<'a, Result<Start, ProviderError>> {
        Box::pin(async move { Ok(Start::Redirect(self.begin(ctx, order, false).await?)) })
    }
    fn refund<'a>(
        &'a self,
        ctx: &'a Ctx,
        _: &'a Order,
        payment: &'a Payment,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<Refunding, ProviderError>> {
        Box::pin(async move { Ok(Refunding::Done(self.give_back(ctx, payment, refund).await?)) })
    }
    fn close<'a>(&'a self, ctx: &'a Ctx, turn: &'a Try) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let Some(account) = self.account(ctx).await.map_err(Failure::from)? else { return Ok(()) };
            Ok(self.give_up(ctx, &account, turn).await?)
        })
    }
    fn saves(&self) -> bool {
        true
    }
    fn collect<'a>(
        &'a self,
        ctx: &'a Ctx,
        order: &'a Order,
        saved: &'a SavedMethod,
        turn: &'a Try,
    ) -> BoxFuture<'a, Result<Collected, ProviderError>> {
        Box::pin(async move { Ok(self.collect_saved(ctx, order, saved, turn).await?) })
    }
    fn element<'a>(
        &'a self,
        ctx: &'a Ctx,
        order: &'a Order,
    ) -> BoxFuture<'a, Result<Option<ElementStart>, ProviderError>> {
        Box::pin(async move {
            let account = self.connected(ctx).await.map_err(Failure::from)?;
            if !account.is_element() {
                return Ok(None);
            }
            Ok(Some(self.form(ctx, &account, order).await?))
        })
    }
    fn forget<'a>(
        &'a self,
        ctx: &'a Ctx,
        saved: &'a SavedMethod,
    ) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let account = self.connected(ctx).await.map_err(Failure::from)?;
            let detach = Plain::post(format!("/payment_methods/{}/detach", saved.reference), json!({}));
            match self.line().ask(&account.caller, &detach).await {
                // It is gone already, or hangs on no customer any more.
                Ok(_) | Err(Trouble::Missing(_) | Trouble::Refused(_)) => Ok(()),
                Err(other) => Err(other.into()),
            }
        })
    }
    fn prefer<'a>(
        &'a self,
        ctx: &'a Ctx,
        saved: &'a SavedMethod,
    ) -> BoxFuture<'a, Result<(), ProviderError>> {
        Box::pin(async move {
            let account = self.connected(ctx).await.map_err(Failure::from)?;
            Ok(self.renews_with(ctx, &account, saved.client_id, &saved.reference).await?)
        })
    }
    fn portal<'a>(
        &'a self,
        ctx: &'a Ctx,
        wanted: &'a ToSave<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, ProviderError>> {
        Box::pin(async move { Ok(self.setup_page(ctx, wanted).await?) })
    }
    fn subscriptions(&self) -> Option<&dyn billing::subscriptions::SubscriptionProvider> {
        Some(self)
    }
    fn payouts<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<Payouts>, ProviderError>> {
        Box::pin(async move {
            let Some(account) = self.account(ctx).await.map_err(Failure::from)? else { return Ok(None) };
            Ok(Some(self.read_payouts(&account).await?))
        })
    }
}

/// Stripe's answer is not what it was asked for.
pub(crate) fn unreadable(what: &str) -> Failure {
    Trouble::Away(format!("an answer of Stripe's is no {what}")).into()
}
