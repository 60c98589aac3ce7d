//! Kills, shutdowns and a database that goes away.

use std::time::{Duration, Instant};

use crate::house::{House, Notes, Running, quick};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_of_a_killed_worker_come_back() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "endless", 3);
    let killed = Running::start(&house.other_process(notes.clone(), quick(4)));
    notes.wait_for(3).await;
    killed.kill().await;
    assert_eq!(house.statuses(), "running 3");
    house.sql("UPDATE jobs SET kind = 'ok'");
    let began = Instant::now();
    let next = Running::start(&house.other_process(notes.clone(), quick(4)));
    notes.wait_for(6).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    next.stop().await;
    assert_eq!(house.statuses(), "done 3");
    assert_eq!(house.sql("SELECT DISTINCT attempts FROM jobs"), "2", "the attempt that was cut off counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_kills_its_workers_dies() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "endless", 1);
    house.sql("UPDATE jobs SET max_attempts = 1");
    let killed = Running::start(&house.other_process(notes.clone(), quick(4)));
    notes.wait_for(1).await;
    killed.kill().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(house.worker(notes.clone(), quick(4)).bring_back_orphans().await.unwrap(), 1);
    assert_eq!(house.statuses(), "dead 1");
    assert_eq!(*notes.dead.lock().unwrap(), ["endless: the worker was lost"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moving_the_clock_takes_no_living_worker_for_dead() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "endless", 1);
    let living = Running::start(&house.worker(notes.clone(), quick(4)));
    notes.wait_for(1).await;
    house.clock.advance(86_400);
    assert_eq!(house.worker(notes.clone(), quick(4)).bring_back_orphans().await.unwrap(), 0);
    assert_eq!(house.statuses(), "running 1");
    living.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_lets_running_jobs_end_and_starts_no_others() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "slow", 20);
    let running = Running::start(&house.worker(notes.clone(), quick(4)));
    notes.wait_for(4).await;
    running.stop().await;
    let ran = notes.count();
    assert!(ran <= 8, "{ran} were started");
    assert_eq!(house.statuses(), format!("done {ran}, pending {}", 20 - ran));
    assert_eq!(house.sql("SELECT max(attempts) FROM jobs WHERE status = 'pending'"), "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_hands_back_what_does_not_end() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "endless", 2);
    let mut options = quick(4);
    options.drain = Duration::from_millis(300);
    let running = Running::start(&house.worker(notes.clone(), options));
    notes.wait_for(2).await;
    let began = Instant::now();
    running.stop().await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(house.statuses(), "pending 2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_given_up_for_lost_undoes_nothing() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "slow", 1);
    let slow = Running::start(&house.worker(notes.clone(), quick(4)));
    notes.wait_for(1).await;
    // Another has it by now, in its second attempt.
    house.sql("UPDATE jobs SET locked_by = 'another', attempts = 2");
    house.sql("INSERT INTO job_workers (id, last_seen) VALUES ('another', now() + interval '1 hour')");
    slow.stop().await;
    assert_eq!(
        house.sql("SELECT status || ' ' || locked_by || ' ' || attempts FROM jobs"),
        "running another 2"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_is_waited_for() {
    let house = House::new().await;
    let notes = Notes::new();
    house.enqueue(None, "slow", 2);
    let running = Running::start(&house.worker(notes.clone(), quick(4)));
    notes.wait_for(2).await;
    // Nobody may connect, and who is there is thrown out: while two jobs run, whose verdicts can't be written.
    let name = &house.name;
    let gate = House::new().await;
    gate.sql(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    gate.sql(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    gate.sql(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    house.enqueue(None, "ok", 3);
    notes.wait_for(5).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    running.stop().await;
    assert_eq!(house.statuses(), "done 5");
    assert_eq!(notes.of_each_job().values().max(), Some(&1), "nothing ran twice");
}
