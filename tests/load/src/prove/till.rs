//! A business that takes cards: a double of Stripe that keeps books, the application in processes of its own on one port,
//! and buyers.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use stripe_double::{Double, Options};

use super::apart::{How, Running};
use crate::{
    cluster::{Cluster, Database, local},
    house::{Business, House, PASSWORD, Way},
    http::{self, Wire},
    sql::Sql,
};

const PLATFORM_KEY: &str = "sk_test_platform";
/// What a buyer's ten credits cost.
pub(super) const PRICE: i64 = 9_000;
/// Work that is to be done now or soon: pauses between attempts are waited for, the ends of orders are not.
const WAITING: &str = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running') AND run_at < ";

/// The double, a database, and the port of the application.
pub(super) struct Till<'a> {
    pub cluster: &'a Cluster,
    pub double: Double,
    pub database: Database,
    pub port: u16,
    settings: Vec<(&'static str, String)>,
}

/// A business and its account at Stripe.
pub(super) struct Seller {
    pub slug: &'static str,
    /// Of the owner, who is signed in.
    pub cookie: String,
    /// `acct_…`.
    pub account: String,
    /// Signs its events.
    pub secret: String,
}

/// What was ordered, and where the buyer pays.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub token: String,
    pub next: String,
}

impl<'a> Till<'a> {
    /// With businesses that are not connected yet.
    pub(super) async fn open(cluster: &'a Cluster, slugs: &[&'static str]) -> Result<Till<'a>> {
        let database = cluster.database().await?;
        let house = House::open(cluster, &database, Way::default()).await?;
        for slug in slugs {
            house.tenant(&Business::new(slug)).await?;
        }
        house.close().await;
        let double = stripe_double::start(Options::default()).await?;
        let port = steady_port()?;
        let hook = format!("http://127.0.0.1:{port}/webhooks/stripe");
        let secret = double.add_endpoint(PLATFORM_KEY, &hook, true);
        let base = double.base_url.clone();
        let settings = vec![
            ("STRIPE__API_URL", format!("{base}/")),
            ("STRIPE__JS_URL", format!("{base}/v3/")),
            ("STRIPE__SECRET_KEY", PLATFORM_KEY.to_owned()),
            ("STRIPE__PUBLISHABLE_KEY", "pk_test_platform".to_owned()),
            ("STRIPE__WEBHOOK_SECRET", secret),
            ("STRIPE__APPLICATION_FEE", "250".to_owned()),
            ("WORKER__ORPHAN_SECONDS", "8".to_owned()),
        ];
        Ok(Till { cluster, double, database, port, settings })
    }
    /// Where the application is.
    pub(super) fn address(&self) -> SocketAddr {
        local(self.port)
    }
    pub(super) async fn sql(&self) -> Result<Sql> {
        self.database.sql().await
    }
    /// The application, in place of whichever process of it was there before.
    pub(super) async fn serve(&self, ahead: i64, unscheduled: bool) -> Result<Running> {
        self.serve_on(&self.database, ahead, unscheduled).await
    }
    /// The same over another database.
    pub(super) async fn serve_on(
        &self,
        database: &Database,
        ahead: i64,
        unscheduled: bool,
    ) -> Result<Running> {
        let settings: Vec<_> = self.settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let how = How { port: self.port, ahead, work: false, unscheduled, settings: &settings };
        Running::start(self.cluster, database, how).await
    }
    /// Signs the owner of a business in.
    pub(super) async fn sign_in(&self, slug: &str) -> Result<String> {
        let mut conn = http::Conn::open(self.address()).await?;
        let body = json!({ "email": format!("owner@{slug}.example"), "password": PASSWORD });
        let reply = conn.send(&http::call("POST", "/api/v1/login", &body, &[])).await?;
        ensure!(reply.status == 201, "{} {}", reply.status, reply.text());
        let cookie = reply.header("set-cookie").context("no cookie")?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }
    /// A call of the API by the owner of a business.
    pub(super) async fn owner(
        &self,
        seller: &Seller,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Value> {
        let path = format!("/api/v1/{}{path}", seller.slug);
        let call = http::call(method, &path, body, &[("cookie", &seller.cookie)]);
        http::done(self.address(), &call).await
    }
    /// Connects a business by keys of its own.
    pub(super) async fn with_keys(&self, slug: &'static str) -> Result<Seller> {
        let (key, publishable) = (format!("sk_test_{slug}0001"), format!("pk_test_{slug}0001"));
        let account = self.double.add_key(&key, &format!("acct_{slug}0001"));
        self.double.add_key(&publishable, &account);
        let hook = format!("http://127.0.0.1:{}/{slug}/webhooks/stripe", self.port);
        let secret = self.double.add_endpoint(&key, &hook, false);
        let seller = Seller { slug, cookie: self.sign_in(slug).await?, account, secret };
        let keys =
            json!({ "secret_key": key, "publishable_key": publishable, "webhook_secret": seller.secret });
        self.owner(&seller, "PUT", "/stripe/keys", &keys).await?;
        Ok(seller)
    }
    /// Connects a business through the platform.
    pub(super) async fn through_platform(&self, slug: &'static str) -> Result<Seller> {
        let secret =
            self.settings.iter().find(|(key, _)| *key == "STRIPE__WEBHOOK_SECRET").context("a secret")?;
        let (cookie, secret) = (self.sign_in(slug).await?, secret.1.clone());
        let mut seller = Seller { slug, cookie, account: String::new(), secret };
        self.owner(&seller, "POST", "/stripe/connect", &json!({})).await?;
        let sql = self.sql().await?;
        let of =
            format!("FROM stripe_accounts a JOIN tenants t ON t.id = a.tenant_id WHERE t.slug = '{slug}'");
        seller.account = sql.one(&format!("SELECT a.account_id {of}")).await?;
        self.double.account(&seller.account, "onboard");
        // Stripe tells it by an event.
        let ready = format!("SELECT count(*) {of} AND a.charges_enabled");
        until(
            Duration::from_secs(30),
            "no account was connected",
            async || Ok(sql.count(&ready).await? == 1),
        )
        .await?;
        Ok(seller)
    }
    /// Puts ten credits on sale.
    pub(super) async fn sell_credits(&self, seller: &Seller) -> Result<()> {
        let grants = json!([{ "kind": "credits", "credits": 10 }]);
        let price = json!({ "amount": PRICE, "currency": "GBP" });
        let offer = json!({ "slug": "ten", "name": "Ten classes", "price": price, "status": "active", "grants": grants });
        self.owner(seller, "POST", "/products", &offer).await.map(drop)
    }
    /// Puts a weekly plan on sale.
    pub(super) async fn sell_plan(&self, seller: &Seller) -> Result<()> {
        let price = json!({ "amount": 2_500, "currency": "GBP" });
        let terms = json!({ "every": "week", "credits_per_week": 3 });
        let offer =
            json!({ "slug": "weekly", "name": "Weekly", "price": price, "status": "active", "terms": terms });
        self.owner(seller, "POST", "/plans", &offer).await.map(drop)
    }
    /// Presses the checkout's button: the same key is the same form.
    pub(super) async fn checkout(&self, slug: &str, offer: &str, email: &str, key: &str) -> Result<Placed> {
        let (status, body) = http::once(self.address(), &checkout(slug, offer, email, key)).await?;
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        match (status, text("token"), text("next")) {
            (200, Some(token), Some(next)) => Ok(Placed { token, next }),
            _ => bail!("{status} {body}"),
        }
    }
    /// Stripe's page that a buyer was sent to.
    pub(super) fn session(placed: &Placed) -> Option<String> {
        let rest = placed.next.split_once("/c/pay/")?.1;
        rest.split(['?', '#']).next().map(str::to_owned)
    }
    /// Buys, and pays on Stripe's page. Gives the payment's name at Stripe.
    pub(super) async fn buy(&self, seller: &Seller, offer: &str, email: &str, card: &str) -> Result<String> {
        let placed = self.checkout(seller.slug, offer, email, email).await?;
        let session = Self::session(&placed).context("no page of Stripe's")?;
        let paid = self.double.pay_session(&session, card).map_err(|refused| anyhow::anyhow!("{refused}"))?;
        Ok(paid["payment_intent"].as_str().unwrap_or_default().to_owned())
    }
    /// Waits until what can be done now, and within `soon`, is done.
    pub(super) async fn quiet(&self, sql: &Sql, now: &str, soon: &str, limit: Duration) -> Result<()> {
        ensure!(self.double.settle(limit).await, "deliveries that do not end");
        quiet(sql, now, soon, limit).await
    }
}

