//! Events on their way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Endpoint, Request, Response, Server};
use serde_json::{Value, json};
use stripe_double::signature;

use super::{World, id};

type Seen = Arc<Mutex<Vec<(String, Value)>>>;

/// An endpoint that keeps what it gets, and refuses the first so many.
struct Hook {
    seen: Seen,
    refuse: Mutex<u32>,
}

impl Endpoint for Hook {
    type Output = Response;
    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (head, body) = request.into_parts();
        let body = body.into_string().await?;
        let mut refuse = self.refuse.lock().unwrap();
        if *refuse > 0 {
            *refuse -= 1;
            return Ok(Response::builder().status(poem::http::StatusCode::SERVICE_UNAVAILABLE).finish());
        }
        let header = head.headers["stripe-signature"].to_str().unwrap().to_owned();
        let value: Value = serde_json::from_str(&body).unwrap();
        self.seen.lock().unwrap().push((header, value.clone()));
        self.seen.lock().unwrap().last_mut().unwrap().1["_body"] = body.into();
        Ok(Response::default())
    }
}

async fn hook(refuse: u32) -> (String, Seen) {
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = acceptor.local_addr()[0].as_socket_addr().copied().unwrap();
    let seen = Seen::default();
    tokio::spawn(
        Server::new_with_acceptor(acceptor).run(Hook { seen: seen.clone(), refuse: Mutex::new(refuse) }),
    );
    (format!("http://{address}/hooks/stripe"), seen)
}

fn kinds(seen: &Seen) -> Vec<String> {
    seen.lock().unwrap().iter().map(|(_, event)| event["type"].as_str().unwrap().to_owned()).collect()
}

async fn settled(world: &World) {
    assert!(world.double.settle(Duration::from_secs(10)).await, "{:#?}", world.double.deliveries());
}

#[tokio::test]
async fn events_are_signed_and_tried_again() {
    let world = World::new().await;
    let (url, seen) = hook(2).await;
    let secret = world.double.add_endpoint("sk_test_platform", &url, false);
    world.double.webhooks(json!({"pause_ms": 10}));
    let customer = world.customer().await;
    settled(&world).await;
    let (header, event) = seen.lock().unwrap()[0].clone();
    assert_eq!(
        (&event["type"], &event["data"]["object"]["id"]),
        (&"customer.created".into(), &customer.clone().into())
    );
    assert_eq!(header, signature(&secret, world.double.now(), event["_body"].as_str().unwrap()));
    assert_eq!(world.double.deliveries()[0]["attempts"], 3);
    let got = world.get(&format!("events/{}", id(&event)), super::NONE).await;
    assert_eq!(got["data"]["object"]["email"], "anna@example.com");
    assert!(got["request"]["id"].as_str().unwrap().starts_with("req_"));
}

#[tokio::test]
async fn events_are_held_dropped_doubled_and_turned_around() {
    let world = World::new().await;
    let (url, seen) = hook(0).await;
    world.double.add_endpoint("sk_test_platform", &url, false);
    world.double.webhooks(json!({"hold": true}));
    world.pay("1000", "pm_card_visa").await;
    settled(&world).await;
    assert!(kinds(&seen).is_empty());
    let sent = world.double.release("reversed");
    settled(&world).await;
    assert_eq!(sent, 3);
    assert_eq!(kinds(&seen), ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]);
    seen.lock().unwrap().clear();
    world.double.webhooks(json!({"hold": false, "copies": 1, "drop_types": ["charge."]}));
    world.pay("1000", "pm_card_visa").await;
    settled(&world).await;
    let mut got = kinds(&seen);
    got.sort();
    assert_eq!(
        got,
        [
            "payment_intent.created",
            "payment_intent.created",
            "payment_intent.succeeded",
            "payment_intent.succeeded"
        ]
    );
    seen.lock().unwrap().clear();
    world.double.webhooks(json!({"copies": 0, "drop_types": [], "drop_next": 1}));
    world.customer().await;
    settled(&world).await;
    assert!(kinds(&seen).is_empty());
    let lost = world.double.deliveries().last().unwrap().clone();
    assert_eq!(lost["state"], "dropped");
    world.double.deliver_again(lost["event"].as_str().unwrap());
    settled(&world).await;
    assert_eq!(kinds(&seen), ["customer.created"]);
}

#[tokio::test]
async fn the_api_lists_what_was_lost() {
    let world = World::new().await;
    world.pay("1000", "pm_card_visa").await;
    let list =
        world.get("events", &[("types[]", "payment_intent.succeeded"), ("types[]", "charge.failed")]).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let later = (super::START + 1).to_string();
    let list = world.get("events", &[("type", "payment_intent.*"), ("created[gte]", &later)]).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn connected_accounts_tell_the_platform() {
    let mut world = World::new().await;
    let account = id(&world.post("accounts", &[("type", "express"), ("country", "GB")]).await);
    let (own, theirs) = (hook(0).await, hook(0).await);
    world.double.add_endpoint("sk_test_platform", &own.0, false);
    let made = world
        .post(
            "webhook_endpoints",
            &[
                ("url", &theirs.0),
                ("enabled_events[]", "customer.created"),
                ("enabled_events[]", "account.updated"),
                ("connect", "true"),
            ],
        )
        .await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let kept = world.get(&format!("webhook_endpoints/{}", id(&made)), super::NONE).await;
    assert!(kept.get("secret").is_none());
    world.double.account(&account, "onboard");
    world.account = Some(account.clone());
    world.customer().await;
    settled(&world).await;
    assert_eq!(kinds(&theirs.1), ["account.updated", "customer.created"]);
    assert!(theirs.1.lock().unwrap().iter().all(|(_, event)| event["account"] == account.as_str()));
    assert!(kinds(&own.1).is_empty());
}
