//! How it ends.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use super::*;

#[tokio::test]
async fn what_is_in_flight_is_finished_and_nothing_new_begins() {
    let server = start(options()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nhost: coach.example\r\n\r\n").await.unwrap();
    let mut idle = server.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nhost: coach.example\r\n\r\n").await.unwrap();
    read_until(&mut idle, "hello").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.cancel();
    let answer = read_all(&mut stream).await;
    assert!(answer.contains("slow but there"), "{answer}");
    assert_eq!(header(&answer, "connection"), Some("close"), "and the connection with it");
    assert_eq!(read_all(&mut idle).await, "", "idle connections are closed");
    server.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn first_it_is_not_ready_and_still_answers() {
    let server = start(EdgeOptions { drain_delay: Duration::from_millis(500), ..options() }).await;
    assert_eq!(status(&server.get("/readyz").await), StatusCode::OK);
    server.stop.cancel();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let probe = server.get("/readyz").await;
    assert_eq!(status(&probe), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body(&probe), "draining\n");
    assert_eq!(status(&server.get("/healthz").await), StatusCode::OK);
    assert_eq!(status(&server.get("/").await), StatusCode::OK);
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_takes_longer_than_the_grace_is_cut_off() {
    let server = start(EdgeOptions { grace: Duration::from_millis(300), ..options() }).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /endless HTTP/1.1\r\nhost: coach.example\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop.cancel();
    let began = Instant::now();
    server.task.await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
    assert_eq!(read_all(&mut stream).await, "");
}

#[tokio::test]
async fn readiness_follows_the_check_and_asks_seldom() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let readiness = Readiness::new(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { number > 0 })
    });
    for _ in 0..100 {
        assert_eq!(readiness.ask().await, Err("the database does not answer"));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    tokio::time::sleep(Duration::from_millis(550)).await;
    assert_eq!(readiness.ask().await, Ok(()));
}
