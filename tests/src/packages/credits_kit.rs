use events::{ClientId, Id, Instant, SubscriptionId};
use kernel::{Ctx, Permission, Problem};
use ledger::credits::{self, Grant, Origin, Spend, Spent};
use people::clients::NewClient;
use serde_json::json;
use testkit::TestTenant;
use uuid::Uuid;

pub const WRITE: Permission = Permission("packages:credits:write");

/// A client of the tenant.
pub async fn client(ctx: &Ctx, email: &str) -> ClientId {
    let new = NewClient { name: "Sam Reed".into(), email: email.into(), ..NewClient::default() };
    ctx.tx(WRITE, async |tx| Ok::<_, Problem>(people::clients::upsert(tx, new.clone()).await?.id))
        .await
        .unwrap()
}

/// Gives credits.
pub async fn give(ctx: &Ctx, client: ClientId, credits: i32, expires_at: Option<Instant>, pays_for: &[&str]) {
    let pays_for: Vec<String> = pays_for.iter().map(|key| (*key).to_owned()).collect();
    let source = format!("test/{}", ctx.new_token());
    let grant = Grant {
        client,
        source: &source,
        origin: Origin::Order,
        name: "Ten classes",
        credits,
        expires_at,
        pays_for: &pays_for,
    };
    ctx.tx(WRITE, async |tx| Ok::<_, Problem>(credits::grant(tx, grant.clone()).await?)).await.unwrap();
}

/// Takes credits for something.
pub async fn spend(
    ctx: &Ctx,
    client: ClientId,
    source: &str,
    credits: i32,
    of: Option<&str>,
) -> Result<Spent, Problem> {
    let spend = Spend { client, source, reason: "HIIT", credits, pays_for: of };
    ctx.tx(WRITE, async |tx| Ok::<_, Problem>(credits::spend(tx, spend.clone()).await?)).await
}

/// What a client has, as whoever reads it sees it.
pub async fn balance(ctx: &Ctx, client: ClientId) -> i64 {
    ctx.tx(WRITE, async |tx| {
        credits::due(tx, client).await?;
        Ok::<_, Problem>(credits::balance(tx, client).await?.credits)
    })
    .await
    .unwrap()
}

/// What is in the lots, expired or not, as the database has it: nobody looked.
pub async fn held(tenant: &TestTenant<'_>, client: ClientId) -> i64 {
    let sql = format!(
        "SELECT coalesce(sum(balance), 0) FROM credit_lots WHERE {} AND client_id = '{}'",
        tenant.rows(),
        client.uuid()
    );
    tenant.app.sql.count(&sql).await
}

/// A subscription to a plan, paid from `from` for so many days.
pub struct Plan<'a> {
    pub from: &'a str,
    pub days: i64,
    pub per_week: i32,
    pub cap: Option<i32>,
    pub pays_for: &'a [&'a str],
}

impl Default for Plan<'_> {
    fn default() -> Self {
        Self { from: testkit::START, days: 180, per_week: 5, cap: None, pays_for: &[] }
    }
}

/// Subscribes a client.
pub async fn subscribe(tenant: &TestTenant<'_>, client: ClientId, plan: Plan<'_>) -> SubscriptionId {
    let id = Uuid::now_v7();
    let detail = json!({
        "plan": "pln_00000000000000000000000000000007", "credits_per_week": plan.per_week,
        "rollover_cap": plan.cap, "pays_for": plan.pays_for, "grants": [],
    });
    let (tenant_id, client, from) = (tenant.id.uuid(), client.uuid(), plan.from);
    let sql = format!(
        "INSERT INTO subscriptions (tenant_id, id, token, module, item, name, client_id, currency, price, every, every_count, \
         detail, status, provider, anchor, period_start, period_end, created_at) VALUES ('{tenant_id}', '{id}', \
         '{token}', 'packages', 'pln_00000000000000000000000000000007', 'Committed', '{client}', 'GBP', 10900, 'month', 1, \
         '{detail}', 'active', 'manual', '{from}', '{from}', '{from}'::timestamptz + interval '{days} days', '{from}'); \
         INSERT INTO subscription_steps (tenant_id, id, subscription_id, at, kind) \
         VALUES ('{tenant_id}', gen_random_uuid(), '{id}', '{from}', 'started')",
        token = id.simple(),
        days = plan.days,
    );
    tenant.app.sql.run(&sql).await;
    Id::from_uuid(id)
}

/// Changes a subscription behind the application's back.
pub async fn change(tenant: &TestTenant<'_>, id: SubscriptionId, set: &str) {
    let sql = format!("UPDATE subscriptions SET {set} WHERE {} AND id = '{}'", tenant.rows(), id.uuid());
    tenant.app.sql.run(&sql).await;
}

/// Has the hourly job run so many times at once.
pub async fn allocate(tenant: &TestTenant<'_>, times: usize) {
    let app = tenant.app;
    let now = app.now();
    for _ in 0..times {
        let job = format!(
            "INSERT INTO jobs (id, tenant_id, kind, args, run_at, created_at) \
             VALUES (gen_random_uuid(), '{}', 'packages.allocate', '{{}}', '{now}', '{now}')",
            tenant.id.uuid()
        );
        app.sql.run(&job).await;
    }
    let workers: Vec<_> = (0..times).map(|_| app.new_worker()).collect();
    for ran in futures::future::join_all(workers.iter().map(|worker| worker.run_due_of(tenant.id))).await {
        ran.unwrap();
    }
}

/// What must hold of the ledger, whatever happened.
pub async fn whole(tenant: &TestTenant<'_>) {
    let sql = &tenant.app.sql;
    let uneven = "SELECT count(*) FROM (SELECT FROM credit_entries GROUP BY tenant_id, transaction_id, lot_id HAVING sum(amount) <> 0) x";
    assert_eq!(sql.count(uneven).await, 0);
    let derived = "SELECT count(*) FROM credit_lots l WHERE balance < 0 OR balance <> (SELECT coalesce(sum(amount), 0) FROM credit_entries e \
                   WHERE e.tenant_id = l.tenant_id AND e.lot_id = l.id AND e.account = 'held')";
    assert_eq!(sql.count(derived).await, 0);
}
