use events::{ClientId, Instant};
use kernel::{Ctx, Permission, Problem};
use ledger::credits::{self, CreditError, Grant, Granted, OnExpired, Origin, Returned, Spend, Spent};
use people::clients::NewClient;
use testkit::{TestApp, TestTenant};

use super::context;

const WRITE: Permission = Permission("packages:credits:write");

async fn client(ctx: &Ctx) -> ClientId {
    let new = NewClient { name: "Sam".into(), email: "sam@example.com".into(), ..NewClient::default() };
    ctx.tx(WRITE, async |tx| Ok::<_, Problem>(people::clients::upsert(tx, new.clone()).await?.id))
        .await
        .unwrap()
}

async fn give(
    ctx: &Ctx,
    client: ClientId,
    source: &str,
    credits: i32,
    expires_at: Option<Instant>,
) -> Granted {
    let grant =
        Grant { client, source, origin: Origin::Staff, name: "Gift", credits, expires_at, pays_for: &[] };
    ctx.tx(WRITE, async |tx| Ok::<_, Problem>(credits::grant(tx, grant.clone()).await?)).await.unwrap()
}

async fn take(ctx: &Ctx, client: ClientId, source: &str, credits: i32) -> Result<Spent, Problem> {
    let spend = Spend { client, source, reason: "HIIT", credits, pays_for: None };
    ctx.tx(WRITE, async |tx| Ok::<_, Problem>(credits::spend(tx, spend.clone()).await?)).await
}

async fn balance(ctx: &Ctx, client: ClientId) -> i64 {
    ctx.tx(WRITE, async |tx| Ok::<_, Problem>(credits::balance(tx, client).await?.credits)).await.unwrap()
}

async fn give_back(
    ctx: &Ctx,
    spent: &str,
    source: &str,
    credits: Option<i32>,
    rule: OnExpired,
) -> Result<Returned, CreditError> {
    ctx.tx(WRITE, async |tx| {
        Ok::<_, Wrapped>(credits::refund(tx, spent, source, "Cancelled", credits, rule).await?)
    })
    .await
    .map_err(|error| error.0)
}

/// Lets a transaction answer with what the ledger refused.
struct Wrapped(CreditError);
impl From<CreditError> for Wrapped {
    fn from(error: CreditError) -> Self {
        Self(error)
    }
}
impl From<kernel::TxError> for Wrapped {
    fn from(error: kernel::TxError) -> Self {
        panic!("{error}")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_credits_are_spent_once() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx).await;
    let lot = give(&ctx, sam, "gift/1", 10, Some(app.now().plus_minutes(60))).await;
    assert!(matches!(lot, Granted::Granted(_)));
    assert_eq!(give(&ctx, sam, "gift/1", 10, None).await, Granted::AlreadyGranted(lot.lot()));
    give(&ctx, sam, "gift/2", 10, None).await;
    let sources: Vec<String> = (0..50).map(|n| format!("place/{n}")).collect();
    let answers = futures::future::join_all(sources.iter().map(|source| take(&ctx, sam, source, 1))).await;
    let (good, bad): (Vec<_>, Vec<_>) = sources.iter().zip(answers).partition(|(_, answer)| answer.is_ok());
    assert_eq!((good.len(), bad.len()), (20, 30));
    assert!(
        bad.iter().all(|(_, answer)| answer.as_ref().is_err_and(|problem| problem.code == "credits_short"))
    );
    assert_eq!(balance(&ctx, sam).await, 0);
    let again = take(&ctx, sam, good[0].0, 1).await.unwrap();
    assert!(matches!(again, Spent::AlreadySpent(takes) if takes.len() == 1));
    let uneven = "SELECT count(*) FROM (SELECT FROM credit_entries GROUP BY tenant_id, transaction_id HAVING sum(amount) <> 0) x";
    assert_eq!(app.sql.count(uneven).await, 0);
    let derived = "SELECT count(*) FROM credit_lots l WHERE balance <> (SELECT coalesce(sum(amount), 0) FROM credit_entries e \
                   WHERE e.tenant_id = l.tenant_id AND e.lot_id = l.id AND e.account = 'held')";
    assert_eq!(app.sql.count(derived).await, 0);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn returns_go_back_to_their_lots_in_parts_and_never_above() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx).await;
    give(&ctx, sam, "soon", 2, Some(app.now().plus_minutes(60))).await;
    give(&ctx, sam, "later", 5, None).await;
    take(&ctx, sam, "camp", 4).await.unwrap();
    let stays = OnExpired::StaysExpired;
    assert!(matches!(give_back(&ctx, "camp", "r1", Some(1), stays).await, Ok(Returned::Returned(_))));
    assert_eq!(give_back(&ctx, "camp", "r1", Some(1), stays).await.unwrap(), Returned::AlreadyReturned);
    assert!(
        matches!(give_back(&ctx, "camp", "r2", Some(4), stays).await, Err(CreditError::Amount)),
        "only 3 are left of it"
    );
    assert!(matches!(give_back(&ctx, "nothing", "r3", None, stays).await, Err(CreditError::UnknownSource)));
    assert_eq!(balance(&ctx, sam).await, 4);
    // The first lot expires; what comes back to it is replaced by a new one.
    app.clock.advance(2 * 3600);
    assert_eq!(balance(&ctx, sam).await, 4, "its two were spent, the four are in the other");
    give_back(&ctx, "camp", "r4", None, OnExpired::NewLot { days: 14 }).await.unwrap();
    assert_eq!(balance(&ctx, sam).await, 7);
    assert_eq!(tenant.count("credit_lots", "origin = 'refund' AND balance = 2").await, 1);
    assert_eq!(tenant.count("credit_lots", "source = 'soon' AND balance = 0").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_credits_are_written_off_and_count_for_nothing_before() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx).await;
    give(&ctx, sam, "week", 3, Some(app.now().plus_minutes(60))).await;
    app.clock.advance(3600);
    assert_eq!(balance(&ctx, sam).await, 0);
    assert_eq!(take(&ctx, sam, "place", 1).await.unwrap_err().code, "credits_short");
    let expire =
        async || ctx.tx(WRITE, async |tx| Ok::<_, Problem>(credits::expire(tx, 100).await?)).await.unwrap();
    assert_eq!(expire().await, 1);
    assert_eq!(expire().await, 0);
    assert_eq!(tenant.count("credit_lots", "balance <> 0").await, 0);
    assert_eq!(tenant.count("credit_transactions", "kind = 'expire'").await, 1);
    tenant.finish().await;
}

