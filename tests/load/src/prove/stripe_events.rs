use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{
    stripe_books::{here, objects, there},
    till::{Seller, Till, delivery, quiet},
};
use crate::{
    cluster::{Cluster, Database},
    figures::{Dice, Line, percentile, shown},
    http::{self, Load, Wire},
    sql::Sql,
};

const WANTED: usize = 1_000;
const SEEDS: u64 = 20;
const COPIES: usize = 3;
const CLIENTS: usize = 8;
const SUBSCRIBERS: usize = 14;
const DAY: i64 = 86_400;
/// The clocks of what is delivered: plans began so long ago.
const AHEAD: i64 = 16 * DAY;
const NOW: &str = "now() + interval '16 days'";
const LIMIT: Duration = Duration::from_secs(120);
const ACKNOWLEDGED: Duration = Duration::from_millis(300);
const QUICK: Duration = Duration::from_millis(50);

/// 1,000 events of payments, refunds, disputes and plans, three times each, in 20 random orders, while they are handled: each
/// time the end is the same, and it is what Stripe's books say.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let till = Till::open(cluster, &["till"]).await?;
    let (seller, events) = story(&till).await?;
    let events = Arc::new(events);
    let mut ends = BTreeSet::new();
    let mut times = Vec::new();
    let mut trouble = Vec::new();
    let began = Instant::now();
    for seed in 0..=SEEDS {
        let told = one_order(&till, &seller, &events, seed).await.with_context(|| format!("order {seed}"))?;
        ends.insert(told.end);
        trouble.extend(told.trouble);
        if seed > 0 {
            times.extend(told.load.times);
        }
    }
    let took = began.elapsed();
    let mut quick = one_order(&till, &seller, &events, 0).await?.load.times;
    let p99 = percentile(&mut times, 0.99);
    // A story in which little happened would prove nothing.
    let much = events.len() >= WANTED && times.len() == events.len() * COPIES * SEEDS as usize;
    let ok = ends.len() == 1 && trouble.is_empty() && much;
    let line = Line::new("stripe-events", format!("{}_ends", ends.len()), "=1_end", ok).with(format!(
        "{} events x {COPIES} in {SEEDS} random orders and once as they came, {:.0} s; {}",
        events.len(),
        took.as_secs_f64(),
        if trouble.is_empty() {
            ends.into_iter().collect::<Vec<_>>().join(" / ")
        } else {
            trouble.join("; ")
        }
    ));
    let figures = format!(
        "{} deliveries by {CLIENTS} clients without pause: p50 {}",
        times.len(),
        shown(percentile(&mut times, 0.5))
    );
    let all = Line::time("stripe-events-p99", p99, ACKNOWLEDGED).with(figures);
    let (count, p50, p99) = (quick.len(), shown(percentile(&mut quick, 0.5)), percentile(&mut quick, 0.99));
    let one = Line::time("stripe-webhook-p99", p99, QUICK);
    Ok(vec![
        line,
        all,
        one.with(format!("{count} events once by {CLIENTS} clients, while they are handled: p50 {p50}")),
    ])
}

/// What came of one order.
struct Told {
    end: String,
    trouble: Vec<String>,
    load: Load,
}

/// Delivers all events to a copy of the database; order 0 is that in which they came, once.
async fn one_order(till: &Till<'_>, seller: &Seller, events: &Arc<Vec<String>>, seed: u64) -> Result<Told> {
    let database = copy(till, &format!("order_{seed}")).await?;
    let app = till.serve_on(&database, AHEAD, true).await?;
    let sql = database.sql().await?;
    let wires = Arc::new(wires(till, seller, events, seed));
    let load = http::drive(till.address(), CLIENTS, LIMIT, move |client, number| {
        wires.get(number * CLIENTS + client).cloned()
    })
    .await?;
    load.only(200)?;
    quiet(&sql, NOW, "2 minutes", LIMIT).await.with_context(|| app.words())?;
    let mut trouble = Vec::new();
    let differences = there(&till.double).differences(&here(&sql).await?);
    let open = sql.count("SELECT count(*) FROM stripe_events WHERE state IN ('received', 'failed')").await?;
    let kept =
        sql.count("SELECT count(*) FROM stripe_events WHERE way = 'webhook' AND id LIKE 'evt_%'").await?;
    for (count, words) in [(i64::try_from(differences)?, "entries apart"), (open, "events unhandled")] {
        if count > 0 {
            trouble.push(format!("order {seed}: {count} {words}"));
        }
    }
    ensure!(kept >= i64::try_from(events.len())?, "{kept} events kept of {}", events.len());
    let end = sql.one(END).await?;
    app.kill()?;
    drop(sql);
    remove(till, &database, &format!("order_{seed}")).await?;
    Ok(Told { end, trouble, load })
}

