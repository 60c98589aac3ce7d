//! Reading events and writing answers, outside the sandbox.

use coach_automation::{handle, json, Data, Error, Event, Value};

const BOOKING: &str = include_str!("../../events/booking.confirmed.json");
const ORDER: &str = include_str!("../../events/order.paid.json");

#[test]
fn published_events_are_typed() {
    let event = Event::parse(BOOKING).unwrap();
    assert_eq!((event.name.as_str(), event.version), ("booking.confirmed", 1));
    let Data::BookingConfirmed(booking) = event.data else { panic!("expected a booking") };
    assert_eq!(booking.client_name, "Sam Reed");
    assert_eq!(booking.start.to_minute(), "2027-01-01 10:00 UTC");

    let Data::OrderPaid(order) = Event::parse(ORDER).unwrap().data else { panic!("expected an order") };
    assert_eq!((order.number, order.total.amount, order.total.currency.as_str()), (1001, 29_700, "GBP"));
    assert_eq!(order.lines[0].quantity, 1);
}

#[test]
fn unknown_events_and_later_versions_are_handed_on() {
    let mut document: Value = serde_json::from_str(BOOKING).unwrap();
    document["data"].as_object_mut().unwrap().remove("client_name");
    assert!(Event::parse(&document.to_string()).unwrap_err().to_string().contains("client_name"));
    document["version"] = json!(2);
    assert!(matches!(Event::parse(&document.to_string()).unwrap().data, Data::Other(_)));
    document["name"] = json!("course.completed");
    assert!(matches!(Event::parse(&document.to_string()).unwrap().data, Data::Other(_)));
}

#[test]
fn answers_and_errors_become_texts() {
    assert_eq!(handle(BOOKING, |_| Ok(())), Ok(String::new()));
    assert_eq!(
        handle(BOOKING, |event| Ok(json!({ "saw": event.name }))),
        Ok(r#"{"saw":"booking.confirmed"}"#.into())
    );
    assert_eq!(handle::<()>(BOOKING, |_| Err(Error::Denied("no".into()))), Err("denied: no".into()));
    assert!(handle("[]", |_| Ok(())).unwrap_err().starts_with("the event can't be read"));
}
