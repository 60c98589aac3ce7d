//! The checkout's form as a browser sends it.

use serde_json::{Value, json};
use testkit::{Answer, Client, TestTenant};

/// What is typed into the form of an offer.
#[derive(Clone)]
pub(super) struct Form {
    offer: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// The form as the page shows it, with a name and an e-mail typed; paid by the sandbox.
    pub(super) async fn open(by: &Client, offer: &str, email: &str) -> Self {
        let page = by.get(&format!("/buy/{offer}")).await.expect(200);
        let form = Self { offer: offer.to_owned(), fields: Vec::new() };
        let form = form.with("key", &page.field("key").expect("a key"));
        let form = form.with("shown", &page.field("shown").expect("what was shown"));
        form.with("name", "Sam Reed").with("email", email).with("method", "sandbox")
    }
    /// With a field, in place of what it had.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
    /// With one more value of a field.
    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
    /// Sends it.
    pub(super) async fn send(&self, by: &Client) -> Answer {
        let fields: Vec<_> =
            self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        by.post_form(&format!("/buy/{}", self.offer), &fields).await
    }
    /// Presses Apply, and takes over what the page then shows: codes that hold and the new total.
    pub(super) async fn apply(self, by: &Client, code: &str) -> (Self, Answer) {
        let page = self.clone().with("code", code).with("do", "apply").send(by).await.expect(200);
        let mut form = self.with("shown", &page.field("shown").expect("what was shown"));
        form.fields.retain(|(name, _)| name != "applied");
        for code in applied(&page) {
            form = form.and("applied", &code);
        }
        (form, page)
    }
}

/// The codes that a page holds.
pub(super) fn applied(page: &Answer) -> Vec<String> {
    let parts = page.body.split("name=\"applied\" value=\"").skip(1);
    parts.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// Something for sale.
pub(super) async fn sell(owner: &Client, slug: &str, price: i64, more: Value) -> String {
    let mut body = json!({
        "slug": slug, "name": format!("The {slug}"), "price": { "amount": price, "currency": "GBP" }, "status": "active",
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let made = owner.api("POST", "/products", Some(&body)).await.expect(200).json();
    made["id"].as_str().unwrap().to_owned()
}

/// A coupon.
pub(super) async fn coupon(owner: &Client, body: Value) -> Value {
    owner.api("POST", "/coupons", Some(&body)).await.expect(200).json()
}

/// What it would cost.
pub(super) async fn quote(by: &Client, body: Value) -> Value {
    by.api("POST", "/checkout/quote", Some(&body)).await.expect(200).json()
}

/// One value of the tenant's only row of a table that fits.
pub(super) async fn one(tenant: &TestTenant<'_>, what: &str, table: &str, condition: &str) -> String {
    tenant.app.sql.one(&format!("SELECT {what} FROM {table} WHERE {} AND {condition}", tenant.rows())).await
}
