//! Credits of plans: each week once, however late, often or many at once somebody looks.

use std::time::Duration;

use ledger::credits::{self, Returned};
use testkit::{TenantOptions, TestApp, TestTenant};

use super::{
    context,
    credits_kit::{Plan, WRITE, allocate, balance, change, client, held, spend, subscribe, whole},
};

const DAY: i64 = 24 * 3600;
const WEEK: i64 = 7 * DAY;

async fn lots(tenant: &TestTenant<'_>) -> Vec<String> {
    let sql = format!(
        "SELECT split_part(source, '/', 3) || ' ' || coalesce(to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 'never') \
         FROM credit_lots WHERE {} AND origin = 'plan' ORDER BY source",
        tenant.rows()
    );
    tenant.app.sql.column(&sql).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_comes_whole_in_its_middle_and_ends_at_its_midnight() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx, "sam@example.com").await;
    // From Monday morning to Wednesday.
    app.clock.advance(2 * DAY);
    subscribe(&tenant, sam, Plan { from: "2026-11-25T08:00:00Z", ..Plan::default() }).await;
    allocate(&tenant, 1).await;
    assert_eq!(lots(&tenant).await, ["2026-11-23 2026-11-30 00:00"]);
    assert_eq!(balance(&ctx, sam).await, 5);
    assert!(spend(&ctx, sam, "place/1", 2, Some("yoga")).await.is_ok(), "they pay for everything");
    allocate(&tenant, 1).await;
    assert_eq!(balance(&ctx, sam).await, 3, "once a week");
    // Sunday evening, and the midnight after it.
    app.clock.advance(4 * DAY + 15 * 3600);
    assert_eq!(balance(&ctx, sam).await, 3);
    app.clock.advance(3600);
    assert_eq!(
        balance(&ctx, sam).await,
        5,
        "what was left is gone, and the next week is there without any job"
    );
    assert_eq!(lots(&tenant).await, ["2026-11-23 2026-11-30 00:00", "2026-11-30 2026-12-07 00:00"]);
    whole(&tenant).await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_and_readers_at_once_give_each_week_once() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let mut clients = Vec::new();
    for number in 0..6 {
        let one = client(&ctx, &format!("c{number}@example.com")).await;
        let cap = (number % 2 == 0).then_some(3);
        subscribe(&tenant, one, Plan { cap, ..Plan::default() }).await;
        subscribe(&tenant, one, Plan { per_week: 2, cap, ..Plan::default() }).await;
        clients.push(one);
    }
    for week in 1..=3 {
        let reading = futures::future::join_all(
            clients.iter().flat_map(|one| [balance(&ctx, *one), balance(&ctx, *one)]),
        );
        let sources: Vec<String> = clients.iter().map(|one| format!("place/{week}/{one}")).collect();
        let spending = futures::future::join_all(
            clients.iter().zip(&sources).map(|(one, source)| spend(&ctx, *one, source, 1, None)),
        );
        let (_, _, spent) = tokio::join!(allocate(&tenant, 3), reading, spending);
        assert!(
            spent.iter().all(Result::is_ok),
            "credits of the week are there for whoever comes first: {spent:?}"
        );
        assert_eq!(tenant.count("credit_lots", "origin = 'plan'").await, 12 * week);
        assert_eq!(tenant.count("credit_transactions", "kind = 'grant'").await, 12 * week);
        whole(&tenant).await;
        app.clock.advance(WEEK);
    }
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_late_costs_nobody_anything() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let (plain, saver) = (client(&ctx, "plain@example.com").await, client(&ctx, "saver@example.com").await);
    subscribe(&tenant, plain, Plan::default()).await;
    subscribe(&tenant, saver, Plan { cap: Some(8), ..Plan::default() }).await;
    allocate(&tenant, 1).await;
    // Nobody looks for three weeks.
    app.clock.advance(3 * WEEK);
    allocate(&tenant, 2).await;
    assert_eq!(balance(&ctx, plain).await, 5, "weeks that are over can't be spent any more");
    assert_eq!(balance(&ctx, saver).await, 13, "eight are carried, five are new");
    let weeks = format!("origin = 'plan' AND client_id = '{}'", saver.uuid());
    assert_eq!(tenant.count("credit_lots", &weeks).await, 4, "each week that was missed, once");
    // 5, then 5 + 5, then 8 + 5 with 2 gone, then 8 + 5 with 5 gone.
    let cut =
        format!("kind = 'expire' AND source LIKE 'expire/plan/%/cap/%' AND client_id = '{}'", saver.uuid());
    assert_eq!(tenant.count("credit_transactions", &cut).await, 2);
    assert_eq!(tenant.count("credit_lots", &format!("{weeks} AND expires_at IS NULL")).await, 4);
    whole(&tenant).await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_carried_is_cut_to_the_cap_the_oldest_first() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx, "sam@example.com").await;
    subscribe(&tenant, sam, Plan { cap: Some(3), ..Plan::default() }).await;
    let mut seen = vec![balance(&ctx, sam).await];
    for (week, used) in [(1, 1), (2, 0), (3, 8)] {
        if used > 0 {
            spend(&ctx, sam, &format!("place/{week}"), used, None).await.unwrap();
        }
        app.clock.advance(WEEK);
        seen.push(balance(&ctx, sam).await);
    }
    // 5 → 4 left, 3 carried + 5 = 8 → 8 left, 3 + 5 = 8 → all used, 5.
    assert_eq!(seen, [5, 8, 8, 5]);
    let oldest = "origin = 'plan' AND source LIKE '%/2026-11-23' AND balance = 0";
    assert_eq!(tenant.count("credit_lots", oldest).await, 1);
    whole(&tenant).await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_change_move_the_end_of_the_week() {
    let app = TestApp::start().await;
    let (mut newyork, all) = (TenantOptions::all(&app), TenantOptions::all(&app));
    newyork.zone = "America/New_York".into();
    let (london, newyork) = (TestTenant::with(&app, all).await, TestTenant::with(&app, newyork).await);
    let sunday = "INSERT INTO package_settings (tenant_id, first_weekday, return_days, updated_at) VALUES";
    app.sql
        .run(&format!(
            "{sunday} ('{}', 7, 7, now()) ON CONFLICT (tenant_id) DO UPDATE SET first_weekday = 7",
            newyork.id.uuid()
        ))
        .await;
    // To Saturday, 13 March 2027, noon: clocks go forward in New York tomorrow, in London in two weeks.
    app.clock.advance(110 * DAY + 4 * 3600);
    for tenant in [&london, &newyork] {
        let ctx = context(tenant).await;
        let sam = client(&ctx, "sam@example.com").await;
        subscribe(tenant, sam, Plan { from: "2027-03-13T12:00:00Z", ..Plan::default() }).await;
        for _ in 0..4 {
            allocate(tenant, 2).await;
            app.clock.advance(WEEK);
        }
        app.clock.advance(-4 * WEEK);
        whole(tenant).await;
    }
    assert_eq!(
        lots(&london).await,
        [
            "2027-03-08 2027-03-15 00:00",
            "2027-03-15 2027-03-22 00:00",
            "2027-03-22 2027-03-28 23:00",
            "2027-03-29 2027-04-04 23:00"
        ]
    );
    assert_eq!(
        lots(&newyork).await,
        [
            "2027-03-07 2027-03-14 05:00",
            "2027-03-14 2027-03-21 04:00",
            "2027-03-21 2027-03-28 04:00",
            "2027-03-28 2027-04-04 04:00"
        ]
    );
    london.finish().await;
    newyork.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_allocates_may_die_at_any_moment() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx, "sam@example.com").await;
    subscribe(&tenant, sam, Plan { cap: Some(3), days: 1_000, ..Plan::default() }).await;
    let weeks: i64 = 25;
    for week in 0..weeks {
        // Cut off in the middle of it, a little later each time: the connection goes with it.
        let dying = tokio::spawn({
            let ctx = ctx.clone();
            async move { balance(&ctx, sam).await }
        });
        tokio::time::sleep(Duration::from_micros(400 * u64::try_from(week).unwrap())).await;
        dying.abort();
        let _ = dying.await;
        let left = balance(&ctx, sam).await;
        assert_eq!(left, if week == 0 { 5 } else { 8 }, "week {week}");
        assert_eq!(tenant.count("credit_lots", "origin = 'plan'").await, week + 1);
        app.clock.advance(WEEK);
    }
    whole(&tenant).await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_owes_or_rests_gets_nothing_new_and_the_end_takes_all() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let mut of = Vec::new();
    for status in ["past_due", "paused", "active", "incomplete"] {
        let one = client(&ctx, &format!("{status}@example.com")).await;
        let subscription = subscribe(&tenant, one, Plan { cap: Some(5), ..Plan::default() }).await;
        if status == "incomplete" {
            change(&tenant, subscription, "status = 'incomplete'").await;
        }
        of.push((one, subscription));
    }
    allocate(&tenant, 1).await;
    assert_eq!(tenant.count("credit_lots", "origin = 'plan'").await, 3, "what was never paid gives nothing");
    let now = app.now();
    change(&tenant, of[0].1, "status = 'past_due'").await;
    change(&tenant, of[1].1, &format!("status = 'paused', paused_at = '{now}'")).await;
    app.clock.advance(WEEK);
    allocate(&tenant, 1).await;
    let mut balances = Vec::new();
    for (one, _) in &of {
        balances.push(balance(&ctx, *one).await);
    }
    assert_eq!(balances, [5, 5, 10, 0], "what they had stays");
    // It goes on: the present week comes at once, weeks of the pause do not.
    app.clock.advance(2 * WEEK);
    change(&tenant, of[1].1, "status = 'active', paused_at = NULL").await;
    let step = format!(
        "INSERT INTO subscription_steps (tenant_id, id, subscription_id, at, kind) VALUES ('{}', gen_random_uuid(), '{}', '{}', 'resumed')",
        tenant.id.uuid(),
        of[1].1.uuid(),
        app.now()
    );
    app.sql.run(&step).await;
    assert_eq!(balance(&ctx, of[1].0).await, 10);
    // One that ends with its period takes all of its credits along, before anybody has marked it.
    spend(&ctx, of[2].0, "place/late", 4, None).await.unwrap();
    change(&tenant, of[2].1, &format!("ends_with_period = true, period_end = '{}'", app.now())).await;
    allocate(&tenant, 1).await;
    assert_eq!(held(&tenant, of[2].0).await, 0);
    assert_eq!(tenant.count("credit_transactions", "source LIKE 'expire/plan/%/ended/%'").await, 1);
    // What comes back to a plan that has ended is kept for a week, as of any expired lot.
    let back = ctx
        .tx(WRITE, async |tx| {
            Ok::<_, kernel::Problem>(
                credits::give_back(tx, "place/late", "place/late/back", "Called off", None).await?,
            )
        })
        .await;
    assert!(matches!(back, Ok(Returned::Returned(_))));
    assert_eq!(balance(&ctx, of[2].0).await, 4);
    app.clock.advance(WEEK);
    assert_eq!(balance(&ctx, of[2].0).await, 0);
    whole(&tenant).await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_first_weekday_gives_no_week_twice_and_leaves_none_out() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx, "sam@example.com").await;
    subscribe(&tenant, sam, Plan::default()).await;
    assert_eq!(balance(&ctx, sam).await, 5);
    let sunday = format!(
        "INSERT INTO package_settings (tenant_id, first_weekday, return_days, updated_at) VALUES ('{}', 7, 0, now()) \
         ON CONFLICT (tenant_id) DO UPDATE SET first_weekday = 7, return_days = 0",
        tenant.id.uuid()
    );
    app.sql.run(&sunday).await;
    spend(&ctx, sam, "place/1", 5, None).await.unwrap();
    app.clock.advance(6 * DAY);
    assert_eq!(balance(&ctx, sam).await, 0, "the seven days of the week before are not over");
    app.clock.advance(DAY);
    assert_eq!(balance(&ctx, sam).await, 5);
    assert_eq!(lots(&tenant).await, ["2026-11-23 2026-11-30 00:00", "2026-11-29 2026-12-06 00:00"]);
    // In this business returns to expired lots lapse.
    ctx.tx(WRITE, async |tx| {
        Ok::<_, kernel::Problem>(credits::give_back(tx, "place/1", "place/1/back", "Called off", None).await?)
    })
    .await
    .unwrap();
    assert_eq!(balance(&ctx, sam).await, 5);
    assert_eq!(tenant.count("credit_lots", "origin = 'refund'").await, 0);
    whole(&tenant).await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_weeks_from_a_wednesday_are_six_times_five() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let (sam, kim) = (client(&ctx, "sam@example.com").await, client(&ctx, "kim@example.com").await);
    app.clock.advance(2 * DAY);
    let six = Plan { from: "2026-11-25T08:00:00Z", days: 42, ..Plan::default() };
    let (whole_term, rolls) = (
        subscribe(&tenant, sam, six).await,
        Plan { from: "2026-11-25T08:00:00Z", days: 42, cap: Some(100), ..Plan::default() },
    );
    let rolling = subscribe(&tenant, kim, rolls).await;
    for plan in [whole_term, rolling] {
        change(&tenant, plan, "periods = 1, periods_paid = 1").await;
    }
    let (mut given, mut last) = (0, 0);
    for day in 0..42 {
        let now = balance(&ctx, sam).await;
        if day % 7 == 0 && day < 35 {
            assert_eq!(now, 5, "day {day}");
        }
        last = balance(&ctx, kim).await;
        given = given.max(tenant.count("credit_lots", &format!("client_id = '{}'", sam.uuid())).await);
        app.clock.advance(DAY);
    }
    assert_eq!((given, last), (6, 30), "the first week came whole");
    assert_eq!((balance(&ctx, sam).await, balance(&ctx, kim).await), (0, 0), "and nothing outlives the plan");
    // One that goes on gets each week.
    let on = client(&ctx, "on@example.com").await;
    let from = app.now().to_string();
    subscribe(&tenant, on, Plan { from: &from, days: 42, ..Plan::default() }).await;
    for _ in 0..6 {
        assert_eq!(balance(&ctx, on).await, 5);
        app.clock.advance(WEEK - 3600);
    }
    assert_eq!(balance(&ctx, on).await, 5);
    whole(&tenant).await;
    tenant.finish().await;
}
