//! The application in this process, and tenants to ask.

use std::{collections::BTreeMap, fmt::Write as _, net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use events::TenantId;
use host::{
    app::{App, Parts},
    config::Config,
    provision,
    serve::{self, Running},
};
use kernel::{Clock, Entropy};
use serde_json::{Value, json};

use crate::{
    cluster::{Cluster, Database, free_port, local},
    http,
    sql::Sql,
};

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "a long password of measurements 7";

/// The whole application on a port of this machine.
pub(crate) struct House {
    pub app: Arc<App>,
    pub address: SocketAddr,
    pub sql: Sql,
    running: Running,
}

/// How it runs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Way<'a> {
    /// Connections at most; none: as in production.
    pub pool: Option<usize>,
    /// Whether it works, too.
    pub jobs: bool,
    /// Keys of the configuration beyond those of all: `("MAIL__TRANSPORT", "smtp")`.
    pub settings: &'a [(&'a str, &'a str)],
}

impl House {
    pub(crate) async fn open(cluster: &Cluster, database: &Database, way: Way<'_>) -> Result<Self> {
        let port = free_port()?;
        let all = settings(database, port, &cluster.folder().join("data"), way.settings);
        let config = Config::load(None, &all)?;
        let app = build(config, way.pool).await?;
        let running = serve::start(&app, way.jobs).await?;
        Ok(Self { app, address: local(port), sql: database.sql().await?, running })
    }
    pub(crate) async fn close(self) {
        self.running.stop().await;
    }
    /// Applies a tenant file.
    pub(crate) async fn tenant(&self, business: &Business) -> Result<TenantId> {
        let text = business.file();
        let file = provision::read(&self.app, "load.toml", &text).with_context(|| text.clone())?;
        provision::apply(&self.app, &file, Some(PASSWORD)).await.with_context(|| text.clone())?;
        let id = self.sql.one(&format!("SELECT id FROM tenants WHERE slug = '{}'", business.slug)).await?;
        Ok(TenantId::from_uuid(id.parse()?))
    }
    /// Starts on offer of a type of a tenant, in order; at most 62 days from `from` (a date or instant; empty: now).
    pub(crate) async fn starts(&self, slug: &str, kind: &str, from: &str) -> Result<Vec<String>> {
        let from = if from.is_empty() { String::new() } else { format!("&from={from}") };
        let path = format!("/api/v1/{slug}/availability/slots?type={kind}{from}");
        let body = http::done(self.address, &http::get(&path)).await?;
        let slots = body["slots"].as_array().context("slots")?;
        Ok(slots.iter().filter_map(|slot| slot["start"].as_str().map(str::to_owned)).collect())
    }
    /// The cookie of somebody who signs in.
    pub(crate) async fn sign_in(&self, email: &str) -> Result<String> {
        let mut conn = http::Conn::open(self.address).await?;
        let body = json!({ "email": email, "password": PASSWORD });
        let reply = conn.send(&http::call("POST", "/api/v1/login", &body, &[])).await?;
        ensure!(reply.status == 201, "{} {}", reply.status, reply.text());
        let cookie = reply.header("set-cookie").context("no cookie")?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }
}

/// Builds the application over a configured database, with the machine's clock.
pub(crate) async fn build(config: Config, pool: Option<usize>) -> Result<Arc<App>> {
    build_with(config, pool, Clock::System).await
}

/// The same with another clock.
pub(crate) async fn build_with(config: Config, pool: Option<usize>, clock: Clock) -> Result<Arc<App>> {
    let usual = db::PoolOptions::default();
    let options = db::PoolOptions { size: pool.unwrap_or_else(|| config.database.connections()), ..usual };
    let db = db::Db::connect(&config.database.url, options)?;
    let cache = cache::Cache::in_process();
    server::modules::build(Parts { config, db, clock, entropy: Entropy::System, cache }).await
}

