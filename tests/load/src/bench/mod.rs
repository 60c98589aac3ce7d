//! Benchmarks: each against a bare program in the same run, rounds interleaved, so that the machine's mood counts for both.

mod bare;
mod booking;
mod calendar;
mod checkout;
mod engine;
mod orders;
mod plugin;
mod public_page;
mod slots;
mod start;

use std::{net::SocketAddr, time::Duration};

use anyhow::{Result, ensure};
use futures::future::BoxFuture;

use crate::{
    cluster::Cluster,
    figures::{Line, machine, median},
    http::{self, Load, Wire},
};

type Bench = fn(&Cluster) -> BoxFuture<'_, Result<Vec<Line>>>;

const ALL: [(&str, Bench); 9] = [
    ("public-page", |cluster| Box::pin(public_page::run(cluster))),
    ("slots", |cluster| Box::pin(slots::run(cluster))),
    ("booking", |cluster| Box::pin(booking::run(cluster))),
    ("calendar", |cluster| Box::pin(calendar::run(cluster))),
    ("order-list", |cluster| Box::pin(orders::run(cluster))),
    ("checkout-page orders", |cluster| Box::pin(checkout::run(cluster))),
    ("plugin-run", |_| Box::pin(plugin::run())),
    ("engine", |_| Box::pin(async { engine::run() })),
    ("start", |cluster| Box::pin(start::run(cluster))),
];

/// Runs those whose name contains one of the words; all without words. True when all limits were kept.
pub(crate) async fn run(words: &[String], list: bool) -> Result<bool> {
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let chosen: Vec<_> = ALL.iter().filter(|(name, _)| chosen(name)).collect();
    ensure!(!chosen.is_empty(), "no benchmark is named so");
    if list {
        chosen.iter().for_each(|(name, _)| println!("{name}"));
        return Ok(true);
    }
    println!("{}", machine());
    let cluster = Cluster::start(true).await?;
    let mut kept = true;
    for (name, bench) in chosen {
        match bench(&cluster).await {
            Ok(lines) => {
                lines.iter().for_each(Line::print);
                kept &= lines.iter().all(|line| line.ok);
            }
            Err(error) => {
                println!("{name} failed - short\n    {error:#}");
                kept = false;
            }
        }
    }
    Ok(kept)
}

/// What two servers did with the same request, round by round.
struct Duel {
    ours: Vec<f64>,
    bare: Vec<f64>,
    /// All rounds of ours together, and of the bare handler.
    all: Load,
    all_bare: Load,
}

impl Duel {
    /// The middle of the rounds' ratios.
    fn ratio(&self) -> f64 {
        let ratios: Vec<f64> = self.ours.iter().zip(&self.bare).map(|(ours, bare)| ours / bare).collect();
        median(&ratios)
    }
    fn shown(&self) -> String {
        let ratios: Vec<String> =
            self.ours.iter().zip(&self.bare).map(|(ours, bare)| format!("{:.2}", ours / bare)).collect();
        format!(
            "{:.0} requests/s against {:.0} of the bare handler (medians); rounds {}",
            median(&self.ours),
            median(&self.bare),
            ratios.join(" ")
        )
    }
}

/// Rounds of A B A B …; the first of each is for warming up.
async fn duel(
    ours: SocketAddr,
    bare: SocketAddr,
    request: &Wire,
    rounds: usize,
    round: Duration,
) -> Result<Duel> {
    let mut duel =
        Duel { ours: Vec::new(), bare: Vec::new(), all: Load::default(), all_bare: Load::default() };
    for number in 0..=rounds {
        let of_ours = fixed(ours, request, round).await?;
        let of_bare = fixed(bare, request, round).await?;
        if number > 0 {
            duel.ours.push(of_ours.per_second());
            duel.bare.push(of_bare.per_second());
            duel.all.times.extend(of_ours.times);
            duel.all_bare.times.extend(of_bare.times);
        }
    }
    Ok(duel)
}

/// The same request by 16 clients for a while; each answer is 200.
async fn fixed(address: SocketAddr, request: &Wire, round: Duration) -> Result<Load> {
    by(16, address, request, round).await
}

/// The same by so many clients.
async fn by(clients: usize, address: SocketAddr, request: &Wire, round: Duration) -> Result<Load> {
    let request = request.clone();
    let load = http::drive(address, clients, round, move |_, _| Some(request.clone())).await?;
    load.only(200)?;
    Ok(load)
}
