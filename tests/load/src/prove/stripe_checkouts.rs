use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use stripe_double::{Fault, FaultKind};

use super::{
    stripe_books::{Books, here, there},
    till::{PRICE, Placed, Seller, Till, quiet},
};
use crate::{
    cluster::Cluster,
    figures::{Dice, Line, shown},
    http,
    sql::Sql,
};

const WANTED: usize = 1_000;
const HANDS: usize = 12;
const KILLS: usize = 10;
/// So many of a hundred answers of Stripe's are lost.
const LOST: u64 = 30;
/// Whoever has not paid by then has given up. A call that died with its process may be made again after two minutes.
const PATIENCE: Duration = Duration::from_secs(420);
/// How long a buyer lets be what is still under way, before pressing again.
const LATER: Duration = Duration::from_secs(5);
/// By then both books say the same: time for the poller to come by itself, which it does every five minutes, and to work.
const SETTLED: Duration = Duration::from_secs(600);

/// 1,000 checkouts while answers of Stripe's and deliveries of its events are lost and the application is killed: in the end
/// both books say the same.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let till = Till::open(cluster, &["till", "hall"]).await?;
    let mut app = till.serve(0, false).await?;
    let sellers = [till.with_keys("till").await?, till.through_platform("hall").await?];
    for seller in &sellers {
        till.sell_credits(seller).await?;
    }
    till.owner(&sellers[1], "PUT", "/stripe/style", &json!({ "style": "element" })).await?;
    let sql = till.sql().await?;
    quiet(&sql, "now()", "1 minute", Duration::from_secs(60)).await?;
    losses(&till);
    let crowd = Crowd::default();
    let began = Instant::now();
    let buyers = async {
        let done =
            futures::future::join_all((0..HANDS).map(|hand| hand_of(&till, &sellers, &crowd, hand))).await;
        crowd.over.store(true, Ordering::SeqCst);
        done.into_iter().collect::<Result<Vec<_>>>()
    };
    let killing = async {
        let mut dice = Dice::new(71);
        let mut kills = 0;
        while kills < KILLS && !crowd.over.load(Ordering::SeqCst) {
            let goal = WANTED * (kills + 1) / (KILLS + 2);
            while crowd.paid.load(Ordering::SeqCst) < goal && !crowd.over.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
            app.kill()?;
            kills += 1;
            app = till.serve(0, false).await?;
        }
        Ok::<_, anyhow::Error>((app, kills))
    };
    let (turns, killed, ()) = tokio::join!(buyers, killing, lose_deliveries(&till, &crowd));
    let (app, kills) = killed?;
    let turns: usize = turns.with_context(|| app.words())?.iter().sum();
    let bought = began.elapsed();
    let settled = settle(&till, &sql).await?;
    let told =
        format!("{WANTED} bought in {:.0} s with {kills} kills and {turns} attempts", bought.as_secs_f64());
    let lines = compare(&till, &sql, &settled, kills, told).await;
    drop(app);
    lines
}

/// What the buyers share.
#[derive(Default)]
struct Crowd {
    next: AtomicUsize,
    paid: AtomicUsize,
    over: AtomicBool,
    /// Buyers who were told that their call is still under way, and when they come back.
    later: Mutex<Vec<(Instant, usize)>>,
}

impl Crowd {
    /// Who comes next; none for now.
    fn buyer(&self) -> Option<usize> {
        let mut later = self.later.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(due) = later.iter().position(|(at, _)| *at <= Instant::now()) {
            return Some(later.swap_remove(due).1);
        }
        Some(self.next.fetch_add(1, Ordering::SeqCst)).filter(|number| *number < WANTED)
    }
    fn comes_back(&self, number: usize) {
        let at = Instant::now() + LATER;
        self.later.lock().unwrap_or_else(PoisonError::into_inner).push((at, number));
    }
}

/// Of each hundred answers of the API 30 are lost, after what was asked for was done.
fn losses(till: &Till<'_>) {
    let mut dice = Dice::new(5);
    let mut skip = 0;
    for _ in 0..9_000 {
        while dice.below(100) >= LOST {
            skip += 1;
        }
        // Each waits for as many answers that get through.
        let (method, path, contains) = (None, "/v1/".to_owned(), String::new());
        till.double.fault(Fault { method, path, contains, skip, times: 1, kind: FaultKind::DropAfter });
    }
}

