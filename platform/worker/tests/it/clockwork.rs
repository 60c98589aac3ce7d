//! What comes back by the clock, and what goes.

use worker::{Ran, Scheduled, Scope, queue_state};

use crate::house::{House, Notes, Running, quick};

fn hourly(scope: Scope) -> Scheduled {
    Scheduled { job: "ok".into(), every_seconds: 3600, scope }
}

#[tokio::test]
async fn a_schedule_makes_one_job_a_period_and_tenant_however_many_replicas_there_are() {
    let house = House::new().await;
    house.tenant("anna-fit");
    house.tenant("ben-studio");
    house.tenant("gone-away");
    house.sql("UPDATE tenants SET status = 'suspended' WHERE slug = 'gone-away'");
    let notes = Notes::new();
    let mut options = quick(4);
    options.schedules = vec![hourly(Scope::EachTenant)];
    let replicas: Vec<_> = (0..3).map(|_| house.other_process(notes.clone(), options.clone())).collect();
    for _ in 0..3 {
        let runs = futures::future::join_all(replicas.iter().map(worker::Worker::run_due_once)).await;
        assert_eq!(runs.into_iter().map(|ran| ran.unwrap().done).sum::<usize>(), 2);
        house.clock.advance(1800);
        let runs = futures::future::join_all(replicas.iter().map(worker::Worker::run_due_once)).await;
        assert_eq!(
            runs.into_iter().map(|ran| ran.unwrap().done).sum::<usize>(),
            0,
            "half a period later: nothing"
        );
        house.clock.advance(1800);
    }
    let args = notes.runs.lock().unwrap()[0].args.clone();
    assert_eq!(args, serde_json::json!({ "scheduled_for": "2026-11-21T09:00:00Z" }));
}

#[tokio::test]
async fn the_platform_has_schedules_of_its_own() {
    let house = House::new().await;
    let mut options = quick(4);
    options.schedules = vec![hourly(Scope::Platform)];
    let worker = house.worker(Notes::new(), options);
    assert_eq!(worker.run_due_once().await.unwrap(), Ran { done: 1, ..Ran::default() });
    // Another boot in the same period does not run it again.
    let mut options = quick(4);
    options.schedules = vec![hourly(Scope::Platform)];
    assert_eq!(house.worker(Notes::new(), options).run_due_once().await.unwrap(), Ran::default());
}

#[tokio::test]
async fn a_running_worker_keeps_to_its_schedules() {
    let house = House::new().await;
    let notes = Notes::new();
    let mut options = quick(4);
    options.schedules = vec![hourly(Scope::Platform)];
    let running = Running::start(&house.worker(notes.clone(), options));
    notes.wait_for(1).await;
    house.clock.advance(3600);
    notes.wait_for(2).await;
    running.stop().await;
}

#[tokio::test]
async fn old_done_jobs_go_and_dead_ones_stay() {
    let house = House::new().await;
    house.enqueue(None, "ok", 2500);
    house.enqueue(None, "fail", 1);
    let worker = house.worker(Notes::new(), quick(4));
    worker.run_due_once().await.unwrap();
    house.clock.advance(29 * 86_400);
    assert_eq!(worker.delete_old().await.unwrap(), 0);
    house.clock.advance(2 * 86_400);
    assert_eq!(worker.delete_old().await.unwrap(), 2500);
    assert_eq!(house.statuses(), "dead 1");
}

#[tokio::test]
async fn the_queue_can_be_counted() {
    let house = House::new().await;
    house.enqueue(None, "ok", 7);
    let state = queue_state(&house.db, &house.clock).await.unwrap();
    assert_eq!((state.due, state.running, state.dead, state.oldest_due_seconds), (7, 0, 0, 3600));
}
