use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::till::{Seller, Till, delivery, quiet};
use crate::{
    cluster::Cluster,
    figures::Line,
    http::{self, Conn, Wire},
    sql::Sql,
};

const FORGED: usize = 10_000;
const LARGE: usize = 40;
const CLIENTS: usize = 16;
/// Five minutes is what a signature may be old, or young.
const TOO_FAR: i64 = 302;

const KEPT: &str =
    "SELECT (SELECT count(*) FROM stripe_events) + (SELECT count(*) FROM jobs WHERE kind = 'stripe.handle')";

/// 10,000 events that Stripe never sent, or sent long ago: none is accepted, and nothing of them is kept.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let till = Till::open(cluster, &["till", "other", "hall"]).await?;
    let app = till.serve(0, true).await?;
    let own = till.with_keys("till").await?;
    let other = till.with_keys("other").await?;
    let connected = till.through_platform("hall").await?;
    let sql = till.sql().await?;
    quiet(&sql, "now()", "1 minute", Duration::from_secs(60)).await?;
    let before = sql.count(KEPT).await?;
    let now = till.double.now();
    let forger = Forger { own, other, connected, now };
    let wires: Arc<Vec<Wire>> = Arc::new((0..FORGED - LARGE).map(|number| forger.wire(number)).collect());
    let mut load = http::drive(till.address(), CLIENTS, Duration::from_secs(120), move |client, number| {
        wires.get(number * CLIENTS + client).cloned()
    })
    .await?;
    let (large, closed) = too_large(&till, &forger).await?;
    let after = sql.count(KEPT).await?;
    let genuine = genuine(&till, &forger, &sql).await?;
    drop(app);
    let accepted: u64 = load.statuses.range(..400).map(|(_, count)| count).sum::<u64>()
        + large.range(..400).map(|(_, count)| count).sum::<u64>();
    let failed = load.server_errors() + large.range(500..).map(|(_, count)| count).sum::<u64>();
    let asked = load.times.len() + usize::try_from(large.values().sum::<u64>())? + closed;
    // What is too large is told so, or not listened to any more; of a run that only sees the latter nothing is known.
    let told = large.keys().all(|status| *status == 413) && !large.is_empty();
    let stored = after - before;
    let none = accepted == 0 && stored == 0 && failed == 0;
    let ok = none && load.broken == 0 && asked == FORGED && told && genuine;
    let line = Line::new("stripe-forged", format!("{accepted}_accepted"), "=0_accepted", ok);
    let p99 = load.percentile(0.99).as_secs_f64() * 1e3;
    let detail = format!(
        "{asked} forged, answers {:?}, of 5 MB {large:?} and {closed} connections closed without an answer; {stored} stored, {failed} errors of the server, {} connections broke, \
         p99 {p99:.1} ms; a real one was taken: {genuine}",
        load.statuses, load.broken
    );
    Ok(vec![line.with(detail)])
}

struct Forger {
    own: Seller,
    other: Seller,
    connected: Seller,
    now: i64,
}

impl Forger {
    fn event(&self, number: usize, account: Option<&str>) -> Value {
        let mut event = json!({
            "id": format!("evt_forged{number:08}"), "object": "event", "type": "payment_intent.succeeded", "api_version": "2025-01-01",
            "created": self.now, "livemode": false, "pending_webhooks": 1,
            "data": {"object": {"id": format!("pi_forged{number:08}"), "object": "payment_intent", "status": "succeeded", "amount": 9_000}},
        });
        if let Some(account) = account {
            event["account"] = account.into();
        }
        event
    }
    /// One of the ways to forge, each as often as the others.
    fn wire(&self, number: usize) -> Wire {
        let (secret, now) = (self.own.secret.as_str(), self.now);
        let path = format!("/{}/webhooks/stripe", self.own.slug);
        let shared = "/webhooks/stripe".to_owned();
        let plain = self.event(number, None).to_string();
        let signed = |secret: &str, at: i64, body: &str| Some(stripe_double::signature(secret, at, body));
        let of = |account: &str| self.event(number, Some(account)).to_string();
        let (path, body, signature) = match number % 12 {
            0 => (path, plain.clone(), signed("whsec_guessed", now, &plain)),
            1 => (path, plain.replace("9000", "9001"), signed(secret, now, &plain)),
            2 => (path, plain.clone(), signed(secret, now - TOO_FAR, &plain)),
            3 => (path, plain.clone(), signed(secret, now + TOO_FAR + 120, &plain)),
            4 => (path, plain.clone(), signed(&self.other.secret, now, &plain)),
            5 => {
                let body = of(&self.connected.account);
                (path, body.clone(), signed(secret, now, &body))
            }
            6 => (path, plain, None),
            7 => {
                (path, plain.clone(), signed(secret, now, &plain).map(|header| header.replace("v1=", "v0=")))
            }
            8 => (path, plain.clone(), signed(secret, now, &plain).map(|header| header.replace("t=", "t=9"))),
            // Nobody signs with an empty secret, and nobody's own secret signs for connected accounts.
            9 => (path, plain.clone(), signed("", now, &plain)),
            10 => {
                let body = of(&self.connected.account);
                (shared, body.clone(), signed(secret, now, &body))
            }
            _ => {
                let body = of("acct_1NobodysAccount");
                (shared, body.clone(), signed(&self.connected.secret, now, &body))
            }
        };
        delivery(&path, &body, signature.as_deref())
    }
}

/// 5 MB, rightly signed. The answer may come before all of it was sent. Gives the answers, and how many connections were
/// closed in the middle of it without any.
async fn too_large(till: &Till<'_>, forger: &Forger) -> Result<(BTreeMap<u16, u64>, usize)> {
    let (mut statuses, mut closed) = (BTreeMap::new(), 0);
    for number in 0..LARGE {
        let mut event = forger.event(FORGED + number, None);
        event["data"]["object"]["description"] = "x".repeat(5 * 1024 * 1024).into();
        let body = event.to_string();
        let signature = stripe_double::signature(&forger.own.secret, forger.now, &body);
        let wire = delivery(&format!("/{}/webhooks/stripe", forger.own.slug), &body, Some(&signature));
        let mut conn = Conn::open(till.address()).await?;
        // It stops reading when it is too much; what it says then still arrives.
        drop(tokio::time::timeout(Duration::from_secs(5), conn.stream.write_all(&wire)).await);
        match conn.read().await {
            Ok(reply) => *statuses.entry(reply.status).or_default() += 1,
            Err(_) => closed += 1,
        }
    }
    Ok((statuses, closed))
}

/// What is signed rightly is taken, once: else all this would say nothing.
async fn genuine(till: &Till<'_>, forger: &Forger, sql: &Sql) -> Result<bool> {
    let before = sql.count(KEPT).await?;
    let body = forger.event(FORGED * 2, None).to_string();
    let signature = stripe_double::signature(&forger.own.secret, till.double.now(), &body);
    let wire = delivery(&format!("/{}/webhooks/stripe", forger.own.slug), &body, Some(&signature));
    for _ in 0..2 {
        let (status, answer) = http::once(till.address(), &wire).await?;
        ensure!(status == 200, "{status} {answer}");
    }
    Ok(sql.count(KEPT).await? == before + 2)
}