/// What must be the same: everything about money, credits and mails, without our own identifiers and times.
const END: &str = "SELECT 'orders ' || (SELECT count(*) || ' ' || md5(string_agg(concat_ws(' ', client_email, provider, status, total, due_now, paid_at IS NOT NULL), ',' \
      ORDER BY client_email, total, status)) FROM orders) \
  || ' payments ' || (SELECT count(*) || ' ' || md5(string_agg(concat_ws(' ', reference, amount, status, due, label), ',' ORDER BY reference)) FROM payments) \
  || ' refunds ' || (SELECT count(*) || ' ' || md5(string_agg(concat_ws(' ', reference, amount, state, cause), ',' ORDER BY reference, amount)) FROM refunds) \
  || ' disputes ' || (SELECT count(*) || ' ' || md5(string_agg(concat_ws(' ', reference, amount, state), ',' ORDER BY reference)) FROM disputes) \
  || ' plans ' || (SELECT count(*) || ' ' || md5(string_agg(concat_ws(' ', reference, status, periods_paid, period_start, period_end, owed_since IS NULL), ',' \
      ORDER BY reference)) FROM subscriptions) \
  || ' credits ' || (SELECT count(*) || ' ' || md5(string_agg(concat_ws(' ', c.email, l.origin, l.balance), ',' ORDER BY c.email, l.origin, l.balance)) \
      FROM credit_lots l JOIN clients c ON c.tenant_id = l.tenant_id AND c.id = l.client_id) \
  || ' mails ' || (SELECT count(*) || ' ' || md5(string_agg(to_email || template, ',' ORDER BY to_email, template)) FROM mails) \
  || ' tries ' || (SELECT count(*) || ' ' || md5(string_agg(concat_ws(' ', reference, state), ',' ORDER BY reference)) FROM payment_tries)";

fn wires(till: &Till<'_>, seller: &Seller, events: &[String], seed: u64) -> Vec<Wire> {
    let path = format!("/{}/webhooks/stripe", seller.slug);
    let now = till.double.now();
    let wire =
        |body: &String| delivery(&path, body, Some(&stripe_double::signature(&seller.secret, now, body)));
    let mut wires: Vec<Wire> = events.iter().map(wire).collect();
    if seed == 0 {
        return wires;
    }
    wires = (0..COPIES).flat_map(|_| wires.clone()).collect();
    let mut dice = Dice::new(seed);
    for last in (1..wires.len()).rev() {
        wires.swap(last, dice.below(last as u64 + 1) as usize);
    }
    wires
}

