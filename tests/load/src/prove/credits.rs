//! Credits: a ledger that stays right while whoever moves them is killed.

use std::{
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, bail, ensure};
use embedded::Process;
use events::{ClientId, Id};
use host::{app::App, config::Config};
use kernel::{Ctx, Permission, Problem};
use ledger::credits::{self, CreditError, Grant, OnExpired, Origin, Spend, Spent, Withdrawal};
use tenants::Lookup;
use uuid::Uuid;

use crate::{
    cluster::{Cluster, kill},
    figures::{Dice, Line},
    house::{self, Business, House, Way},
    sql::Sql,
};

const ANY: Permission = host::core::CLIENTS_WRITE;
const CLIENTS: usize = 20;
const KILLS: i64 = 5;
const OPERATIONS: i64 = 100_000;
/// Time for one fifth of them.
const MOST: Duration = Duration::from_secs(300);
const CLASSES: [&str; 3] = ["yoga", "hiit", "boxing"];

/// A context that may do anything in a tenant.
pub(super) async fn context(app: &Arc<App>, slug: &str) -> Result<Ctx> {
    let Lookup::Found(tenant) = app.directory.by_slug(slug, app.clock.now()).await? else {
        bail!("no tenant {slug}")
    };
    let ctx = app.system_context(tenant, "promise", String::new()).await?;
    Ok(app.with_all_grants(&ctx))
}

/// Makes clients.
pub(super) async fn clients(sql: &Sql, tenant: Uuid, count: usize) -> Result<Vec<ClientId>> {
    let insert = format!(
        "INSERT INTO clients (tenant_id, id, name, email, created_at) \
         SELECT '{tenant}', gen_random_uuid(), 'Client', 'c' || n || '@example.com', now() FROM generate_series(1, {count}) n \
         RETURNING id"
    );
    sql.column(&insert).await?.iter().map(|id| Ok(Id::from_uuid(id.parse()?))).collect()
}

/// Moves credits until it is killed.
#[derive(clap::Args)]
pub(crate) struct Mover {
    url: String,
    seed: u64,
    clients: Vec<String>,
}

impl Mover {
    pub(crate) async fn run(self) -> Result<()> {
        let environment = std::env::vars().collect();
        let app = house::build(Config::load(None, &environment)?, None).await?;
        ensure!(self.url == app.config.database.url, "another database");
        let ctx = context(&app, "credits").await?;
        let clients: Result<Vec<ClientId>> =
            self.clients.iter().map(|id| Ok(Id::from_uuid(id.parse()?))).collect();
        let clients = Arc::new(clients?);
        let workers = (0..8).map(|number| {
            let (ctx, clients) = (ctx.clone(), Arc::clone(&clients));
            tokio::spawn(async move { forever(&ctx, &clients, Dice::new(self.seed * 100 + number)).await })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await??;
        }
        Ok(())
    }
}

async fn forever(ctx: &Ctx, clients: &[ClientId], mut dice: Dice) -> Result<()> {
    loop {
        let client = clients[dice.below(clients.len() as u64) as usize];
        let (what, amount) = (dice.below(10), 1 + dice.below(5) as i32);
        let done = ctx.tx(ANY, async |tx| step(tx, client, what, amount).await).await;
        match done {
            // Too few credits: what the ledger is for.
            Ok(()) | Err(Refused::Ledger(CreditError::Short { .. })) => {}
            Err(Refused::Ledger(error)) => return Err(error.into()),
            Err(Refused::Tx(error)) => return Err(error.into()),
        }
    }
}

enum Refused {
    Ledger(CreditError),
    Tx(kernel::TxError),
}
impl From<CreditError> for Refused {
    fn from(error: CreditError) -> Self {
        Self::Ledger(error)
    }
}
impl From<kernel::TxError> for Refused {
    fn from(error: kernel::TxError) -> Self {
        Self::Tx(error)
    }
}

/// Of ten: three grants (to lots that expire within seconds or never, for all or one kind of class, or the next of a stream
/// that is cut), four spends of which one is returned in part at once, one that staff take, one that writes off what expired.
async fn step(tx: &mut kernel::Tx, client: ClientId, what: u64, amount: i32) -> Result<(), Refused> {
    let source = tx.ctx().new_token();
    let class = CLASSES[what as usize % CLASSES.len()];
    if what < 3 {
        let pays_for = if amount % 2 == 0 { vec![class.to_owned()] } else { Vec::new() };
        let grant = Grant {
            client,
            source: &source,
            origin: Origin::Staff,
            name: "Credits",
            credits: amount * 2,
            expires_at: (what == 1).then(|| tx.ctx().now().plus_seconds(i64::from(amount))),
            pays_for: &pays_for,
        };
        if what == 2 && amount > 2 {
            let stream = format!("plan/{client}");
            credits::lock_all(tx, client).await.map_err(CreditError::from)?;
            let granted = credits::grant_next(tx, &stream, grant).await?;
            credits::cut(tx, client, &stream, 3, Some(granted.lot()), "cap").await?;
            return Ok(());
        }
        credits::grant(tx, grant).await?;
        return Ok(());
    }
    match what {
        8 => {
            let wanted = Withdrawal { client, source: &source, reason: "A mistake", credits: amount };
            credits::take(tx, wanted).await?;
        }
        9 => {
            credits::expire(tx, 20).await?;
        }
        _ => {
            let pays_for = what.is_multiple_of(2).then_some(class);
            let spend = Spend { client, source: &source, reason: "A place", credits: amount, pays_for };
            credits::spend(tx, spend).await?;
            if what == 7 {
                let back = format!("back/{source}");
                credits::refund(tx, &source, &back, "Called off", Some(1), OnExpired::NewLot { days: 7 })
                    .await?;
            }
        }
    }
    Ok(())
}

const UNBALANCED: &str = "SELECT count(*) FROM (SELECT transaction_id, lot_id FROM credit_entries GROUP BY 1, 2 HAVING sum(amount) <> 0) x";
const MOVED: &str = "SELECT count(*) FROM credit_transactions";
const EMPTY: &str = "SELECT count(*) FROM credit_transactions t WHERE NOT EXISTS (SELECT FROM credit_entries e WHERE e.transaction_id = t.id)";
const NEGATIVE: &str = "SELECT count(*) FROM credit_lots WHERE balance < 0";
const DIFFERENT: &str = "SELECT count(*) FROM credit_lots l WHERE balance <> \
    (SELECT coalesce(sum(amount), 0) FROM credit_entries e WHERE e.lot_id = l.id AND e.account = 'held')";

/// Processes that move credits of 20 clients, 8 at a time, 100,000 times, and are killed in the middle of it.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    let tenant = house.tenant(&Business::new("credits")).await?.uuid();
    let clients = clients(&house.sql, tenant, CLIENTS).await?;
    for number in 1..=KILLS {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["move-credits", &database.app_url, &(number + 7).to_string()]);
        command.args(clients.iter().map(|client| client.uuid().to_string()));
        command.envs(house::settings(&database, 1, &cluster.folder().join("data"), &[]));
        let log = cluster.folder().join(format!("credits-{number}.log"));
        let mut mover = Process::start("credits", &command, &log)?;
        let began = Instant::now();
        while house.sql.count(MOVED).await? < OPERATIONS * number / KILLS {
            ensure!(mover.is_running(), "{}", std::fs::read_to_string(&log).unwrap_or_default());
            ensure!(began.elapsed() < MOST, "too slow: {} moved", house.sql.count(MOVED).await?);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        kill(mover.pid())?;
        mover.stop();
    }
    idle(&house.sql).await?;
    let moved = house.sql.count(MOVED).await?;
    let kinds = house
        .sql
        .column("SELECT kind || ' ' || count(*) FROM credit_transactions GROUP BY kind ORDER BY kind")
        .await?;
    let mut wrong = Vec::new();
    for query in [UNBALANCED, EMPTY, NEGATIVE, DIFFERENT] {
        wrong.push(house.sql.count(query).await?);
    }
    house.close().await;
    let line = Line::new(
        "ledger",
        format!("{}_wrong", wrong.iter().sum::<i64>()),
        "=0_wrong",
        wrong.iter().all(|n| *n == 0) && moved >= OPERATIONS && kinds.len() == 5,
    );
    Ok(vec![line.with(format!(
        "{moved} operations ({}) with {KILLS} kills; unbalanced, empty, below zero, cached not derived: {wrong:?}",
        kinds.join(", ")
    ))])
}

