//! What becomes of a job, one attempt after the other, by a clock that the test moves.

use worker::{Ran, dead_letters, retry, wake_deferred};

use crate::house::{House, Notes, quick};

fn last_error(house: &House) -> String {
    house.sql("SELECT coalesce(last_error, '-') FROM jobs")
}

#[tokio::test]
async fn jobs_run_once_in_order_of_time() {
    let house = House::new().await;
    let notes = Notes::new();
    let tenant = house.tenant("anna-fit");
    house.enqueue(Some(tenant), "ok", 100);
    let worker = house.worker(notes.clone(), quick(4));
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { done: 100, ..Ran::default() });
    assert_eq!(worker.run_due_once().await.unwrap(), Ran::default());
    let runs = notes.runs.lock().unwrap();
    assert!(runs.windows(2).all(|pair| pair[0].run_at <= pair[1].run_at));
    assert_eq!(
        (runs[0].attempts, runs[0].tenant_id, runs[0].request_id.as_str()),
        (1, Some(tenant), "req-1")
    );
    assert_eq!(runs[0].args, serde_json::json!({ "n": 1 }));
    assert_eq!(house.statuses(), "done 100");
}

#[tokio::test]
async fn a_job_for_later_waits_for_its_time() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "ok", 1);
    house.sql("UPDATE jobs SET run_at = '2026-11-21T09:00:10Z'");
    let worker = house.worker(notes.clone(), quick(4));
    assert_eq!(worker.run_due_once().await.unwrap(), Ran::default());
    house.clock.advance(9);
    assert_eq!(worker.run_due_once().await.unwrap(), Ran::default());
    house.clock.advance(1);
    assert_eq!(worker.run_due_once().await.unwrap().done, 1);
}

#[tokio::test]
async fn failures_are_tried_again_with_growing_pauses_and_then_given_up() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "retry", 1);
    house.sql("UPDATE jobs SET max_attempts = 4");
    let worker = house.worker(notes.clone(), quick(4));
    let mut pauses = Vec::new();
    for _ in 1..4 {
        assert_eq!(worker.run_due_once().await.unwrap(), Ran { retried: 1, ..Ran::default() });
        assert_eq!(last_error(&house), "down  for now");
        let now = house.clock.now();
        let seconds: i64 = house
            .sql(&format!("SELECT ceil(extract(epoch FROM run_at - '{now}'))::bigint FROM jobs"))
            .parse()
            .unwrap();
        house.clock.advance(seconds - 1);
        assert_eq!(worker.run_due_once().await.unwrap(), Ran::default(), "not before its time");
        house.clock.advance(1);
        pauses.push(seconds);
    }
    assert!(
        (4..=6).contains(&pauses[0]) && (8..=12).contains(&pauses[1]) && (16..=24).contains(&pauses[2]),
        "{pauses:?}"
    );
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { dead: 1, ..Ran::default() });
    house.clock.advance(1_000_000);
    assert_eq!(worker.run_due_once().await.unwrap(), Ran::default(), "dead jobs stay dead");
    assert_eq!(notes.count(), 4);
    assert_eq!(*notes.dead.lock().unwrap(), ["retry: down  for now"], "the host is told once");
}

#[tokio::test]
async fn the_dead_can_be_listed_and_tried_again() {
    let house = House::new().await;
    let (anna, ben) = (house.tenant("anna-fit"), house.tenant("ben-studio"));
    house.enqueue(Some(anna), "fail", 1);
    house.enqueue(Some(ben), "fail", 2);
    let worker = house.worker(Notes::new(), quick(4));
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { dead: 3, ..Ran::default() });
    assert_eq!(dead_letters(&house.db, None, None, 10).await.unwrap().len(), 3);
    let of_anna = dead_letters(&house.db, Some(anna), None, 10).await.unwrap();
    assert_eq!(of_anna.len(), 1);
    assert_eq!((of_anna[0].last_error.as_deref(), of_anna[0].attempts), (Some("never"), 1));
    house.sql("UPDATE jobs SET kind = 'ok'");
    assert!(retry(&house.db, &house.clock, of_anna[0].id).await.unwrap());
    assert!(!retry(&house.db, &house.clock, of_anna[0].id).await.unwrap(), "it is not dead any more");
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { done: 1, ..Ran::default() });
}

#[tokio::test]
async fn a_panic_is_a_failure_whose_text_stays_out_of_the_database() {
    let house = House::new().await;
    house.enqueue(None, "panic", 1);
    house.enqueue(None, "ok", 5);
    let worker = house.worker(Notes::new(), quick(4));
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { done: 5, retried: 1, ..Ran::default() });
    assert_eq!(house.sql("SELECT last_error FROM jobs WHERE status = 'pending'"), "the job panicked");
}