/// The lots of these sources are taken back.
async fn revoke(ctx: &Ctx, sources: &[&str]) -> i32 {
    let sources: Vec<String> = sources.iter().map(|source| (*source).to_owned()).collect();
    ctx.tx(WRITE, async |tx| Ok::<_, Problem>(credits::revoke(tx, &sources, "1001").await?)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_back_does_not_come_back_to_life() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx).await;
    let new_lot = OnExpired::NewLot { days: 7 };
    give(&ctx, sam, "order/1", 10, Some(app.now().plus_minutes(600))).await;
    give(&ctx, sam, "order/2", 4, Some(app.now().plus_minutes(60))).await;
    take(&ctx, sam, "all", 14).await.unwrap();
    // The second lot expires, and two of its credits live on in a new one before its order is refunded.
    app.clock.advance(3600);
    give_back(&ctx, "all", "two", Some(12), new_lot).await.unwrap();
    assert_eq!(balance(&ctx, sam).await, 12);
    assert_eq!(revoke(&ctx, &["order/2", "never"]).await, 2, "what stands in for them goes too");
    assert_eq!(revoke(&ctx, &["order/2"]).await, 0);
    take(&ctx, sam, "again", 10).await.unwrap();
    assert_eq!(revoke(&ctx, &["order/1"]).await, 0, "all of it is used");
    // Both bookings fall through.
    give_back(&ctx, "again", "back", None, new_lot).await.unwrap();
    give_back(&ctx, "all", "rest", None, new_lot).await.unwrap();
    assert_eq!(balance(&ctx, sam).await, 0, "they were paid back in money");
    assert_eq!(tenant.count("credit_lots", "revoked_at IS NOT NULL").await, 3);
    assert_eq!(tenant.count("credit_lots", "balance > 0").await, 0);
    super::credits_kit::whole(&tenant).await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn returned_credits_live_on_once() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx).await;
    let new_lot = OnExpired::NewLot { days: 7 };
    give(&ctx, sam, "week", 3, Some(app.now().plus_minutes(60))).await;
    take(&ctx, sam, "place/1", 3).await.unwrap();
    app.clock.advance(3600);
    give_back(&ctx, "place/1", "back/1", None, new_lot).await.unwrap();
    assert_eq!(balance(&ctx, sam).await, 3);
    // Booked and given up again, just when the week is over.
    take(&ctx, sam, "place/2", 3).await.unwrap();
    app.clock.advance(7 * 24 * 3600);
    give_back(&ctx, "place/2", "back/2", None, new_lot).await.unwrap();
    assert_eq!(balance(&ctx, sam).await, 0, "else they would never end");
    assert_eq!(tenant.count("credit_lots", "origin = 'refund'").await, 1);
    super::credits_kit::whole(&tenant).await;
    tenant.finish().await;
}
