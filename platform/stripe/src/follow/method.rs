//! Something to pay with: saved, changed or taken away at Stripe.

use billing::{CardTaken, Method, NewSaved, SavedFor, card_saved, save_method, saved_by_reference};
use events::{ClientId, OrderId};
use kernel::Ctx;
use serde_json::{Value, json};

use super::{Outcome, is_ours};
use crate::{
    Stripe,
    account::{Account, right},
    call::{Plain, Trouble},
    failure::Failure,
    model::{Saved, Tags, text},
    provider::unreadable,
    queries,
};

impl Stripe {
    /// Something to pay with that a client of ours saved, changed or took away.
    pub(crate) async fn follow_method(
        &self,
        ctx: &Ctx,
        account: &Account,
        id: &str,
    ) -> Result<Outcome, Failure> {
        let path = format!("/payment_methods/{id}");
        let answer = match self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await {
            Err(Trouble::Missing(_)) => return Ok(Outcome::NotOurs),
            answer => answer?,
        };
        let saved = Saved::read(&answer).ok_or_else(|| unreadable("payment method"))?;
        if saved.customer.is_none() {
            return self.method_gone(ctx, id).await;
        }
        Ok(if self.keep_saved(ctx, &saved).await? { Outcome::Saved } else { Outcome::NotOurs })
    }
    /// What a setup saved: for an order that waits for it, for one subscription of a client's, or for all they buy.
    pub(crate) async fn follow_setup(
        &self,
        ctx: &Ctx,
        account: &Account,
        id: &str,
    ) -> Result<Outcome, Failure> {
        let answer = self.look(account, format!("/setup_intents/{id}")).await?;
        let tags = Tags::read(&answer);
        let order: Option<OrderId> = if is_ours(ctx, &tags) { tags.order.parse().ok() } else { None };
        let method = crate::model::id(&answer, "/payment_method");
        let Some(method) = method.filter(|_| text(&answer, "/status") == "succeeded") else {
            return Ok(match order {
                Some(_) => Outcome::Waits(self.number_of(ctx, &tags.order).await?),
                None => Outcome::NotOurs,
            });
        };
        if let Some(order) = order {
            return self.card_for(ctx, account, order, id, method).await;
        }
        let outcome = self.follow_method(ctx, account, method).await?;
        if let (true, Ok(subscription)) = (is_ours(ctx, &tags), tags.subscription.parse()) {
            self.pays_with(ctx, account, subscription, method).await?;
        }
        let customer = crate::model::id(&answer, "/customer").unwrap_or_default();
        let look =
            ctx.read_tx(right(ctx), async |tx| Ok::<_, Failure>(queries::client_of(tx, customer).await?));
        if let Some((client, _)) = look.await? {
            self.renews_with(ctx, account, client, method).await?;
        }
        Ok(outcome)
    }

    /// A card for an order that waits for one. What an order that is gone can't use is not kept here or there.
    async fn card_for(
        &self,
        ctx: &Ctx,
        account: &Account,
        order: OrderId,
        setup: &str,
        method: &str,
    ) -> Result<Outcome, Failure> {
        let saved = self.look(account, format!("/payment_methods/{method}")).await?;
        let saved = Saved::read(&saved).ok_or_else(|| unreadable("payment method"))?;
        let customer = saved.customer.clone().unwrap_or_default();
        let taken = ctx
            .tx(right(ctx), async |tx| {
                let Some((client, of)) = queries::client_of(tx, &customer).await? else {
                    return Ok::<_, Failure>(None);
                };
                Ok(Some(card_saved(tx, order, new_saved(client, of, &saved), setup).await?))
            })
            .await?;
        match taken {
            None => Ok(Outcome::NotOurs),
            Some(CardTaken::Begun(order) | CardTaken::Known(order)) => Ok(Outcome::Paid(order.number)),
            Some(CardTaken::Gone(_)) => {
                let detach = Plain::post(format!("/payment_methods/{method}/detach"), json!({}));
                match self.line().ask(&account.caller, &detach).await {
                    Ok(_) | Err(Trouble::Missing(_) | Trouble::Refused(_)) => Ok(Outcome::Saved),
                    Err(other) => Err(other.into()),
                }
            }
        }
    }

    /// Keeps what was saved for whom its customer is: a client, signed in, or one thing that anybody bought. `false`: nobody
    /// of ours.
    pub(super) async fn keep_saved(&self, ctx: &Ctx, saved: &Saved) -> Result<bool, Failure> {
        let Some(customer) = saved.customer.as_deref() else { return Ok(false) };
        ctx.tx(right(ctx), async |tx| {
            let Some((client, saved_for)) = queries::client_of(tx, customer).await? else {
                return Ok(false);
            };
            // Told again it changes nothing, least of all which one is used.
            let known = saved_by_reference(tx, Method::Stripe, &saved.id).await?;
            let same = known.is_some_and(|known| {
                let expires = known.exp_month.zip(known.exp_year);
                known.client_id == client && known.last4 == saved.last4 && expires == saved.expires
            });
            if !same {
                let saved = save_method(tx, new_saved(client, saved_for, saved)).await?;
                billing::subscriptions::pay_with(tx, &saved).await?;
            }
            Ok(true)
        })
        .await
    }

    async fn method_gone(&self, ctx: &Ctx, reference: &str) -> Result<Outcome, Failure> {
        let removed = ctx.tx(right(ctx), async |tx| {
            Ok::<_, Failure>(billing::method_gone(tx, Method::Stripe, reference).await?)
        });
        Ok(if removed.await? { Outcome::Saved } else { Outcome::NotOurs })
    }
}

fn new_saved(client: ClientId, saved_for: SavedFor, saved: &Saved) -> NewSaved {
    NewSaved {
        client,
        saved_for,
        provider: Method::Stripe,
        reference: saved.id.clone(),
        kind: if saved.kind.is_empty() { "card".to_owned() } else { saved.kind.clone() },
        brand: saved.brand.clone(),
        last4: saved.last4.clone(),
        exp_month: saved.expires.map(|(month, _)| month),
        exp_year: saved.expires.map(|(_, year)| year),
    }
}