/// A copy of the database as it was before the first of these events.
async fn copy(till: &Till<'_>, name: &str) -> Result<Database> {
    let root = till.cluster.root().await?;
    let from = till
        .database
        .owner_url
        .rsplit('/')
        .next()
        .and_then(|rest| rest.split('?').next())
        .context("a name")?;
    let made = format!("CREATE DATABASE {name} TEMPLATE {from}");
    let began = Instant::now();
    // Whoever used it may not have gone yet.
    while let Some(refusal) = root.refusal(&made).await {
        ensure!(began.elapsed() < Duration::from_secs(20), "no copy of {from}: {refusal}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(till.cluster.urls(name))
}

async fn remove(till: &Till<'_>, _: &Database, name: &str) -> Result<()> {
    till.cluster.root().await?.run(&format!("DROP DATABASE {name} WITH (FORCE)")).await
}

/// Plans that began and renewed, payments, refusals, refunds and disputes. Gives the events that nobody was told.
async fn story(till: &Till<'_>) -> Result<(Seller, Vec<String>)> {
    let app = till.serve(0, true).await?;
    let mut seller = till.with_keys("till").await?;
    till.sell_credits(&seller).await?;
    till.sell_plan(&seller).await?;
    let sql = till.sql().await?;
    for number in 0..SUBSCRIBERS {
        till.buy(&seller, "weekly", &format!("s{number}@example.com"), "pm_card_visa").await?;
    }
    till.quiet(&sql, "now()", "1 minute", LIMIT).await?;
    let active = sql.count("SELECT count(*) FROM subscriptions WHERE status = 'active'").await?;
    ensure!(active == i64::try_from(SUBSCRIBERS)?, "{active} plans began");
    app.kill()?;
    // From here on nothing is delivered.
    till.double.webhooks(json!({ "drop_types": [""] }));
    let known = objects(&till.double.state(), "event").len();
    renew(till, &sql).await?;
    let app = till.serve(AHEAD, true).await?;
    seller.cookie = till.sign_in(seller.slug).await?;
    let mut number = 0;
    while objects(&till.double.state(), "event").len() < known + WANTED {
        one_client(till, &seller, number).await.with_context(|| app.words())?;
        number += 1;
    }
    quiet(&sql, NOW, "1 minute", LIMIT).await?;
    app.kill()?;
    let events = objects(&till.double.state(), "event").into_iter().skip(known);
    Ok((seller, events.map(|event| public(event).to_string()).collect()))
}

/// Two weeks: some cards are refused, and work again later; some plans are called off.
async fn renew(till: &Till<'_>, sql: &Sql) -> Result<()> {
    let references = sql.column("SELECT reference FROM subscriptions ORDER BY reference").await?;
    let method = |reference: &String| {
        till.double.object(reference)["default_payment_method"].as_str().map(str::to_owned)
    };
    let weak: Vec<String> = references.iter().take(5).filter_map(method).collect();
    weak.iter().for_each(|method| till.double.method_does(method, "declined"));
    till.double.advance(8 * DAY);
    weak.iter().skip(2).for_each(|method| till.double.method_does(method, "ok"));
    till.double.advance(AHEAD - 8 * DAY);
    Ok(())
}

/// Somebody buys, and something comes of it.
async fn one_client(till: &Till<'_>, seller: &Seller, number: usize) -> Result<()> {
    let email = format!("b{number}@example.com");
    let placed = till.checkout(seller.slug, "ten", &email, &email).await?;
    let session = Till::session(&placed).context("no page of Stripe's")?;
    if number % 4 == 1 {
        ensure!(till.double.pay_session(&session, "pm_card_chargeDeclined").is_err(), "a bad card paid");
    }
    if number % 16 == 15 {
        // Nobody pays.
        till.double.expire_session(&session);
        return Ok(());
    }
    let paid =
        till.double.pay_session(&session, "pm_card_visa").map_err(|refused| anyhow::anyhow!("{refused}"))?;
    let intent = paid["payment_intent"].as_str().context("a payment")?;
    match number % 8 {
        2 => drop(till.double.refund_at_dashboard(intent, None)),
        3 => {
            till.double.refund_at_dashboard(intent, Some(1_000));
            till.double.refund_at_dashboard(intent, Some(2_500));
        }
        4 => {
            let dispute = till.double.dispute(intent);
            let id = dispute["id"].as_str().context("a dispute")?;
            till.double.close_dispute(id, number % 16 == 4);
        }
        5 => drop(till.double.dispute(intent)),
        _ => {}
    }
    Ok(())
}

/// As Stripe sends it to the account's own endpoint.
fn public(event: Value) -> Value {
    match event {
        Value::Object(members) => {
            members.into_iter().filter(|(name, _)| !name.starts_with('_') && name != "account").collect()
        }
        other => other,
    }
}
