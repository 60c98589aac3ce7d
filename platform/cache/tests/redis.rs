//! Two replicas on one Redis, which goes away and comes back.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::{Duration, Instant};

use cache::{Cache, Heard, Key, Rate};
use embedded::Redis;
use events::{Instant as Moment, TenantId};

fn moment() -> Moment {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(6), "{what}: not within six seconds");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_share_values_limits_and_messages() {
    let server = Redis::start().unwrap();
    let (a, b) = (Cache::redis(&server.url()).unwrap(), Cache::redis(&server.url()).unwrap());
    let key = Key::tenant(TenantId::from_uuid(uuid::Uuid::from_u128(7)), "page");
    a.set(&key, "hello", Duration::from_mins(1)).await;
    assert_eq!(b.get(&key).await.as_deref(), Some(&b"hello"[..]));
    b.delete(&key).await;
    assert_eq!(a.get(&key).await, None);
    a.set(&key, "short", Duration::from_millis(30)).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(b.get(&key).await, None);

    let rate = Rate::new(1.0, 10);
    let mut through = 0;
    for turn in 0..20 {
        let replica = if turn % 2 == 0 { &a } else { &b };
        through += usize::from(replica.allow(&key, rate, moment()).await.is_ok());
    }
    assert_eq!(through, 10, "one burst for both");
    assert_eq!(a.allow(&key, rate, moment()).await, Err(Duration::from_secs(1)));
    assert!(b.allow(&key, rate, moment().plus_seconds(1)).await.is_ok());

    let topic = Key::platform("features");
    let (mut by_a, mut by_b) = (a.subscribe(&topic), b.subscribe(&topic));
    tokio::time::sleep(Duration::from_millis(300)).await;
    a.publish(&topic, "changed").await;
    let changed = Heard::Message("changed".into());
    assert_eq!(by_a.next().await, changed);
    assert_eq!(by_b.next().await, changed);
    let again = tokio::time::timeout(Duration::from_millis(300), by_a.next()).await;
    assert!(again.is_err(), "the publisher hears itself once: {again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_all_goes_on_and_all_is_back_soon_after_its_return() {
    let mut server = Redis::start().unwrap();
    let (a, b) = (Cache::redis(&server.url()).unwrap(), Cache::redis(&server.url()).unwrap());
    let (key, topic) = (Key::platform("x"), Key::platform("topic"));
    let mut heard = b.subscribe(&topic);
    a.set(&key, "1", Duration::from_mins(1)).await;
    assert!(b.get(&key).await.is_some());

    server.pause();
    let began = Instant::now();
    let rate = Rate::new(1.0, 5);
    let mut through = 0;
    for _ in 0..1000 {
        assert_eq!(a.get(&key).await, None);
        a.set(&key, "2", Duration::from_mins(1)).await;
        through += usize::from(a.allow(&key, rate, moment()).await.is_ok());
    }
    assert_eq!(through, 5, "limits hold in this process");
    assert!(began.elapsed() < Duration::from_secs(2), "3,000 calls without Redis took {:?}", began.elapsed());
    assert!(!a.is_shared());
    let mut own = a.subscribe(&topic);
    a.publish(&topic, "mine").await;
    assert_eq!(own.next().await, Heard::Message("mine".into()), "this process still hears itself");

    server.resume().unwrap();
    let took = until("values", async || {
        a.set(&key, "3", Duration::from_mins(1)).await;
        b.get(&key).await.is_some()
    })
    .await;
    println!("values were shared again {took:?} after Redis' return");
    assert_eq!(heard.next().await, Heard::Missed, "subscribers are told that they may have missed something");
    a.publish(&topic, "again").await;
    assert_eq!(heard.next().await, Heard::Message("again".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_was_never_there_is_no_error() {
    let cache = Cache::redis("redis+unix:///nowhere/redis.sock").unwrap();
    let key = Key::platform("x");
    cache.set(&key, "1", Duration::from_mins(1)).await;
    assert_eq!(cache.get(&key).await, None);
    assert!(cache.allow(&key, Rate::new(1.0, 1), moment()).await.is_ok());
    assert!(cache.allow(&key, Rate::new(1.0, 1), moment()).await.is_err());
    assert!(Cache::redis("not an address").is_err());
}

#[tokio::test]
async fn in_one_process_the_same_calls_work() {
    let cache = Cache::in_process();
    let key = Key::platform("x");
    cache.set(&key, "1", Duration::from_mins(1)).await;
    assert_eq!(cache.clone().get(&key).await.as_deref(), Some(&b"1"[..]));
    cache.delete(&key).await;
    assert_eq!(cache.get(&key).await, None);
    assert!(cache.is_shared());
}
