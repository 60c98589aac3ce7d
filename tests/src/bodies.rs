//! Bodies and queries that would do, for any operation of the document.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use testkit::{Operation, Persona, sample};

use crate::world::World;

/// Differs from call to call, so that no two bodies want the same slug.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Another start from call to call, in the open hours of the days after the world's own bookings.
fn free_start() -> String {
    static START: AtomicU32 = AtomicU32::new(0);
    let number = START.fetch_add(1, Ordering::SeqCst) % 480;
    let (day, half_hours) = (number / 16, number % 16);
    let date = if day < 6 { format!("2026-11-{:02}", 25 + day) } else { format!("2026-12-{:02}", day - 5) };
    format!("{date}T{:02}:{:02}:00Z", 9 + half_hours / 2, half_hours % 2 * 30)
}

/// A body that would do, if the operation takes JSON: what the schema requires, with values that make sense by name.
pub fn body_of(world: &World<'_>, document: &Value, operation: &Operation) -> Option<Value> {
    let (kind, schema) = operation.body.as_ref()?;
    kind.starts_with("application/json").then(|| {
        let known = |name: &str, _: &Value| known(world, operation, name);
        let mut body = sample(document, schema, &known);
        // A refund is either an amount or lines: the schema requires neither.
        if operation.path.ends_with("/orders/{id}/refund") {
            body["amount"] = json!({ "amount": 100, "currency": "GBP" });
        }
        body
    })
}

fn known(world: &World<'_>, operation: &Operation, name: &str) -> Option<Value> {
    let number = || NUMBER.fetch_add(1, Ordering::SeqCst);
    let patch = operation.method == "PATCH";
    Some(match name {
        "slug" if patch => return None,
        "slug" => json!(format!("fresh-{}-{}", number(), &world.tenant.slug)),
        "email" => json!(world.tenant.email(Persona::Client)),
        "name" => json!(format!("A name {}", number())),
        "type" => json!(world.appointment),
        "offer" => json!(world.product),
        "method" => json!("sandbox"),
        // Far from what is booked.
        "start" if operation.path.ends_with("/blackouts") => json!("2027-07-01T10:00:00Z"),
        "end" => json!("2027-07-02T10:00:00Z"),
        "start" => json!(free_start()),
        "client" if operation.path.contains("/credits/") => json!(world.id("cli")),
        "credits" if operation.path.contains("/credits/") => json!(1),
        "pay_with_credits" => json!(false),
        "reason" => json!("Travelling"),
        "coach" => json!(coach(world)),
        "coaches" => json!([coach(world)]),
        "minutes" => json!(30),
        "place_kind" => json!("in_person"),
        "amount" => json!({ "amount": 100, "currency": "GBP" }),
        "manual" | "sandbox" | "enabled" => json!(true),
        "manual_days" => json!(7),
        "manual_instructions" => json!("IBAN GB00"),
        // What is booked stays free, or it would wait for a payment.
        "price" if operation.path.contains("/appointment-types") => json!({ "amount": 0, "currency": "GBP" }),
        "price" => json!({ "amount": 1_200, "currency": "GBP" }),
        "items" => json!([{ "product": world.id("prd"), "quantity": 1 }]),
        // What is not there any more can't be taken away.
        "grants" if patch => return None,
        "grants" => json!([{ "kind": "credits", "credits": 3 }]),
        "terms" => json!({ "every": "month" }),
        "first_weekday" => json!(1),
        "return_days" => json!(7),
        "windows" => {
            json!([{ "weekday": 1, "opens": "08:00", "closes": "18:00" }, { "weekday": 2, "opens": "08:00", "closes": "18:00" },
            { "weekday": 3, "opens": "08:00", "closes": "18:00" }, { "weekday": 4, "opens": "08:00", "closes": "18:00" },
            { "weekday": 5, "opens": "08:00", "closes": "18:00" }, { "weekday": 6, "opens": "08:00", "closes": "18:00" },
            { "weekday": 7, "opens": "08:00", "closes": "18:00" }])
        }
        // A code is only typed where it is what the call is about.
        "code" if operation.path.ends_with("/coupons/{id}") => json!("WORLD-10"),
        "code" if operation.path.ends_with("/coupons") => json!(format!("FRESH-{}", number())),
        "code" if operation.path.ends_with("/coupons/check") => json!("WORLD-10"),
        "code" if operation.path.ends_with("/vouchers/balance") => json!(world.voucher),
        "order" if operation.path.ends_with("/payment-intent") => json!(world.names[4]),
        "to" if operation.path.contains("/subscriptions/") => {
            json!(world.nth("pln", 1 + world.turn.fetch_add(1, Ordering::SeqCst) % 2))
        }
        "body" => json!("A note"),
        "hours" => json!([{ "opens": "09:00", "closes": "12:00" }]),
        "saved" => json!(world.id("pmt")),
        "date" => json!("2026-12-24"),
        "granted" => json!([]),
        _ => return of_stripe(name),
    })
}

/// What connects a business to the double of Stripe.
fn of_stripe(name: &str) -> Option<Value> {
    Some(match name {
        "secret_key" => json!("sk_test_platform"),
        "publishable_key" => json!("pk_test_platform"),
        "webhook_secret" => json!("whsec_of_the_world"),
        "style" => json!("element"),
        _ => return None,
    })
}

fn coach<'a>(world: &'a World<'_>) -> &'a str {
    // The owner's identifier comes first in the world, the coach's after it.
    world.ids.iter().filter(|id| id.starts_with("mem_")).nth(1).unwrap()
}

/// The query with what is required, and with identifiers where the operation takes them.
pub fn query_of(world: &World<'_>, operation: &Operation) -> String {
    let mut pairs = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.place == "query") {
        let value = match parameter.name.as_str() {
            "type" => world.appointment.clone(),
            "coach" => coach(world).to_owned(),
            "client" => world.id("cli").to_owned(),
            "date" => "2026-12-24".to_owned(),
            "what" => "orders".to_owned(),
            "from" | "to" if parameter.schema["format"] == "date" => "2026-12-24".to_owned(),
            "from" if parameter.required => "2026-12-01T10:00:00Z".to_owned(),
            "to" if parameter.required => "2026-12-24T10:00:00Z".to_owned(),
            "start" => free_start(),
            "name" if parameter.required => "file.txt".to_owned(),
            name if parameter.required => {
                panic!("{}: no value is known for the query parameter {name}", operation.name())
            }
            _ => continue,
        };
        pairs.push(format!("{}={value}", parameter.name));
    }
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}
