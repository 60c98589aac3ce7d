//! The double as its callers see it, over HTTP.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod connect;
mod faults;
mod hosted;
mod parsed;
mod payments;
mod shapes;
mod subscriptions;
mod webhooks;

use serde_json::{Value, json};
use stripe_double::{Double, Options, start};

/// A moment that tests begin at: 2026-03-01 12:00 UTC.
const START: i64 = 1_772_366_400;

/// A double and a caller.
struct World {
    double: Double,
    http: reqwest::Client,
    key: String,
    account: Option<String>,
}

impl World {
    async fn new() -> Self {
        let double = start(Options { now: Some(START), ..Options::default() }).await.unwrap();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self { double, http, key: "sk_test_platform".to_owned(), account: None }
    }
    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/v1/{path}", self.double.base_url);
        let request = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.key);
        match &self.account {
            Some(account) => request.header("Stripe-Account", account),
            None => request,
        }
    }
    /// Status and document.
    async fn call(&self, method: &str, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let request = self.request(method, path);
        let request = if method == "GET" { request.query(form) } else { request.form(form) };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let (status, value) = self.call("POST", path, form).await;
        assert_eq!(status, 200, "{path}: {value:#}");
        value
    }
    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Value {
        let (status, value) = self.call("GET", path, query).await;
        assert_eq!(status, 200, "{path}: {value:#}");
        value
    }
    /// An error's status, code and parameter.
    async fn refused(&self, path: &str, form: &[(&str, &str)]) -> (u16, String, String) {
        let (status, value) = self.call("POST", path, form).await;
        assert!(status >= 400, "{path}: {value:#}");
        let word = |name: &str| value["error"][name].as_str().unwrap_or_default().to_owned();
        (status, word("code"), word("param"))
    }
    /// Types of the events so far, the oldest first.
    async fn events(&self) -> Vec<String> {
        let list = self.get("events", &[("limit", "100")]).await;
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .map(|it| it["type"].as_str().unwrap().to_owned())
            .collect()
    }
    /// Pays an amount with a test method.
    async fn pay(&self, amount: &str, method: &str) -> (u16, Value) {
        let form = [
            ("amount", amount),
            ("currency", "gbp"),
            ("payment_method", method),
            ("confirm", "true"),
            ("return_url", "http://shop.example/back"),
            ("metadata[order]", "o1"),
        ];
        self.call("POST", "payment_intents", &form).await
    }
    async fn customer(&self) -> String {
        id(&self.post("customers", &[("email", "anna@example.com"), ("name", "Anna")]).await)
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

fn text<'v>(object: &'v Value, name: &str) -> &'v str {
    object[name].as_str().unwrap_or_default()
}

fn has(events: &[String], wanted: &[&str]) {
    for kind in wanted {
        assert!(events.iter().any(|it| it == kind), "{kind} is not among {events:#?}");
    }
}

/// No parameters.
const NONE: &[(&str, &str)] = &[];

fn empty() -> Value {
    json!({})
}
