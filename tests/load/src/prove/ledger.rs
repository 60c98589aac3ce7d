//! The ledger of credits with a million entries: a balance is read as fast as with ten.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use events::{ClientId, Id};
use kernel::{Ctx, Paging, Permission, Problem};
use ledger::credits;

use crate::{
    cluster::Cluster,
    figures::{Dice, Line, percentile, shown},
    house::{Business, House, Way},
};

const ANY: Permission = host::core::CLIENTS_WRITE;
const ENTRIES: i64 = 1_000_000;
const LIMIT: Duration = Duration::from_millis(1);
const READS: usize = 4_000;

/// 5,000 clients with 20 lots each, every second one still open, and one client with 50,000 movements: a million entries.
/// Each lot was granted, and one of four was spent in part; triggers are off, so balances are written as they follow.
const FILL: &str = "
SET session_replication_role = replica;
INSERT INTO clients (tenant_id, id, name, email, created_at)
  SELECT '$tenant', gen_random_uuid(), 'Client', 'c' || n || '@example.com', now() - n * interval '1 minute' FROM generate_series(1, 5001) n;
CREATE TEMP TABLE made AS
  SELECT gen_random_uuid() AS lot, c.id AS client, c.email || '/' || n AS source, c.email = 'c5001@example.com' AS heavy, n,
    now() - n * interval '1 hour' AS at
  FROM clients c JOIN LATERAL generate_series(1, CASE WHEN c.email = 'c5001@example.com' THEN 50 ELSE 20 END) n ON true
  WHERE c.tenant_id = '$tenant';
CREATE TEMP TABLE moved AS
  SELECT gen_random_uuid() AS id, lot, client, 'grant/' || source AS source, 'grant' AS kind, 100000 AS amount, at FROM made
  UNION ALL SELECT gen_random_uuid(), lot, client, 'spend/' || source || '/' || k, 'spend', -1, at + k * interval '1 second'
  FROM made JOIN LATERAL generate_series(1, CASE WHEN heavy THEN 999 ELSE 3 END) k ON true
  UNION ALL SELECT gen_random_uuid(), lot, client, 'all/' || source, 'spend', -99997, at + interval '1 hour' FROM made WHERE n % 2 = 0 AND NOT heavy;
INSERT INTO credit_lots (tenant_id, id, client_id, source, origin, name, pays_for, balance, expires_at, created_at)
  SELECT '$tenant', d.lot, d.client, d.source, 'order', 'Ten classes', CASE WHEN d.n % 3 = 0 THEN '{yoga}' ELSE '{}' END::text[],
    s.balance, CASE WHEN d.n % 5 = 0 THEN NULL ELSE now() + d.n * interval '1 day' END, d.at
  FROM made d JOIN (SELECT lot, sum(amount) AS balance FROM moved GROUP BY lot) s USING (lot);
INSERT INTO credit_transactions (tenant_id, id, client_id, kind, source, reason, at)
  SELECT '$tenant', id, client, kind, source, 'Yoga', at FROM moved;
INSERT INTO credit_entries (tenant_id, id, transaction_id, client_id, lot_id, position, account, amount)
  SELECT '$tenant'::uuid, gen_random_uuid(), id, client, lot, 0, 'held', amount FROM moved
  UNION ALL SELECT '$tenant'::uuid, gen_random_uuid(), id, client, lot, 1, CASE kind WHEN 'grant' THEN 'issued' ELSE 'spent' END, -amount FROM moved;
SET session_replication_role = origin;
";

/// Balances of clients among a million entries, each in a transaction of its own.
pub(super) async fn million(cluster: &Cluster) -> Result<Vec<Line>> {
    let house = House::open(cluster, &cluster.database().await?, Way::default()).await?;
    let tenant = house.tenant(&Business::new("ledger")).await?.uuid();
    house.sql.run(&FILL.replace("$tenant", &tenant.to_string())).await?;
    house.sql.run("VACUUM ANALYZE").await?;
    let entries = house.sql.count("SELECT count(*) FROM credit_entries").await?;
    ensure!(entries >= ENTRIES, "{entries} entries");
    let ids = house.sql.column("SELECT id FROM clients ORDER BY email = 'c5001@example.com', id").await?;
    let clients: Result<Vec<ClientId>> = ids.iter().map(|id| Ok(Id::from_uuid(id.parse()?))).collect();
    let clients = clients?;
    let ctx = super::credits::context(&house.app, "ledger").await?;
    let (all, heavy) = clients.split_at(clients.len() - 1);
    let wrong = checked(&house, &ctx, &clients).await?;
    let _warm = times(&ctx, all, Read::Balance).await?;
    let mut any = times(&ctx, all, Read::Balance).await?;
    let mut one = times(&ctx, heavy, Read::Balance).await?;
    let mut key = times(&ctx, all, Read::Key).await?;
    let mut history = times(&ctx, heavy, Read::History).await?;
    house.close().await;
    let worst = percentile(&mut any, 0.99).max(percentile(&mut one, 0.99));
    let line = Line::time("ledger-million", worst, LIMIT);
    let line = Line { ok: line.ok && wrong == 0, ..line };
    let said = |name: &str, times: &mut [Duration]| {
        format!("{name} {} (p99 {})", shown(percentile(times, 0.5)), shown(percentile(times, 0.99)))
    };
    Ok(vec![
        line.with(format!(
            "{entries} entries of {} clients; {wrong} balances that are not the sum of their entries",
            clients.len()
        ))
        .with(
            [
                said("balance", &mut any),
                said("of the client with 50,000 movements", &mut one),
                said("for one kind of class", &mut key),
                said("a page of that client's history", &mut history),
            ]
            .join("; "),
        ),
    ])
}

/// How many of some balances are not what their entries say.
async fn checked(house: &House, ctx: &Ctx, clients: &[ClientId]) -> Result<usize> {
    let mut wrong = 0;
    for client in clients.iter().rev().step_by(100) {
        let derived = format!(
            "SELECT coalesce(sum(amount), 0) FROM credit_entries WHERE client_id = '{}' AND account = 'held'",
            client.uuid()
        );
        let read = read(ctx, *client, Read::Balance).await?;
        wrong += usize::from(house.sql.count(&derived).await? != read);
    }
    Ok(wrong)
}

#[derive(Clone, Copy)]
enum Read {
    Balance,
    Key,
    History,
}

async fn read(ctx: &Ctx, client: ClientId, what: Read) -> Result<i64> {
    let first = Paging { after: None, limit: 25 };
    let done = ctx.read_tx(ANY, async |tx| -> Result<i64, Problem> {
        Ok(match what {
            Read::Balance => credits::balance(tx, client).await?.credits,
            Read::Key => credits::balance_for(tx, client, "yoga").await?.credits,
            Read::History => credits::history(tx, client, &first).await?.iter().map(|one| one.amount).sum(),
        })
    });
    done.await.map_err(|problem| anyhow!("{problem:?}"))
}

async fn times(ctx: &Ctx, clients: &[ClientId], what: Read) -> Result<Vec<Duration>> {
    let (mut dice, mut times) = (Dice::new(7), Vec::with_capacity(READS));
    for _ in 0..READS {
        let client = clients[dice.below(clients.len() as u64) as usize];
        let began = Instant::now();
        read(ctx, client, what).await?;
        times.push(began.elapsed());
    }
    Ok(times)
}
