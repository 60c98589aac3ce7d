//! Idempotency keys, and answers that go wrong on purpose.

use std::time::Duration;

use stripe_double::{Fault, FaultKind};

use super::{NONE, World, empty, id};

const PAY: [(&str, &str); 5] = [
    ("amount", "1000"),
    ("currency", "gbp"),
    ("payment_method", "pm_card_visa"),
    ("confirm", "true"),
    ("return_url", "http://shop.example/"),
];

fn fault(path: &str, kind: FaultKind) -> Fault {
    Fault { method: Some("POST".into()), path: path.into(), contains: String::new(), skip: 0, times: 1, kind }
}

#[tokio::test]
async fn one_key_is_one_effect() {
    let world = World::new().await;
    let send = async |key: &str, form: &[(&str, &str)]| {
        let answer = world
            .request("POST", "payment_intents")
            .header("Idempotency-Key", key)
            .form(form)
            .send()
            .await
            .unwrap();
        let again = answer.headers().contains_key("idempotent-replayed");
        (answer.status().as_u16(), again, answer.json::<serde_json::Value>().await.unwrap())
    };
    let first = send("k1", &PAY).await;
    let second = send("k1", &PAY).await;
    assert_eq!((first.0, first.1, second.0, second.1), (200, false, 200, true));
    assert_eq!(first.2, second.2);
    let mut other = PAY;
    other[0].1 = "2000";
    let third = send("k1", &other).await;
    assert_eq!((third.0, &third.2["error"]["type"]), (400, &"idempotency_error".into()));
    // What was refused before it began is not kept.
    let mut wrong = PAY;
    wrong[0].1 = "x";
    assert_eq!(send("k2", &wrong).await.0, 400);
    assert_eq!(send("k2", &PAY).await.0, 200);
    // The bank's no is kept.
    let mut declined = PAY;
    declined[2].1 = "pm_card_chargeDeclined";
    assert_eq!(send("k3", &declined).await.0, 402);
    assert!(send("k3", &declined).await.1);
    assert_eq!(world.double.charged(&empty()).count, 2);
}

#[tokio::test]
async fn the_same_key_at_the_same_time_is_a_conflict() {
    let world = World::new().await;
    world.double.fault(fault("/v1/payment_intents", FaultKind::Hang(Duration::from_millis(300))));
    let send = || world.request("POST", "payment_intents").header("Idempotency-Key", "k").form(&PAY).send();
    let (one, other) = tokio::join!(send(), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        send().await
    });
    assert_eq!((one.unwrap().status().as_u16(), other.unwrap().status().as_u16()), (200, 409));
    assert_eq!(world.double.charged(&empty()).count, 1);
}

#[tokio::test]
async fn a_lost_answer_had_its_effect() {
    let world = World::new().await;
    let send = || world.request("POST", "payment_intents").header("Idempotency-Key", "k").form(&PAY).send();
    world.double.fault(fault("/v1/payment_intents", FaultKind::Drop));
    assert!(send().await.is_err());
    assert_eq!(world.double.charged(&empty()).count, 0);
    world.double.fault(fault("/v1/payment_intents", FaultKind::DropAfter));
    assert!(send().await.is_err());
    assert_eq!(world.double.charged(&empty()).count, 1);
    let answer = send().await.unwrap();
    assert!(answer.headers().contains_key("idempotent-replayed"));
    assert_eq!((world.double.charged(&empty()).count, world.double.faults_hit()), (1, 2));
}

#[tokio::test]
async fn troubles_end_after_so_many_calls() {
    let world = World::new().await;
    world.double.fault(Fault { times: 2, ..fault("/v1/customers", FaultKind::Status(429)) });
    world.double.fault(Fault { skip: 1, ..fault("/v1/customers", FaultKind::StatusAfter(500)) });
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(world.call("POST", "customers", &[("email", "a@example.com")]).await.0);
    }
    assert_eq!(seen, [429, 429, 200, 500, 200]);
    assert_eq!(world.get("customers", NONE).await["data"].as_array().unwrap().len(), 3);
    assert_eq!(world.double.requests("POST /v1/customers"), 5);
}

#[tokio::test]
async fn it_is_quick_and_does_the_same_again() {
    let ids = async || {
        let world = World::new().await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            let (_, intent) = world.pay("1000", "pm_card_visa").await;
            ids.push(id(&intent));
        }
        ids
    };
    assert_eq!(ids().await, ids().await);
}