/// The configuration as environment variables.
pub(crate) fn settings(
    database: &Database,
    port: u16,
    data: &Path,
    own: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let plenty = "10000000".to_owned();
    let all = [
        ("SERVER__ENVIRONMENT", "development".to_owned()),
        ("SERVER__LISTEN", format!("127.0.0.1:{port}")),
        ("SERVER__ORIGIN", "http://127.0.0.1".to_owned()),
        ("SERVER__METRICS_LISTEN", String::new()),
        ("SERVER__DRAIN_SECONDS", "0".to_owned()),
        ("SERVER__GRACE_SECONDS", "5".to_owned()),
        ("DATABASE__URL", database.app_url.clone()),
        ("DATABASE__OWNER_URL", database.owner_url.clone()),
        ("DATA__DIR", data.display().to_string()),
        ("LIMITS__ADDRESS_PER_SECOND", plenty.clone()),
        ("LIMITS__ADDRESS_BURST", plenty.clone()),
        ("LIMITS__TENANT_PER_SECOND", plenty.clone()),
        ("LIMITS__TENANT_BURST", plenty),
    ];
    let own = own.iter().map(|(key, value)| (*key, (*value).to_owned()));
    all.into_iter().chain(own).map(|(key, value)| (format!("PLATFORM__{key}"), value)).collect()
}

/// A tenant with coaches who each offer one type (`c0`, `c1`, …).
#[derive(Clone, Debug)]
pub(crate) struct Business {
    pub slug: &'static str,
    pub coaches: usize,
    /// Length and step of each type.
    pub minutes: u32,
    /// Open hours of each day.
    pub hours: &'static str,
    /// Monday to Friday only.
    pub weekdays_only: bool,
    /// Further TOML: sections of other modules.
    pub more: &'static str,
}

impl Business {
    /// One coach, half hours, nine to five from Monday to Friday.
    pub(crate) const fn new(slug: &'static str) -> Self {
        Self { slug, coaches: 1, minutes: 30, hours: "09:00-17:00", weekdays_only: true, more: "" }
    }

    fn file(&self) -> String {
        let slug = self.slug;
        let mut text = format!(
            "slug = \"{slug}\"\nname = \"Business {slug}\"\nzone = \"Europe/London\"\ncurrency = \"GBP\"\n\
             contact_email = \"desk@{slug}.example\"\n[brand]\nprimary_color = \"#0f766e\"\n\
             tagline = \"Coaching for people who think before they leap\"\nabout = \"\"\"\n{ABOUT}\n\"\"\"\n\
             [features]\nappointments = true\npackages = true\n\
             [[staff]]\nrole = \"owner\"\nname = \"Owner\"\nemail = \"owner@{slug}.example\"\n"
        );
        for n in 0..self.coaches {
            let _ = writeln!(
                text,
                "[[staff]]\nrole = \"coach\"\nname = \"Coach {n}\"\nemail = \"c{n}@{slug}.example\""
            );
        }
        let days: &[&str] = if self.weekdays_only { &DAYS[..5] } else { &DAYS };
        let weekly: Vec<String> = days.iter().map(|day| format!("{day} = [\"{}\"]", self.hours)).collect();
        let weekly = weekly.join(", ");
        let one = |n: usize| format!("{{ coach = \"c{n}@{slug}.example\", weekly = {{ {weekly} }} }}");
        let schedules: Vec<String> = (0..self.coaches).map(one).collect();
        let _ = writeln!(text, "[appointments]\nschedules = [{}]", schedules.join(", "));
        for n in 0..self.coaches {
            let _ = writeln!(
                text,
                "[[appointments.types]]\nslug = \"c{n}\"\nname = \"Session {n}\"\nminutes = {}\nhorizon_days = 365\n\
                 place_kind = \"in_person\"\nplace = \"12 Mill Lane\"\ncoaches = [\"c{n}@{slug}.example\"]",
                self.minutes
            );
        }
        text + self.more
    }
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const ABOUT: &str = "I work with engineers, researchers and first-time managers who want their next step to be a \
                     deliberate one.\n\n**Sessions are calm, practical and confidential**; you leave each one with a page \
                     of notes and one thing to try before the next.";

/// A booking to be made.
pub(crate) fn booking(slug: &str, kind: &str, start: &str, email: &str) -> http::Wire {
    http::call("POST", &format!("/api/v1/{slug}/bookings"), &order(kind, start, email), &[])
}

pub(crate) fn order(kind: &str, start: &str, email: &str) -> Value {
    json!({ "type": kind, "start": start, "name": "Sam Reed", "email": email })
}