#[tokio::test]
async fn an_endless_attempt_is_cut_off() {
    let house = House::new().await;
    house.enqueue(None, "endless", 1);
    let mut options = quick(4);
    options.job_timeout = std::time::Duration::from_millis(100);
    let worker = house.worker(Notes::new(), options);
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { retried: 1, ..Ran::default() });
}

#[tokio::test]
async fn skipped_jobs_are_over_and_postponed_ones_wait_without_losing_an_attempt() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "skip", 1);
    let worker = house.worker(notes.clone(), quick(4));
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { skipped: 1, ..Ran::default() });
    assert_eq!(
        house.sql("SELECT status || '|' || last_error FROM jobs"),
        "done|skipped: module sessions is off"
    );
    house.sql("DELETE FROM jobs");
    house.enqueue(None, "postpone", 1);
    for _ in 0..20 {
        assert_eq!(worker.run_due_once().await.unwrap(), Ran { postponed: 1, ..Ran::default() });
        house.clock.advance(60);
    }
    assert_eq!(house.sql("SELECT status || '|' || attempts FROM jobs"), "pending|0");
}

#[tokio::test]
async fn deferred_jobs_wait_for_a_change_and_are_seldom_looked_at() {
    let house = House::new().await;
    let notes = Notes::new();
    let (anna, ben) = (house.tenant("anna-fit"), house.tenant("ben-studio"));
    house.enqueue(Some(anna), "defer", 2);
    house.enqueue(Some(ben), "defer", 1);
    let worker = house.worker(notes.clone(), quick(4));
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { deferred: 3, ..Ran::default() });
    assert_eq!(worker.run_due_once().await.unwrap(), Ran::default(), "not at once again");
    assert_eq!(
        house.sql("SELECT DISTINCT status || '|' || attempts || '|' || last_error FROM jobs"),
        "pending|0|deferred: module sessions is off"
    );
    for _ in 0..24 * 60 {
        house.clock.advance(60);
        worker.run_due_once().await.unwrap();
    }
    let looks = notes.count() / 3;
    assert!((24..40).contains(&looks), "{looks} looks at each in a day");

    house.sql("UPDATE jobs SET kind = 'ok'");
    assert_eq!(wake_deferred(&house.db, &house.clock, anna).await.unwrap(), 2);
    assert_eq!(worker.run_due_of(anna).await.unwrap(), Ran { done: 2, ..Ran::default() });
    assert_eq!(house.statuses(), "done 2, pending 1", "the other tenant's wait on");
}

#[tokio::test]
async fn what_was_deferred_for_too_long_is_given_up() {
    let house = House::new().await;
    let notes = Notes::new();
    let tenant = house.tenant("anna-fit");
    house.enqueue(Some(tenant), "defer", 1);
    let worker = house.worker(notes.clone(), quick(4));
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { deferred: 1, ..Ran::default() });
    house.clock.advance(7 * 86_400);
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { deferred: 1, ..Ran::default() });
    // Although it could run by now: nobody expects it any more.
    house.sql("UPDATE jobs SET kind = 'ok'");
    house.clock.advance(3_600);
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { dead: 1, ..Ran::default() });
    assert_eq!(last_error(&house), "deferred for more than 7 days");
    let dead = dead_letters(&house.db, None, None, 10).await.unwrap();
    assert!(retry(&house.db, &house.clock, dead[0].id).await.unwrap());
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { done: 1, ..Ran::default() }, "an operator may");
}

#[tokio::test]
async fn jobs_of_suspended_tenants_wait() {
    let house = House::new().await;
    let (anna, ben) = (house.tenant("anna-fit"), house.tenant("ben-studio"));
    house.enqueue(Some(anna), "ok", 600);
    house.enqueue(Some(ben), "ok", 3);
    house.sql("UPDATE tenants SET status = 'suspended' WHERE slug = 'anna-fit'");
    let worker = house.worker(Notes::new(), quick(4));
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { done: 3, ..Ran::default() });
    house.sql("UPDATE tenants SET status = 'active'");
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { done: 600, ..Ran::default() });
}

#[tokio::test]
async fn one_tenants_jobs_can_be_run_alone() {
    let house = House::new().await;
    let (anna, ben) = (house.tenant("anna-fit"), house.tenant("ben-studio"));
    house.enqueue(Some(anna), "ok", 2);
    house.enqueue(Some(ben), "ok", 3);
    let worker = house.worker(Notes::new(), quick(4));
    assert_eq!(worker.run_due_of(anna).await.unwrap(), Ran { done: 2, ..Ran::default() });
    assert_eq!(house.statuses(), "done 2, pending 3");
}
