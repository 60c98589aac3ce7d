use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::by;
use crate::{
    cluster::Cluster,
    figures::{Line, percentile, shown},
    house::{Business, House, Way},
    http::{self, Conn},
};

const SHOP: &str = "[packages.payment]\nsandbox = true\n\
    [[packages.products]]\nslug = \"book\"\nname = \"Workbook\"\nprice = \"12.00\"\n\
    [[packages.products]]\nslug = \"six\"\nname = \"Six sessions\"\nsummary = \"Over three months\"\nprice = \"640.00\"\ncredits = 6\n";

/// Buyers at once, and for how long.
const BUYERS: usize = 16;
const LASTS: Duration = Duration::from_secs(10);

/// The checkout's page with something beside the offer and a coupon applied; then orders through the sandbox: placed, paid
/// and handed out, with nothing lost, and what follows from them.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    house.tenant(&Business { more: SHOP, ..Business::new("shop") }).await?;
    furnish(&house).await?;
    house.sql.run("VACUUM ANALYZE").await?;
    let page = page(&house).await?;
    // A business that has sold before: what is planned for tables without a row is not what anybody runs.
    bought(&house, 2, Duration::from_secs(1)).await?;
    house.sql.run("VACUUM ANALYZE").await?;
    let orders = orders(&house).await?;
    house.close().await;
    let house = House::open(cluster, &database, Way { jobs: true, ..Way::default() }).await?;
    let orders = follow(&house, orders).await?;
    let orders = alongside(&house, orders).await?;
    house.close().await;
    Ok(vec![page, orders])
}

/// A workbook beside the sessions, and a coupon.
async fn furnish(house: &House) -> Result<()> {
    let cookie = house.sign_in("owner@shop.example").await?;
    let headers = [("cookie", cookie.as_str())];
    let list = http::done(house.address, &http::get_as("/api/v1/shop/products", &cookie)).await?;
    let id = |slug: &str| {
        let all = list["items"].as_array().context("items")?;
        let one = all.iter().find(|one| one["slug"] == slug).context("no such product")?;
        one["id"].as_str().map(str::to_owned).context("no identifier")
    };
    let beside = json!({ "bumps": [{ "offer": id("book")? }] });
    let path = format!("/api/v1/shop/products/{}", id("six")?);
    http::done(house.address, &http::call("PATCH", &path, &beside, &headers)).await?;
    let coupon = json!({ "code": "SPRING", "bp": 1_000 });
    http::done(house.address, &http::call("POST", "/api/v1/shop/coupons", &coupon, &headers)).await?;
    Ok(())
}

async fn page(house: &House) -> Result<Line> {
    let request = http::get("/shop/buy/six?code=SPRING");
    let mut conn = Conn::open(house.address).await?;
    let text = String::from_utf8_lossy(conn.send(&request).await?.body).into_owned();
    ensure!(text.contains("£576.00") && text.contains("Workbook"), "not the page that was meant");
    drop(by(4, house.address, &request, Duration::from_secs(1)).await?);
    let mut load = by(4, house.address, &request, Duration::from_secs(4)).await?;
    let line = Line::time("checkout-page", load.percentile(0.99), Duration::from_millis(30));
    Ok(line.with(format!(
        "p99 of 4 clients without pause, {:.0} pages/s, p50 {}; {} bytes",
        load.per_second(),
        shown(load.percentile(0.5)),
        text.len()
    )))
}

/// What buyers did.
struct Bought {
    times: Vec<Duration>,
    lasted: Duration,
}

impl Bought {
    fn rate(&self) -> f64 {
        self.times.len() as f64 / self.lasted.as_secs_f64()
    }
}

/// Buyers without pause. Each order has its payment, number, event and credits when they are done.
async fn bought(house: &House, round: usize, lasts: Duration) -> Result<Bought> {
    let before = paid(house).await?;
    let address = house.address;
    // The generator has a thread of its own, as another machine would.
    let (told, outcome) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let done = runtime
            .map_err(anyhow::Error::from)
            .and_then(|runtime| runtime.block_on(buyers(address, round, lasts)));
        drop(told.send(done));
    });
    let began = Instant::now();
    let times = outcome.await.context("the generator ended")??;
    let lasted = began.elapsed();
    let stored = paid(house).await? - before;
    ensure!(usize::try_from(stored)? == times.len(), "{stored} are paid of {}", times.len());
    Ok(Bought { times, lasted })
}