/// Waits until no job is left that is due before an instant (SQL) and a while after it.
pub(super) async fn quiet(sql: &Sql, now: &str, soon: &str, limit: Duration) -> Result<()> {
    let waiting = format!("{WAITING} {now} + interval '{soon}'");
    let began = Instant::now();
    // Twice: between two jobs that follow each other nothing may wait for a moment.
    let mut still = 0;
    while still < 2 {
        still = if sql.count(&waiting).await? == 0 { still + 1 } else { 0 };
        if began.elapsed() > limit {
            let left = format!(
                "SELECT string_agg(DISTINCT kind || ' ' || status || ' ' || coalesce(last_error, ''), '; ') FROM jobs \
                 WHERE status IN ('pending', 'running') AND run_at < {now} + interval '{soon}'"
            );
            bail!("jobs that do not end: {}", sql.one(&left).await.unwrap_or_default());
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    Ok(())
}

/// Waits until something holds.
pub(super) async fn until(
    limit: Duration,
    words: &str,
    mut holds: impl AsyncFnMut() -> Result<bool>,
) -> Result<()> {
    let began = Instant::now();
    while !holds().await? {
        ensure!(began.elapsed() < limit, "{words}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    Ok(())
}

/// Pressing the checkout's button, as it goes over the wire.
pub(super) fn checkout(slug: &str, offer: &str, email: &str, key: &str) -> Wire {
    let body = json!({ "offer": offer, "name": "Sam Reed", "email": email, "method": "stripe" });
    http::call("POST", &format!("/api/v1/{slug}/checkout"), &body, &[("idempotency-key", key)])
}

/// A delivery of an event, as it goes over the wire.
pub(super) fn delivery(path: &str, body: &str, signature: Option<&str>) -> Wire {
    let header = signature.map(|text| format!("stripe-signature: {text}\r\n")).unwrap_or_default();
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json; charset=utf-8\r\n\
         content-length: {length}\r\n{header}\r\n"
    );
    [head.as_str(), body].concat().into_bytes().into()
}

/// A port that is free, and that no outgoing connection takes while nobody listens on it.
fn steady_port() -> Result<u16> {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000)?;
    let mut free = (0..500)
        .map(|more| first + more)
        .filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.next().context("no port is free")
}
