use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use stripe_double::{Fault, FaultKind};

use super::till::{Seller, Till, checkout, quiet};
use crate::{
    cluster::Cluster,
    figures::{Line, median, percentile, shown},
    http::{self, Conn, Wire},
};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(5);
/// Readers, and how often each asks.
const READERS: usize = 4;
const PAUSE: Duration = Duration::from_millis(25);
/// Who presses pay, one after the other and all at once.
const BUYERS: usize = 48;
const HANG: Duration = Duration::from_secs(30);
const MOST: f64 = 1.2;

/// Buyers press pay while each call to Stripe takes 30 seconds: the other pages stay as quick as they are without.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let till = Till::open(cluster, &["till", "other"]).await?;
    let app = till.serve(0, false).await?;
    let (seller, other) = (till.with_keys("till").await?, till.with_keys("other").await?);
    till.sell_credits(&seller).await?;
    till.sell_credits(&other).await?;
    let sql = till.sql().await?;
    quiet(&sql, "now()", "1 minute", Duration::from_secs(60)).await?;
    let pages = Arc::new(pages(&seller, &other));
    read(&till, &pages, ROUND).await?;
    let pressed = Arc::new(AtomicUsize::new(0));
    let (mut ratios, mut idle_all, mut busy_all) = (Vec::new(), Vec::new(), Vec::new());
    let (mut longest, mut answered) = (Duration::ZERO, 0);
    for _ in 0..ROUNDS {
        let mut idle = read(&till, &pages, ROUND).await?;
        hang(&till);
        let stop = Arc::new(AtomicBool::new(false));
        let buyers: Vec<_> = (0..BUYERS)
            .map(|_| tokio::spawn(press(till.address(), Arc::clone(&stop), Arc::clone(&pressed))))
            .collect();
        // Until their calls hang.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let mut busy = read(&till, &pages, ROUND).await?;
        stop.store(true, Ordering::SeqCst);
        till.double.clear_faults();
        for buyer in buyers {
            let waited = buyer.await?;
            longest = longest.max(waited.longest);
            answered += waited.answered;
        }
        ratios.push(percentile(&mut busy, 0.99).as_secs_f64() / percentile(&mut idle, 0.99).as_secs_f64());
        idle_all.extend(idle);
        busy_all.extend(busy);
    }
    let hung = till.double.faults_hit();
    drop(app);
    ensure!(hung > 100, "only {hung} calls hung: nothing is shown");
    let ratio = median(&ratios);
    let line = Line::new("stripe-hangs", format!("{ratio:.2}"), &format!("≤{MOST:.2}"), ratio <= MOST);
    let all: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    Ok(vec![line.with(format!(
        "p99 {} without and {} with it, rounds {}; {} pressed pay, {answered} were answered, none waited longer than {}; {hung} calls hung",
        shown(percentile(&mut idle_all, 0.99)),
        shown(percentile(&mut busy_all, 0.99)),
        all.join(" "),
        pressed.load(Ordering::SeqCst),
        shown(longest)
    ))])
}

fn hang(till: &Till<'_>) {
    let (method, path, contains) = (None, "/v1/".to_owned(), String::new());
    till.double.fault(Fault {
        method,
        path,
        contains,
        skip: 0,
        times: u32::MAX,
        kind: FaultKind::Hang(HANG),
    });
}

/// Pages of both businesses, and calls of their API.
fn pages(seller: &Seller, other: &Seller) -> Vec<Wire> {
    let public = [seller, other].into_iter().flat_map(|of| {
        [
            format!("/{}", of.slug),
            format!("/{}/buy/ten", of.slug),
            format!("/api/v1/{}/availability/slots?type=c0", of.slug),
        ]
        .map(|path| http::get(&path))
    });
    let own = [seller, other].map(|of| http::get_as(&format!("/api/v1/{}/orders", of.slug), &of.cookie));
    public.chain(own).collect()
}

/// Reads pages at a steady pace. Gives how long each took.
async fn read(till: &Till<'_>, pages: &Arc<Vec<Wire>>, time: Duration) -> Result<Vec<Duration>> {
    let readers = (0..READERS).map(|reader| {
        let (pages, address) = (Arc::clone(pages), till.address());
        tokio::spawn(async move {
            let mut conn = Conn::open(address).await?;
            let (began, mut times) = (Instant::now(), Vec::new());
            for number in reader.. {
                if began.elapsed() > time {
                    break;
                }
                let (page, from) = (&pages[number % pages.len()], Instant::now());
                let status = conn.send(page).await?.status;
                times.push(from.elapsed());
                ensure!(status == 200, "{status}: {}", String::from_utf8_lossy(page));
                tokio::time::sleep(PAUSE).await;
            }
            Ok(times)
        })
    });
    let mut times = Vec::new();
    for reader in readers.collect::<Vec<_>>() {
        times.extend(reader.await??);
    }
    Ok(times)
}

/// What became of a buyer.
#[derive(Default)]
struct Waited {
    answered: usize,
    longest: Duration,
}

/// Presses pay, and again a second after each answer.
async fn press(address: std::net::SocketAddr, stop: Arc<AtomicBool>, pressed: Arc<AtomicUsize>) -> Waited {
    let mut waited = Waited::default();
    while !stop.load(Ordering::SeqCst) {
        let number = pressed.fetch_add(1, Ordering::SeqCst);
        let (email, key) = (format!("p{number}@example.com"), format!("pressed-{number:08}"));
        let from = Instant::now();
        if http::once(address, &checkout("till", "ten", &email, &key)).await.is_ok() {
            waited.answered += 1;
        }
        waited.longest = waited.longest.max(from.elapsed());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    waited
}
