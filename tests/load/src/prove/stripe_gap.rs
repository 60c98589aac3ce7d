use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{
    stripe_books::{here, objects, there},
    till::{Seller, Till, quiet, until},
};
use crate::{cluster::Cluster, figures::Line, sql::Sql};

const DAY: i64 = 86_400;
const SUBSCRIBERS: usize = 12;
const BUYERS: usize = 120;
const LIMIT: Duration = Duration::from_secs(150);

/// Three days without a single delivery, in which people paid, were refunded, complained and were charged by their plans; the
/// application is away for most of it. When it is back the poller finds all of it.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let till = Till::open(cluster, &["till"]).await?;
    let app = till.serve(0, false).await?;
    let mut seller = till.with_keys("till").await?;
    till.sell_credits(&seller).await?;
    till.sell_plan(&seller).await?;
    let sql = till.sql().await?;
    subscribe(&till, &seller, &sql).await?;
    app.kill()?;
    // Five days later, two before the plans renew.
    till.double.advance(5 * DAY);
    till.double.webhooks(json!({ "drop_types": [""] }));
    let told = told(&sql).await?;
    let app = till.serve(5 * DAY, true).await?;
    seller.cookie = till.sign_in(seller.slug).await?;
    let mut intents = Vec::new();
    for number in 0..BUYERS {
        let bought = till.buy(&seller, "ten", &format!("b{number}@example.com"), "pm_card_visa").await?;
        intents.push(bought);
    }
    app.kill()?;
    three_days(&till, &intents);
    let before = there(&till.double).differences(&here(&sql).await?);
    let app = till.serve(8 * DAY, false).await?;
    seller.cookie = till.sign_in(seller.slug).await?;
    let began = Instant::now();
    let now = format!("now() + interval '{} days'", 8);
    till.owner(&seller, "POST", "/stripe/poll", &json!({})).await?;
    let done = "SELECT count(*) FROM jobs WHERE kind = 'stripe.poll' AND status = 'done' AND run_at > now() + interval '7 days'";
    until(LIMIT, "the poller does not end", async || Ok(sql.count(done).await? > 0)).await?;
    quiet(&sql, &now, "3 minutes", LIMIT).await.with_context(|| app.words())?;
    let took = began.elapsed();
    drop(app);
    compare(&till, &sql, (told, before), took).await
}

/// Plans whose first period is paid and told.
async fn subscribe(till: &Till<'_>, seller: &Seller, sql: &Sql) -> Result<()> {
    for number in 0..SUBSCRIBERS {
        till.buy(seller, "weekly", &format!("s{number}@example.com"), "pm_card_visa").await?;
    }
    till.quiet(sql, "now()", "1 minute", LIMIT).await?;
    let active = sql.count("SELECT count(*) FROM subscriptions WHERE status = 'active'").await?;
    ensure!(active == i64::try_from(SUBSCRIBERS)?, "{active} plans of {SUBSCRIBERS} began");
    Ok(())
}

/// What happens at Stripe meanwhile.
fn three_days(till: &Till<'_>, intents: &[String]) {
    till.double.advance(DAY);
    for intent in intents.iter().step_by(6) {
        till.double.refund_at_dashboard(intent, None);
    }
    for intent in intents.iter().skip(1).step_by(6) {
        till.double.refund_at_dashboard(intent, Some(2_000));
    }
    till.double.advance(DAY);
    let disputed = intents.iter().skip(2).step_by(6).map(|intent| till.double.dispute(intent));
    for (number, dispute) in disputed.collect::<Vec<Value>>().iter().enumerate() {
        match number % 3 {
            0 => {}
            other => drop(till.double.close_dispute(dispute["id"].as_str().unwrap_or_default(), other == 1)),
        }
    }
    // The third day: the plans renew.
    till.double.advance(DAY);
}

async fn told(sql: &Sql) -> Result<i64> {
    sql.count("SELECT count(*) FROM stripe_events WHERE way = 'webhook'").await
}

async fn compare(
    till: &Till<'_>,
    sql: &Sql,
    (told_before, differed): (i64, usize),
    took: Duration,
) -> Result<Vec<Line>> {
    let (stripes, ours) = (there(&till.double), here(sql).await?);
    let missing = stripes.differences(&ours);
    let renewed =
        sql.count("SELECT count(*) FROM subscriptions WHERE status = 'active' AND periods_paid = 2").await?;
    let lost = till.double.deliveries().iter().filter(|it| it["state"] == "dropped").count();
    let found = sql.count("SELECT count(*) FROM stripe_events WHERE way = 'poller'").await?;
    let open = sql.count("SELECT count(*) FROM stripe_events WHERE state IN ('received', 'failed')").await?;
    let unpaid = sql.count("SELECT count(*) FROM orders WHERE paid_at IS NULL").await?;
    let events = objects(&till.double.state(), "event").len();
    let whole = missing == 0 && open == 0 && unpaid == 0 && renewed == i64::try_from(SUBSCRIBERS)?;
    // A run in which something was told, or nothing was missing before, would prove nothing.
    let gap = told(sql).await? == told_before && differed > BUYERS && lost > 400;
    let line = Line::new("stripe-gap", format!("{missing}_missing"), "=0_missing", whole && gap);
    Ok(vec![line.with(format!(
        "{lost} of {events} deliveries lost in 3 days, {differed} entries of both books apart before; {found} events found in {:.1} s: \
         {} payments, {} refunds, {} disputes; {renewed} plans renewed, {open} events unhandled, {unpaid} orders unpaid",
        took.as_secs_f64(),
        ours.payments.len(),
        ours.refunds.len(),
        ours.disputes.len()
    ))])
}
