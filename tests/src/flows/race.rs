//! Many want the same.

use std::{collections::BTreeMap, time::Instant};

use testkit::{AppOptions, TestApp, TestTenant, tomorrow_at};

/// Fifty people, each of whom wants every one of twenty slots.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_bookers_and_twenty_slots_make_twenty_bookings() {
    let app = TestApp::start_with(AppOptions { pool: 16, ..AppOptions::default() }).await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "race").await;
    let slots: Vec<String> = (0..20).map(|n| tomorrow_at(8 + n / 2, n % 2 * 30)).collect();
    let began = Instant::now();
    let bookers = (0..50).map(|n| {
        let (tenant, visitor, slots) = (&tenant, tenant.visitor(), slots.clone());
        async move {
            let mut statuses = Vec::new();
            for at in 0..slots.len() {
                // Each begins elsewhere, so that all slots are fought for at once.
                let slot = &slots[(at + n * 7) % slots.len()];
                let answer = tenant.try_book(&visitor, "race", slot, &format!("booker{n}@example.com")).await;
                assert!(answer.status != 409 || answer.code() == "slot_taken", "{}", answer.body);
                assert!([200, 409].contains(&answer.status), "{} {}", answer.status, answer.body);
                statuses.push(answer.status);
            }
            statuses
        }
    });
    let all: Vec<u16> = futures::future::join_all(bookers).await.into_iter().flatten().collect();
    println!("1,000 tries in {:?}", began.elapsed());
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    all.iter().for_each(|status| *counts.entry(*status).or_default() += 1);
    assert_eq!(counts, BTreeMap::from([(200, 20), (409, 980)]));
    assert_eq!(tenant.count("bookings", "state = 'confirmed'").await, 20);
    assert_eq!(tenant.count("calendar_blocks", "true").await, 20);
    let overlaps = format!(
        "SELECT count(*) FROM bookings a JOIN bookings b ON a.tenant_id = b.tenant_id AND a.coach_id = b.coach_id AND a.id < b.id \
         AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at WHERE a.{}",
        tenant.rows()
    );
    assert_eq!(app.sql.count(&overlaps).await, 0);
    // One event and one audit row for each booking, none for a loser.
    assert_eq!(tenant.count("events", "name = 'booking.confirmed'").await, 20);
    assert_eq!(tenant.count("audit", "action = 'booking.confirmed'").await, 20);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("mails", "template = 'appointments/confirmed' AND status = 'sent'").await, 20);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_refuses_what_the_code_would_let_through() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "race").await;
    tenant.book(&tenant.visitor(), "race", &tomorrow_at(10, 0), "sam@example.com").await;
    let again = format!(
        "INSERT INTO calendar_blocks (tenant_id, id, coach_id, kind, source_id, starts_at, ends_at, created_at) \
         SELECT tenant_id, gen_random_uuid(), coach_id, 'session', gen_random_uuid(), starts_at + interval '10 minutes', ends_at, now() \
         FROM calendar_blocks WHERE {}",
        tenant.rows()
    );
    let refused = app.sql.try_rows(&again).await.expect_err("the overlap was taken");
    assert_eq!(refused.as_db_error().unwrap().constraint(), Some("calendar_blocks_no_overlap"));
    tenant.run_jobs().await;
    tenant.finish().await;
}
