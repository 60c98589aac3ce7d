//! What a tenant sells and what is booked there, made as people make it: through the API and the pages.

use serde_json::{Value, json};

use crate::{Answer, Client, Persona, TestTenant};

/// A booking, as its client knows it.
#[derive(Clone, Debug)]
pub struct Booked {
    /// `bkg_…`.
    pub id: String,
    /// The unguessable part of its link.
    pub token: String,
    /// Its start, as the API writes it.
    pub start: String,
}

/// An order, as its buyer knows it.
#[derive(Clone, Debug)]
pub struct Bought {
    /// `ord_…`.
    pub id: String,
    /// The unguessable part of its link.
    pub token: String,
    /// Where the checkout led.
    pub next: String,
}

/// An instant on the day after the tests begin.
#[must_use]
pub fn tomorrow_at(hour: u32, minute: u32) -> String {
    format!("2026-11-24T{hour:02}:{minute:02}:00Z")
}

/// An instant that is far enough away for no reminder to be due while a test moves the clock by some days.
#[must_use]
pub fn in_a_month_at(hour: u32, minute: u32) -> String {
    format!("2026-12-22T{hour:02}:{minute:02}:00Z")
}

impl TestTenant<'_> {
    /// The coach is there from eight to six on every day of the week.
    pub async fn open_hours(&self, owner: &Client) {
        self.open_hours_of(owner, &self.member(Persona::Coach).await).await;
    }
    /// The same for any member of staff.
    pub async fn open_hours_of(&self, owner: &Client, coach: &str) {
        let window = |weekday: i64| json!({ "weekday": weekday, "opens": "08:00", "closes": "18:00" });
        let windows: Vec<Value> = (1..=7).map(window).collect();
        let body = json!({ "coach": coach, "windows": windows });
        let _ = owner.api("PUT", "/availability/windows", Some(&body)).await.expect(200);
    }
    /// Something bookable with the coach: half an hour, in person, no notice. Gives its identifier.
    pub async fn appointment_type(&self, owner: &Client, slug: &str) -> String {
        let coach = self.member(Persona::Coach).await;
        let body = json!({
            "slug": slug, "name": format!("Session {slug}"), "minutes": 30, "place_kind": "in_person",
            "place": "12 Mill Lane", "coaches": [coach],
        });
        text(&owner.api("POST", "/appointment-types", Some(&body)).await.expect(200).json(), "id")
    }
    /// A type with hours: the tenant can be booked. Gives the identifier of the type.
    pub async fn bookable(&self, owner: &Client, slug: &str) -> String {
        self.open_hours(owner).await;
        self.appointment_type(owner, slug).await
    }
    /// Tries to book.
    pub async fn try_book(&self, by: &Client, kind: &str, start: &str, email: &str) -> Answer {
        let body = json!({ "type": kind, "start": start, "name": "Sam Reed", "email": email });
        by.api("POST", "/bookings", Some(&body)).await
    }
    /// Books.
    pub async fn book(&self, by: &Client, kind: &str, start: &str, email: &str) -> Booked {
        let made = self.try_book(by, kind, start, email).await.expect(200).json();
        Booked { id: text(&made, "id"), token: text(&made, "token"), start: text(&made, "start") }
    }
    /// A product for sale that gives credits; the price is in pence. Gives its identifier.
    pub async fn product(&self, owner: &Client, slug: &str, price: i64, credits: i64) -> String {
        let body = json!({
            "slug": slug, "name": format!("Product {slug}"), "price": { "amount": price, "currency": "GBP" },
            "status": "active", "grants": [{ "kind": "credits", "credits": credits, "days": 90 }],
        });
        text(&owner.api("POST", "/products", Some(&body)).await.expect(200).json(), "id")
    }
    /// A package for sale that holds one product twice. Gives its identifier.
    pub async fn package(&self, owner: &Client, slug: &str, price: i64, product: &str) -> String {
        let body = json!({
            "slug": slug, "name": format!("Package {slug}"), "price": { "amount": price, "currency": "GBP" },
            "status": "active", "items": [{ "product": product, "quantity": 2 }],
        });
        text(&owner.api("POST", "/packages", Some(&body)).await.expect(200).json(), "id")
    }
    /// Buys through the checkout page, up to where it leads on.
    pub async fn buy(&self, by: &Client, offer: &str, email: &str, method: &str) -> Bought {
        let page = by.get(&format!("/buy/{offer}")).await.expect(200);
        let key = page.field("key").expect("the form has a key");
        let fields = [("name", "Sam Reed"), ("email", email), ("method", method), ("key", key.as_str())];
        let next = by.post_form(&format!("/buy/{offer}"), &fields).await.expect(303).location();
        let sql =
            format!("SELECT id || ' ' || token FROM orders WHERE {} AND form_key = '{key}'", self.rows());
        let row = self.app.sql.one(&sql).await;
        let (id, token) = row.split_once(' ').expect("an order");
        Bought { id: format!("ord_{}", id.replace('-', "")), token: token.to_owned(), next }
    }
}

/// A text of a document, which must be there.
#[track_caller]
fn text(document: &Value, name: &str) -> String {
    document[name].as_str().unwrap_or_else(|| panic!("no {name} in {document}")).to_owned()
}