/// Some deliveries never leave, and none is tried for long.
async fn lose_deliveries(till: &Till<'_>, crowd: &Crowd) {
    let mut dice = Dice::new(13);
    till.double.webhooks(json!({ "max_attempts": 2, "pause_ms": 100 }));
    while !crowd.over.load(Ordering::SeqCst) {
        till.double.webhooks(json!({ "drop_next": dice.below(4) }));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    till.double.webhooks(json!({ "drop_next": 0 }));
}

/// One buyer after the other, until all have paid. Gives how often they pressed the button.
async fn hand_of(till: &Till<'_>, sellers: &[Seller; 2], crowd: &Crowd, hand: usize) -> Result<usize> {
    let mut dice = Dice::new(u64::try_from(hand)? + 31);
    let (mut turns, began, mut gone) = (0, Instant::now(), None);
    while crowd.paid.load(Ordering::SeqCst) < WANTED {
        if began.elapsed() > PATIENCE {
            let paid = crowd.paid.load(Ordering::SeqCst);
            return Err(gone.unwrap_or_else(|| anyhow::anyhow!("nobody came")))
                .context(format!("{paid} of {WANTED} paid"));
        }
        let Some(number) = crowd.buyer() else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        turns += 1;
        match one_buyer(till, &sellers[number % 2], number, dice.below(3) == 0).await {
            Ok(()) => drop(crowd.paid.fetch_add(1, Ordering::SeqCst)),
            Err(error) => {
                // Whoever sees an error presses the button again, on the same page.
                crowd.comes_back(number);
                gone = Some(error.context(format!("buyer {number}")));
            }
        }
    }
    Ok(turns)
}

/// Buys as people do; one of three comes back to the business's own page.
async fn one_buyer(till: &Till<'_>, seller: &Seller, number: usize, comes_back: bool) -> Result<()> {
    let (email, key) = (format!("b{number}@example.com"), format!("checkout-{number:08}"));
    let mut turn = 0;
    loop {
        turn += 1;
        let tried = async {
            let placed = till.checkout(seller.slug, "ten", &email, &key).await?;
            pay(till, seller, &placed).await?;
            Ok::<_, anyhow::Error>(placed)
        };
        match tried.await {
            Ok(placed) if comes_back => {
                // Whether anybody is there to be told or not.
                let back = http::get(&format!("/{}/order/{}/back", seller.slug, placed.token));
                drop(http::once(till.address(), &back).await);
                return Ok(());
            }
            Ok(_) => return Ok(()),
            Err(error) if turn == 4 => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(150)).await,
        }
    }
}

/// Pays on Stripe's page, or by the card form on ours.
async fn pay(till: &Till<'_>, seller: &Seller, placed: &Placed) -> Result<()> {
    let Some(session) = Till::session(placed) else {
        return pay_by_form(till, seller, placed).await;
    };
    if till.double.object(&session)["status"] == "open" {
        till.double.pay_session(&session, "pm_card_visa").map_err(|refused| anyhow::anyhow!("{refused}"))?;
    }
    ensure!(
        till.double.object(&session)["payment_status"] == "paid",
        "not paid: {}",
        till.double.object(&session)
    );
    Ok(())
}

async fn pay_by_form(till: &Till<'_>, seller: &Seller, placed: &Placed) -> Result<()> {
    let path = format!("/api/v1/{}/checkout/payment-intent", seller.slug);
    let start =
        http::done(till.address(), &http::call("POST", &path, &json!({ "order": placed.token }), &[]))
            .await?;
    let text = |name: &str| start[name].as_str().unwrap_or_default().to_owned();
    let secret = text("client_secret");
    let intent = secret.split("_secret_").next().unwrap_or_default().to_owned();
    let body =
        format!("client_secret={secret}&payment_method=pm_card_visa&return_url=https%3A%2F%2Fexample.com%2F");
    let base = till.double.base_url.trim_start_matches("http://").to_owned();
    let connected = match text("account").as_str() {
        "" => String::new(),
        account => format!("stripe-account: {account}\r\n"),
    };
    let request = format!(
        "POST /v1/payment_intents/{intent}/confirm HTTP/1.1\r\nhost: {base}\r\nauthorization: Bearer {}\r\n{connected}\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        text("publishable_key"),
        body.len()
    );
    // Its answer may be lost as well; then the form looks at what became of it.
    drop(http::once(base.parse()?, request.as_bytes()).await);
    let there = till.double.object(&intent);
    ensure!(there["status"] == "succeeded", "not paid: {}", there["status"]);
    Ok(())
}

