//! Cards about subscriptions on other pages.

use billing::{Order, SUBSCRIPTIONS_READ, subscriptions::News};
use events::ClientId;
use kernel::{Actor, Block, Ctx, Problem};
use serde::Serialize;

use super::{
    service,
    views::{Row, Shown},
};

/// A client's subscriptions, on their page in the studio.
#[derive(Clone, Debug, Serialize)]
struct ClientCard {
    rows: Vec<Row>,
}

/// The subscription of an order, on the order's page in the studio.
#[derive(Clone, Debug, Serialize)]
struct OrderCard {
    row: Row,
}

/// The subscription of an order, on the order's own page. It leads to the client's area: whoever was sent a receipt's
/// link may not end what it belongs to.
#[derive(Clone, Debug, Serialize)]
struct BuyerCard {
    row: Row,
    /// Whether it may be theirs who looks.
    opens: bool,
}

fn block(template: &'static str, data: &impl Serialize, order: i32) -> Block {
    Block { template, data: serde_json::to_value(data).unwrap_or_default(), order }
}

/// Plans that ended lately, and those that rest unpaid, on the dashboard.
#[derive(Clone, Debug, Serialize)]
struct NewsCard {
    news: News,
}

/// So many days an end is news.
const NEWS_DAYS: i64 = 7;

/// What of the subscriptions somebody should look at, on the dashboard, once there is something to tell.
///
/// # Errors
/// When the database is away.
pub async fn dashboard(ctx: &Ctx) -> Result<Vec<Block>, Problem> {
    if !ctx.may(SUBSCRIPTIONS_READ) {
        return Ok(Vec::new());
    }
    let news = service::news(ctx, ctx.now().plus_seconds(-NEWS_DAYS * 24 * 3600)).await?;
    let card = (news != News::default()).then(|| block("subscriptions/card_news", &NewsCard { news }, 6));
    Ok(card.into_iter().collect())
}

/// A client's subscriptions, on their page.
///
/// # Errors
/// When the database is away.
pub async fn client_card(ctx: &Ctx, client: ClientId) -> Result<Vec<Block>, Problem> {
    if !ctx.may(SUBSCRIPTIONS_READ) {
        return Ok(Vec::new());
    }
    let all = service::of_client(ctx, client).await?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let rows = all.iter().map(|sub| Row::of(sub, "", "")).collect();
    Ok(vec![block("subscriptions/card_client", &ClientCard { rows }, 44)])
}

/// The subscription that an order belongs to, on the order's page.
///
/// # Errors
/// When the database is away.
pub async fn order_card(ctx: &Ctx, order: &Order) -> Result<Vec<Block>, Problem> {
    let Some(id) = order.subscription_id.filter(|_| ctx.may(SUBSCRIPTIONS_READ)) else {
        return Ok(Vec::new());
    };
    let detail = service::for_staff(ctx, id).await?;
    let row = Row::of(&detail.sub, &detail.name, &detail.email);
    Ok(vec![block("subscriptions/card_order", &OrderCard { row }, 10)])
}

/// The subscription that a paid order began or went on with, on the buyer's page of the order.
///
/// # Errors
/// When the database is away.
pub async fn buyer_card(ctx: &Ctx, order: &Order) -> Result<Vec<Block>, Problem> {
    let Some(id) = order.subscription_id else { return Ok(Vec::new()) };
    let Some(sub) = service::of_order(ctx, id).await? else { return Ok(Vec::new()) };
    // Others than its client, staff too, would find nothing there.
    let opens = match ctx.actor() {
        Actor::Visitor => true,
        Actor::Client { client, .. } => *client == Some(sub.client_id),
        Actor::Staff(_) | Actor::System { .. } => false,
    };
    Ok(vec![block("subscriptions/card_buyer", &BuyerCard { row: Row::of(&sub, "", ""), opens }, 10)])
}

/// All blocks, in every form, for the test that renders them.
#[must_use]
pub fn block_samples() -> Vec<Block> {
    let rows: Vec<Row> = Shown::ALL.iter().map(|shown| Row::sample(*shown)).collect();
    let mut all = vec![block("subscriptions/card_client", &ClientCard { rows: rows.clone() }, 44)];
    for news in [News { ended: 1, unpaid: 2 }, News { ended: 2, unpaid: 0 }] {
        all.push(block("subscriptions/card_news", &NewsCard { news }, 6));
    }
    let buyers = rows.iter().cloned().map(|row| BuyerCard { row, opens: true });
    all.extend(buyers.map(|card| block("subscriptions/card_buyer", &card, 10)));
    all.extend(rows.into_iter().take(2).map(|row| block("subscriptions/card_order", &OrderCard { row }, 10)));
    all
}
