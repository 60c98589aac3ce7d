//! Many jobs of one tenant do not delay another's, and many workers do not run a job twice.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::house::{House, Notes, Running, quick};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_thousand_jobs_of_one_tenant_do_not_delay_another() {
    let house = House::new().await;
    let (anna, ben) = (house.tenant("anna-fit"), house.tenant("ben-studio"));
    house.enqueue(Some(anna), "ok", 50_000);
    house.sql("ANALYZE jobs");
    let notes = Notes::new();
    let running = Running::start(&house.worker(notes.clone(), quick(8)));
    notes.wait_for(50).await;
    house.enqueue(Some(ben), "ok", 5);
    let began = Instant::now();
    let of_ben = || notes.runs.lock().unwrap().iter().filter(|job| job.tenant_id == Some(ben)).count();
    while of_ben() < 5 {
        assert!(began.elapsed() < Duration::from_secs(2), "{} of 5 after two seconds", of_ben());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    println!("another tenant's jobs ran {:?} after they were queued behind 50,000", began.elapsed());
    assert!(notes.count() < 40_000, "the long queue was still there");
    running.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_jobs_of_one_tenant_leave_places_free() {
    let house = House::new().await;
    let (anna, ben) = (house.tenant("anna-fit"), house.tenant("ben-studio"));
    house.enqueue(Some(anna), "endless", 20);
    let notes = Notes::new();
    let running = Running::start(&house.worker(notes.clone(), quick(4)));
    notes.wait_for(2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(notes.count(), 2, "half of the places, however often it is asked");
    house.enqueue(Some(ben), "ok", 10);
    notes.wait_for(12).await;
    running.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_at_its_bound_goes_on_as_soon_as_a_job_of_it_ends() {
    let house = House::new().await;
    let anna = house.tenant("anna-fit");
    house.enqueue(Some(anna), "ok", 200);
    let notes = Notes::new();
    let mut options = quick(4);
    options.poll = Duration::from_mins(1);
    let running = Running::start(&house.worker(notes.clone(), options));
    notes.wait_for(200).await;
    running.stop().await;
    assert_eq!(house.statuses(), "done 200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_workers_run_each_job_once() {
    let house = House::new().await;
    let notes = Notes::new();
    for number in 0..20 {
        let tenant = house.tenant(&format!("tenant-{number}"));
        house.enqueue(Some(tenant), "ok", 100);
    }
    let workers: Vec<_> =
        (0..4).map(|_| Running::start(&house.other_process(notes.clone(), quick(8)))).collect();
    let began = Instant::now();
    notes.wait_for(2000).await;
    println!("2,000 jobs by four workers: {:?}", began.elapsed());
    for worker in workers {
        worker.stop().await;
    }
    let each = notes.of_each_job();
    assert_eq!((each.len(), each.values().max()), (2000, Some(&1)));
    assert_eq!(house.statuses(), "done 2000");
    assert_eq!(house.sql("SELECT count(*) FROM job_workers"), "0", "each has said goodbye");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_enqueued_here_starts_at_once() {
    let house = House::new().await;
    let notes = Notes::new();
    let mut options = quick(4);
    options.poll = Duration::from_mins(1);
    let running = Running::start(&house.worker(notes.clone(), options));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (clock, entropy) = (house.clock.clone(), db::Entropy::System);
    let spec = db::JobSpec::new("ok", serde_json::json!({}));
    house
        .db
        .system_tx("test", async |tx| {
            Ok::<_, db::TxError>(db::enqueue_system(tx, spec, &clock, &entropy).await?)
        })
        .await
        .unwrap();
    let began = Instant::now();
    notes.wait_for(1).await;
    assert!(began.elapsed() < Duration::from_secs(1));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_worker_is_quiet() {
    let house = House::new().await;
    let mut options = quick(4);
    options.poll = Duration::from_millis(250);
    let running = Running::start(&house.worker(Arc::new(Notes::default()), options));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let commits = || -> i64 {
        house
            .sql("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
            .parse()
            .unwrap()
    };
    // The server's figures follow within a second or so.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = commits();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let during = commits() - before;
    // A dozen polls of a few statements each, and what others of the server were late to count; a loop that does not wait
    // makes thousands.
    assert!(during < 300, "{during} transactions in three idle seconds");
    running.stop().await;
}
