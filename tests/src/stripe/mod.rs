//! Stripe, against a double of it that keeps books: payments in both styles, events in every order, what nobody told, faults,
//! subscriptions, refunds, disputes, accounts and the audit.

mod accounts;
mod bounced;
mod cards_first;
mod deliveries;
mod faults;
mod hostile;
mod money_back;
mod open_pages;
mod order_of_events;
mod paying;
mod plans;
mod saving;
mod subscriptions;

use serde_json::{Value, json};
use testkit::{Bought, Client, StripeTurn, TenantOptions, TestApp, TestTenant};

/// Seconds that the clocks of a shop are ahead of the beginning.
const SECRET: &str = "whsec_test_own";

/// A business with keys of its own.
struct Shop<'a> {
    tenant: TestTenant<'a>,
    owner: Client,
    key: String,
    turn: StripeTurn,
    http: reqwest::Client,
}

impl<'a> Shop<'a> {
    /// With keys of its own and a product of £90 that gives ten credits.
    async fn open(app: &'a TestApp) -> Self {
        let shop = Self::closed(app).await;
        let body = shop.keys();
        let _ = shop.owner.api("PUT", "/stripe/keys", Some(&body)).await.expect(200);
        shop.tenant.product(&shop.owner, "ten", 9_000, 10).await;
        shop.tenant.run_jobs().await;
        shop
    }
    /// Not connected yet.
    async fn closed(app: &'a TestApp) -> Self {
        let turn = StripeTurn::take().await;
        let tenant = TestTenant::with(app, TenantOptions::all(app)).await;
        let owner = tenant.owner().await;
        let name = tenant.slug.replace('-', "");
        let key = format!("sk_test_{name}");
        let account = format!("acct_{name}");
        turn.double.add_key(&key, &account);
        turn.double.add_key(&format!("pk_test_{name}"), &account);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { tenant, owner, key, turn, http }
    }
    fn keys(&self) -> Value {
        let publishable = self.key.replace("sk_", "pk_");
        json!({"secret_key": self.key, "publishable_key": publishable, "webhook_secret": SECRET})
    }
    /// Buys at the checkout, up to Stripe's page. Gives the order and the session.
    async fn buy(&self, by: &Client, offer: &str, email: &str) -> (Bought, String) {
        let bought = self.tenant.buy(by, offer, email, "stripe").await;
        let session = self.reference(&bought).await;
        (bought, session)
    }
    /// What Stripe calls the latest try of an order.
    async fn reference(&self, bought: &Bought) -> String {
        let id = bought.id.trim_start_matches("ord_");
        let sql = format!(
            "SELECT reference FROM payment_tries WHERE {} AND order_id = '{id}' ORDER BY due DESC, turn DESC LIMIT 1",
            self.tenant.rows()
        );
        self.tenant.app.sql.one(&sql).await
    }
    /// Asks the double as the account itself.
    async fn stripe(&self, method: &str, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}/v1/{path}", self.turn.double.base_url);
        let request = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.key);
        let request = if method == "GET" { request.query(form) } else { request.form(form) };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
    /// Every event of the account, the oldest first.
    async fn events(&self) -> Vec<Value> {
        let (status, list) = self.stripe("GET", "events", &[("limit", "100")]).await;
        assert_eq!(status, 200, "{list}");
        let mut events = list["data"].as_array().unwrap().clone();
        events.reverse();
        events
    }
    /// The events of these kinds, the oldest first.
    async fn events_of(&self, kinds: &[&str]) -> Vec<Value> {
        let all = self.events().await;
        all.into_iter().filter(|event| kinds.contains(&event["type"].as_str().unwrap_or_default())).collect()
    }
    /// Delivers an event as Stripe does. Gives the answer's status.
    async fn deliver(&self, event: &Value) -> u16 {
        self.deliver_signed(&event.to_string(), SECRET, self.tenant.app.now().timestamp().as_second()).await
    }
    async fn deliver_signed(&self, body: &str, secret: &str, at: i64) -> u16 {
        let path = format!("/{}/webhooks/stripe", self.tenant.slug);
        self.post(&path, body.to_owned(), &StripeTurn::signature(secret, at, body)).await
    }
    async fn post(&self, path: &str, body: String, signature: &str) -> u16 {
        let url = format!("{}{path}", self.tenant.app.origin);
        let request = self.http.post(url).header("stripe-signature", signature).body(body);
        request.send().await.unwrap().status().as_u16()
    }
    /// Delivers and handles.
    async fn tell(&self, events: &[Value]) {
        for event in events {
            assert_eq!(self.deliver(event).await, 200, "{event}");
            self.tenant.run_jobs().await;
        }
    }
    /// Both clocks move.
    fn advance(&self, seconds: i64) {
        self.tenant.app.clock.advance(seconds);
        self.turn.double.advance(seconds);
    }
    /// A column of the only row that matches.
    async fn one(&self, what: &str, table: &str, condition: &str) -> String {
        let sql = format!("SELECT {what} FROM {table} WHERE {} AND ({condition})", self.tenant.rows());
        self.tenant.app.sql.one(&sql).await
    }
    async fn count(&self, table: &str, condition: &str) -> i64 {
        self.tenant.count(table, condition).await
    }
    /// Orders, money, refunds, credits and mails: what must be the same however events came.
    async fn end_state(&self) -> String {
        let parts = [
            "(SELECT string_agg(status || due_now, ',' ORDER BY number) FROM orders WHERE tenant_id = t.id)",
            "(SELECT string_agg(status || amount, ',' ORDER BY amount, status) FROM payments WHERE tenant_id = t.id)",
            "(SELECT string_agg(state || amount, ',' ORDER BY amount, state) FROM refunds WHERE tenant_id = t.id)",
            "(SELECT string_agg(balance::text, ',' ORDER BY balance) FROM credit_lots WHERE tenant_id = t.id)",
            "(SELECT string_agg(template, ',' ORDER BY template) FROM mails WHERE tenant_id = t.id)",
            "(SELECT string_agg(state || amount, ',' ORDER BY amount, state) FROM disputes WHERE tenant_id = t.id)",
        ];
        let select = parts.map(|part| format!("coalesce({part}, '-')")).join(" || ' | ' || ");
        self.tenant
            .app
            .sql
            .one(&format!("SELECT {select} FROM tenants t WHERE id = '{}'", self.tenant.id.uuid()))
            .await
    }
}