/// Waits until the server has noticed that the killed ones are gone.
pub(super) async fn idle(sql: &Sql) -> Result<()> {
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'app' AND state <> 'idle'";
    let began = Instant::now();
    while sql.count(busy).await? > 0 {
        ensure!(began.elapsed() < Duration::from_secs(10), "sessions that do not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// The last credit: 50 redeemers × 200 rounds.
pub(super) async fn last(cluster: &Cluster) -> Result<Vec<Line>> {
    const ROUNDS: usize = 200;
    const AT_ONCE: usize = 50;
    let house = House::open(cluster, &cluster.database().await?, Way::default()).await?;
    let tenant = house.tenant(&Business::new("credits")).await?.uuid();
    let client = clients(&house.sql, tenant, 1).await?.remove(0);
    let ctx = context(&house.app, "credits").await?;
    let (mut redeemed, mut short, mut other) = (0, 0, Vec::new());
    for round in 0..ROUNDS {
        let source = format!("lot/{round}");
        let (origin, name) = (Origin::Staff, "One");
        let grant =
            Grant { client, source: &source, origin, name, credits: 1, expires_at: None, pays_for: &[] };
        let granted =
            ctx.tx(ANY, async |tx| -> Result<_, Problem> { Ok(credits::grant(tx, grant).await?) }).await;
        granted.map_err(|problem| anyhow!("{problem:?}"))?;
        let tries = (0..AT_ONCE).map(|number| redeem(&ctx, client, format!("place/{round}/{number}")));
        for outcome in futures::future::join_all(tries).await {
            match outcome {
                Ok(Spent::Spent(_)) => redeemed += 1,
                Err(problem) if problem.code == "credits_short" => short += 1,
                unexpected => other.push(format!("{unexpected:?}")),
            }
        }
    }
    let left = house.sql.count("SELECT coalesce(sum(balance), 0)::bigint FROM credit_lots").await?;
    house.close().await;
    let ok = redeemed == ROUNDS && other.is_empty() && left == 0;
    let line = Line::new("last-credit", format!("{redeemed}_redeemed"), "=200_redeemed", ok);
    Ok(vec![line.with(format!(
        "{ROUNDS} rounds x {AT_ONCE}: {short} told that none is left, {left} left; {other:?}"
    ))])
}

async fn redeem(ctx: &Ctx, client: ClientId, source: String) -> Result<Spent, Problem> {
    let spend = Spend { client, source: &source, reason: "A place", credits: 1, pays_for: None };
    ctx.tx(ANY, async |tx| -> Result<_, Problem> { Ok(credits::spend(tx, spend).await?) }).await
}