/// Orders as fast as they are taken; what follows from each (events, mails) is written with it, and run later.
async fn orders(house: &House) -> Result<Line> {
    let mut bought = bought(house, 0, LASTS).await?;
    let rate = bought.rate();
    let line = Line::new("orders", format!("{rate:.0}/s"), "≥200/s", rate >= 200.0);
    Ok(line
        .with(format!(
            "{} orders of {BUYERS} buyers placed and paid through the sandbox's page; p50 {} p99 {} for both",
            bought.times.len(),
            shown(percentile(&mut bought.times, 0.5)),
            shown(percentile(&mut bought.times, 0.99))
        ))
        .with("each has its payment, number, event and credits; what follows was written with it, and ran after".to_owned()))
}

/// A worker runs what was written: each order is told of once.
async fn follow(house: &House, line: Line) -> Result<Line> {
    let began = Instant::now();
    let open = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running') AND run_at <= now()";
    while house.sql.count(open).await? > 0 {
        ensure!(began.elapsed() < Duration::from_secs(180), "jobs wait after three minutes");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let orders = paid(house).await?;
    let receipts = house.sql.count("SELECT count(*) FROM mails WHERE template = 'checkout/receipt'").await?;
    ensure!(receipts == orders, "{receipts} receipts of {orders} orders");
    Ok(line.with(format!("a worker sent all receipts in {}", shown(began.elapsed()))))
}

/// The same while a worker in the same process runs what follows.
async fn alongside(house: &House, line: Line) -> Result<Line> {
    let bought = bought(house, 1, LASTS).await?;
    Ok(line.with(format!("with a worker in the same process: {:.0}/s", bought.rate())))
}

async fn paid(house: &House) -> Result<i64> {
    let whole = "SELECT count(*) FROM orders o WHERE status = 'paid' AND total = (SELECT sum(amount) FROM payments p \
                 WHERE p.tenant_id = o.tenant_id AND p.order_id = o.id AND p.status = 'succeeded')";
    let stored = house.sql.count(whole).await?;
    let numbers = house.sql.count("SELECT count(DISTINCT number) FROM orders WHERE status = 'paid'").await?;
    let events = house.sql.count("SELECT count(*) FROM events WHERE name = 'order.paid'").await?;
    ensure!(stored == numbers && stored == events, "{stored} orders, {numbers} numbers, {events} events");
    let lots =
        house.sql.count("SELECT count(*) FROM credit_lots WHERE balance = 6 AND origin = 'order'").await?;
    ensure!(lots == stored, "{lots} lots of {stored} orders");
    Ok(stored)
}

async fn buyers(address: SocketAddr, round: usize, lasts: Duration) -> Result<Vec<Duration>> {
    let until = Instant::now() + lasts;
    let all = (0..BUYERS).map(|buyer| async move {
        let (mut conn, mut bought) = (Conn::open(address).await?, Vec::new());
        for number in 0.. {
            if Instant::now() >= until {
                break;
            }
            let began = Instant::now();
            buy(&mut conn, (round, buyer), number).await?;
            bought.push(began.elapsed());
        }
        Ok::<_, anyhow::Error>(bought)
    });
    let all = futures::future::try_join_all(all).await?;
    Ok(all.into_iter().flatten().collect())
}

/// Places an order and pays it.
async fn buy(conn: &mut Conn, (round, buyer): (usize, usize), number: usize) -> Result<()> {
    let body = json!({
        "offer": "six", "name": "Sam Reed", "email": format!("b{round}-{buyer}-{}@example.com", number % 50), "method": "sandbox"
    });
    let reply = conn.send(&http::call("POST", "/api/v1/shop/checkout", &body, &[])).await?;
    ensure!(reply.status == 200, "{} {}", reply.status, reply.text());
    let next = next_of(&reply.json()?)?;
    let form = "outcome=pay";
    let request: Arc<[u8]> = format!(
        "POST {next} HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
    .into();
    let reply = conn.send(&request).await?;
    ensure!(reply.status == 303, "{} {}", reply.status, reply.text());
    Ok(())
}

fn next_of(done: &Value) -> Result<String> {
    done["next"].as_str().map(str::to_owned).context("nowhere to go on to")
}
