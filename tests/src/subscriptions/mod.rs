//! Subscriptions, instalments and saved ways to pay, with a clock that the test moves.

mod cards_first;
mod changing;
mod dunning;
mod instalments;
mod news;
mod pages;
mod renewing;
mod resting;
mod strangers;
mod ways;

use billing::{
    BILLING_RUN, Extras, Method, NewLine, NewOrder, NewPayment, OnGone, Order, SavedFor, TestCard,
    subscriptions::{self, ClientRules, Every, NewSubscription, Subscription, Terms},
};
use events::{ClientId, OrderId, SubscriptionId};
use kernel::{Ctx, Problem};
use people::clients::NewClient;
use serde_json::json;
use testkit::TestTenant;

pub const DAY: i64 = 24 * 3600;

/// A context of the platform itself in a tenant.
pub async fn context(tenant: &TestTenant<'_>) -> Ctx {
    let info = tenant.app.app.directory.by_id(tenant.id).await.unwrap().unwrap();
    tenant.app.app.system_context(info, "test", String::new()).await.unwrap()
}

/// A month at a time, until somebody ends it.
pub fn terms(item: &str, price: i64) -> Terms {
    Terms {
        item: item.into(),
        name: format!("Plan {item}"),
        price,
        tax: None,
        every: Every::Month,
        every_count: 1,
        periods: None,
        rules: ClientRules::default(),
        detail: json!({}),
    }
}

pub async fn client(ctx: &Ctx, email: &str) -> ClientId {
    let new = NewClient { name: "Sam Reed".into(), email: email.into(), ..NewClient::default() };
    ctx.tx(BILLING_RUN, async |tx| Ok::<_, Problem>(people::clients::upsert(tx, new.clone()).await?.id))
        .await
        .unwrap()
}

/// A subscription with its first order, as a checkout places them.
pub async fn placed(ctx: &Ctx, email: &str, terms: Terms, method: Method) -> (SubscriptionId, Order) {
    let client = client(ctx, email).await;
    let first = if terms.rules.trial_days > 0 { 0 } else { terms.price };
    ctx.tx(BILLING_RUN, async |tx| {
        let currency = tx.ctx().tenant().currency;
        let line = NewLine::plain(terms.item.clone(), terms.name.clone(), first, json!({}));
        let new = NewSubscription {
            module: "tests",
            client,
            currency,
            method,
            terms: terms.clone(),
            most: 10,
            discount: None,
        };
        let (sub, period) = subscriptions::place(tx, new).await?;
        let key = tx.ctx().new_token();
        let order = NewOrder {
            module: "tests",
            client,
            client_name: "Sam Reed",
            client_email: email,
            currency,
            method,
            form_key: &key,
            expires_at: Some(tx.ctx().now().plus_minutes(40)),
            lines: &[line],
            return_path: None,
            extras: Extras { period: Some(period), ..Extras::default() },
        };
        Ok::<_, Problem>((sub.id, billing::place(tx, order).await?))
    })
    .await
    .unwrap()
}

/// The money for an order comes.
pub async fn pay(ctx: &Ctx, order: OrderId) {
    ctx.tx(BILLING_RUN, async |tx| {
        let order = billing::by_id(tx, order).await?.unwrap();
        let payment = NewPayment::of(Method::Sandbox, format!("test/{}", tx.ctx().new_token()), order.due());
        billing::settle(tx, order.id, payment, OnGone::Refuse).await
    })
    .await
    .unwrap();
}

/// A card is saved, for one thing alone or for all of a client's.
pub async fn card(ctx: &Ctx, client: ClientId, of: SavedFor, card: TestCard) {
    ctx.tx(BILLING_RUN, async |tx| {
        let mark = tx.ctx().new_token();
        billing::save_method(tx, card.saved(client, of, &mark)).await
    })
    .await
    .unwrap();
}

/// A subscription that began, paid by a card that behaves so when it is used again.
pub async fn started(ctx: &Ctx, terms: Terms, card_behaves: TestCard) -> SubscriptionId {
    started_by(ctx, "sam@example.com", terms, card_behaves).await
}

pub async fn started_by(ctx: &Ctx, email: &str, terms: Terms, card_behaves: TestCard) -> SubscriptionId {
    let (id, order) = placed(ctx, email, terms, Method::Sandbox).await;
    card(ctx, order.client_id, SavedFor::alone(&order), card_behaves).await;
    if !order.status.was_paid() {
        pay(ctx, order.id).await;
    }
    id
}

pub async fn get(ctx: &Ctx, id: SubscriptionId) -> Subscription {
    ctx.tx(BILLING_RUN, async |tx| Ok::<_, Problem>(subscriptions::by_id(tx, id).await?))
        .await
        .unwrap()
        .unwrap()
}

/// Time passes, and what is due happens.
pub async fn later(tenant: &TestTenant<'_>, seconds: i64) {
    tenant.app.clock.advance(seconds);
    tenant.run_jobs().await;
}

/// The names of the events of subscriptions, in their order.
pub async fn events_of(tenant: &TestTenant<'_>) -> Vec<String> {
    let sql = format!(
        "SELECT name FROM events WHERE {} AND name LIKE 'subscription.%' ORDER BY occurred_at, id",
        tenant.rows()
    );
    tenant.app.sql.column(&sql).await
}

/// The subjects of what the platform wrote about subscriptions to Sam, in their order.
pub async fn notices(tenant: &TestTenant<'_>) -> Vec<String> {
    let mails = tenant.mails_to("sam@example.com").await;
    mails
        .into_iter()
        .filter(|mail| mail.template == "subscriptions/notice")
        .map(|mail| mail.subject)
        .collect()
}