/// How long after the last payment both books said the same, and how many entries differed when all that waited was done.
struct Settled {
    /// None: they did not within the time.
    took: Option<Duration>,
    /// Entries that differed when the last buyer had paid.
    at_first: usize,
    differences: usize,
}

/// Waits until both books say the same. Nobody helps: the poller comes when its schedule says, and losses go on meanwhile.
/// Then Stripe is well again, and whatever still waits for another attempt is done at once: it must not change anything.
async fn settle(till: &Till<'_>, sql: &Sql) -> Result<Settled> {
    let began = Instant::now();
    let apart = async || -> Result<usize> {
        let ungranted = usize::try_from(sql.count(UNGRANTED).await?)?;
        Ok(there(&till.double).differences(&here(sql).await?) + ungranted)
    };
    let at_first = apart().await?;
    let mut took = (at_first == 0).then_some(began.elapsed());
    while took.is_none() && began.elapsed() < SETTLED {
        tokio::time::sleep(Duration::from_millis(500)).await;
        took = (apart().await? == 0).then_some(began.elapsed());
    }
    till.double.clear_faults();
    let rest = Duration::from_secs(120);
    // What rests after many failures comes back within seconds.
    tokio::time::sleep(Duration::from_secs(6)).await;
    sql.run("UPDATE jobs SET run_at = now() WHERE status = 'pending' AND attempts > 0").await?;
    till.quiet(sql, "now()", "30 seconds", rest).await?;
    Ok(Settled { took, at_first, differences: there(&till.double).differences(&here(sql).await?) })
}

/// Orders with another number of payments than one, of any kind.
const TWICE: &str =
    "SELECT count(*) FROM (SELECT FROM payments GROUP BY tenant_id, order_id HAVING count(*) <> 1) x";
const UNGRANTED: &str = "SELECT count(*) FROM orders o WHERE status = 'paid' AND (SELECT count(*) FROM credit_lots l \
    WHERE l.tenant_id = o.tenant_id AND l.client_id = o.client_id) <> 1";

async fn compare(
    till: &Till<'_>,
    sql: &Sql,
    settled: &Settled,
    kills: usize,
    told: String,
) -> Result<Vec<Line>> {
    let (stripes, ours): (Books, Books) = (there(&till.double), here(sql).await?);
    let charged = till.double.charged(&json!({}));
    let paid = sql.count("SELECT count(*) FROM orders WHERE status = 'paid' AND provider = 'stripe'").await?;
    let (twice, ungranted) = (sql.count(TWICE).await?, sql.count(UNGRANTED).await?);
    let dropped = till.double.faults_hit();
    let lost = till.double.deliveries().iter().filter(|it| is_lost(it)).count();
    let wanted = i64::try_from(WANTED)?;
    let same = settled.differences == 0 && stripes.sum() == ours.sum() && ours.sum() == wanted * PRICE;
    let ok = same && paid == wanted && charged.count == WANTED as u64 && twice == 0 && ungranted == 0;
    // A run in which nothing went wrong would prove nothing.
    let told_much = kills == KILLS && dropped > 500 && lost > 100;
    let line = Line::new(
        "stripe-checkouts",
        format!("{}_charges", charged.count),
        &format!("={paid}_orders"),
        ok && told_much,
    );
    let detail = format!(
        "{told}; {dropped} of Stripe's answers and {lost} deliveries lost; charged {}, paid {}, {} entries differ, {twice} orders \
         paid twice or never, {ungranted} without their credits or with too many",
        stripes.sum(),
        ours.sum(),
        settled.differences
    );
    let second = match settled.took {
        Some(took) => Line::time("stripe-checkouts-settled", took, SETTLED),
        None => {
            Line::new("stripe-checkouts-settled", "never".to_owned(), &format!("≤{}", shown(SETTLED)), false)
        }
    };
    let second = second.with(format!(
        "measured from the last payment on, the poller on its own schedule; {} entries differed then",
        settled.at_first
    ));
    Ok(vec![line.with(detail), second])
}

fn is_lost(delivery: &Value) -> bool {
    delivery["state"] == "dropped" || delivery["state"] == "failed"
}
