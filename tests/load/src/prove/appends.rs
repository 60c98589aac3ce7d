use anyhow::{Result, ensure};
use kernel::Permission;
use ledger::credits::{self, Grant, Origin, Spend};

use crate::{
    cluster::Cluster,
    figures::Line,
    house::{Business, House, Way},
    sql::Sql,
};

const TABLES: [&str; 3] = ["credit_entries", "credit_transactions", "audit"];
const ANY: Permission = host::core::CLIENTS_WRITE;

/// UPDATE, DELETE and TRUNCATE of the ledger and the audit, as every role that the application has, and of the ledger as
/// the owner of the tables.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    let tenant = house.tenant(&Business::new("ledger")).await?.uuid();
    write_some(&house, tenant).await?;
    let before = hash(&house.sql).await?;
    let mut tried = 0;
    let mut done = Vec::new();
    for role in ["app", "app_tenant", "app_system", "postgres"] {
        let url = if role == "postgres" { &database.owner_url } else { &database.app_url };
        let sql = Sql::connect(url).await?;
        for table in TABLES {
            // The audit is kept from the application; its owner may archive it.
            if role == "postgres" && table == "audit" {
                continue;
            }
            for change in changes(table) {
                tried += 1;
                let statement =
                    format!("BEGIN; SET LOCAL ROLE {role}; SET LOCAL app.tenant_id = '{tenant}'; {change}");
                if sql.refusal(&statement).await.as_deref() != Some("42501") {
                    done.push(format!("{role}: {change}"));
                }
                sql.run("ROLLBACK").await?;
            }
        }
    }
    let same = hash(&house.sql).await? == before;
    house.close().await;
    let ok = done.is_empty() && same && tried >= 30;
    let line = Line::new("ledger-append-only", format!("{}_not_refused", done.len()), "=0_not_refused", ok);
    Ok(vec![line.with(format!(
        "{tried} statements by 4 roles; {}; {done:?}",
        if same { "rows unchanged" } else { "ROWS CHANGED" }
    ))])
}

fn changes(table: &str) -> [String; 3] {
    [
        format!("UPDATE {table} SET id = gen_random_uuid()"),
        format!("DELETE FROM {table}"),
        format!("TRUNCATE {table} CASCADE"),
    ]
}

/// A grant, a spend and an audit row, so that there is something to change.
async fn write_some(house: &House, tenant: uuid::Uuid) -> Result<()> {
    let client = super::credits::clients(&house.sql, tenant, 1).await?.remove(0);
    let ctx = super::credits::context(&house.app, "ledger").await?;
    ctx.tx(ANY, async |tx| -> Result<(), kernel::Problem> {
        let (source, name) = ("promise/1", "Six sessions");
        let grant = Grant {
            client,
            source,
            origin: Origin::Staff,
            name,
            credits: 6,
            expires_at: None,
            pays_for: &[],
        };
        credits::grant(tx, grant).await?;
        credits::spend(
            tx,
            Spend { client, source: "promise/2", reason: "A place", credits: 2, pays_for: None },
        )
        .await?;
        Ok(kernel::audit(tx, "credits.granted", client, serde_json::json!({})).await?)
    })
    .await
    .map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
    for table in TABLES {
        let rows = house.sql.count(&format!("SELECT count(*) FROM {table}")).await?;
        ensure!(rows > 0, "no row in {table}");
    }
    Ok(())
}

async fn hash(sql: &Sql) -> Result<String> {
    let one = |table: &str| format!("(SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t)");
    sql.one(&format!("SELECT {}", TABLES.map(one).join(" || "))).await
}
