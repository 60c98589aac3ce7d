//! What the flows of bookings share.

use serde_json::{Value, json};
use testkit::{Answer, Client, Persona, TestTenant};

/// A type of the coach with these fields besides the usual ones. Gives its identifier.
pub(super) async fn a_type(tenant: &TestTenant<'_>, owner: &Client, slug: &str, more: Value) -> String {
    let coach = tenant.member(Persona::Coach).await;
    let mut body = json!({
        "slug": slug, "name": format!("Session {slug}"), "minutes": 30, "place_kind": "phone", "coaches": [coach],
    });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    text(&owner.api("POST", "/appointment-types", Some(&body)).await.expect(200).json(), "id")
}

/// Changes a type.
pub(super) async fn change_type(owner: &Client, id: &str, change: Value) {
    let _ = owner.api("PATCH", &format!("/appointment-types/{id}"), Some(&change)).await.expect(200);
}

/// Two coaches with hours from eight to six.
pub(super) async fn two_coaches(tenant: &TestTenant<'_>, owner: &Client) -> [String; 2] {
    let both = [tenant.member(Persona::Coach).await, tenant.member(Persona::Owner).await];
    for coach in &both {
        tenant.open_hours_of(owner, coach).await;
    }
    both
}

/// How many bookings have their own time, and nothing else, in the calendar of whom they belong to.
pub(super) async fn in_their_place(tenant: &TestTenant<'_>) -> i64 {
    let block = "EXISTS (SELECT FROM calendar_blocks c WHERE c.tenant_id = bookings.tenant_id \
        AND c.source_id = bookings.id AND c.coach_id = bookings.coach_id \
        AND c.starts_at = blocked_from AND c.ends_at = blocked_to)";
    tenant.count("bookings", block).await
}

/// The same with hours from eight to six.
pub(super) async fn bookable(tenant: &TestTenant<'_>, owner: &Client, slug: &str, more: Value) -> String {
    tenant.open_hours(owner).await;
    a_type(tenant, owner, slug, more).await
}

/// Does something to a booking; `token` is its client's right.
pub(super) async fn act(by: &Client, id: &str, deed: &str, body: Value) -> Answer {
    by.api("POST", &format!("/bookings/{id}/{deed}"), Some(&body)).await
}

/// Something without a body.
pub(super) async fn decide(by: &Client, id: &str, deed: &str) -> Answer {
    by.api("POST", &format!("/bookings/{id}/{deed}"), None).await
}

/// Presses a button of the sandbox's page of an order.
pub(super) async fn press(by: &Client, page: &str, outcome: &str) -> Answer {
    by.post_form_to(page, &[("outcome", outcome)]).await
}

/// Books what is to be paid: the booking, and the page on which to pay.
pub(super) async fn hold(
    tenant: &TestTenant<'_>,
    by: &Client,
    kind: &str,
    start: &str,
    email: &str,
) -> (Value, String) {
    let made = tenant.try_book(by, kind, start, email).await.expect(200).json();
    assert_eq!(made["state"], "held", "{made}");
    let page = made["pay_url"].as_str().expect("where to pay").to_owned();
    (made, page)
}

/// A text of a JSON object.
pub(super) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}

/// A booking as staff read it.
pub(super) async fn read(staff: &Client, id: &str) -> Value {
    staff.api("GET", &format!("/bookings/{id}"), None).await.expect(200).json()
}

/// The kinds of the steps of a booking's history.
pub(super) async fn history(staff: &Client, id: &str) -> Vec<String> {
    let steps = staff.api("GET", &format!("/bookings/{id}/history"), None).await.expect(200).json();
    steps["steps"].as_array().expect("a list").iter().map(|step| text(step, "kind")).collect()
}

/// The starts on offer on the day after the tests begin, with the seats left.
pub(super) async fn slots(by: &Client, query: &str) -> Vec<(String, i64)> {
    let path = format!("/availability/slots?from=2026-11-24&to=2026-11-25&{query}");
    let found = by.api("GET", &path, None).await.expect(200).json();
    let slot = |slot: &Value| (text(slot, "start"), slot["seats_left"].as_i64().expect("seats"));
    found["slots"].as_array().expect("a list").iter().map(slot).collect()
}
