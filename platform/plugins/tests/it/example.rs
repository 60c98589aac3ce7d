//! The examples: built from source, uploaded, run on the published events.

use events::Event;
use plugins::{Action, Capability, EventDocument, LogLevel, Manifest, Outcome, Subjects, build};

use crate::guest::{BOOKING, CLIENT, ORDER, host, invocation, run_with};

fn built(name: &str) -> Vec<u8> {
    let path = build::example(name).unwrap_or_else(|error| panic!("{error}"));
    std::fs::read(path).unwrap()
}

#[test]
fn the_samples_are_the_published_events() {
    for (sample, name, version, data) in [
        (
            BOOKING,
            "booking.confirmed",
            1,
            serde_json::to_value(events::appointments::BookingConfirmed::sample()).unwrap(),
        ),
        (ORDER, "order.paid", 1, serde_json::to_value(events::billing::OrderPaid::sample()).unwrap()),
    ] {
        let document: EventDocument = serde_json::from_str(sample).unwrap();
        assert_eq!((document.name.as_str(), document.version), (name, version));
        assert_eq!(document.data, data, "{name}");
        assert_eq!(Subjects::of(&document), Subjects::Only([CLIENT.to_owned()].into()), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn welcome_note_notes_and_tags() {
    let component = built("welcome-note");
    let manifest = Manifest::of_component(&component).unwrap();
    assert_eq!(manifest.name, "welcome-note");

    let mut booking = invocation();
    booking.grants = manifest.capabilities.clone();
    let report = run_with(&component, booking.clone()).await;
    let Outcome::Ok(output) = &report.outcome else { panic!("{report:?}") };
    assert_eq!(output, r#"{"booking":"bkg_00000000000000000000000000000001","noted":true}"#);
    let client = CLIENT.to_owned();
    assert_eq!(
        report.actions,
        [
            Action::AddNote {
                client: client.clone(),
                text: "Booked Discovery call for 2027-01-01 10:00 UTC.".to_owned()
            },
            Action::TagClient { client, tag: "booked".to_owned() },
        ]
    );
    assert_eq!(report.logs.len(), 1);
    assert_eq!(report.logs[0].level, LogLevel::Info);
    assert!(report.logs[0].message.contains("Sam Reed"));

    let again = run_with(&component, booking).await;
    assert_eq!((again.fuel_used, again.actions), (report.fuel_used, report.actions));
}

#[tokio::test(flavor = "multi_thread")]
async fn welcome_note_without_its_grant_fails_and_does_nothing() {
    let mut booking = invocation();
    booking.grants = [Capability::ClientNote].into();
    let report = run_with(&built("welcome-note"), booking).await;
    assert_eq!(
        report.failure().unwrap().detail.as_deref(),
        Some("denied: the capability client.tag has not been granted")
    );
    assert!(report.actions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn welcome_note_leaves_other_events_alone() {
    let mut order = invocation();
    order.event_json = ORDER.to_owned();
    let report = run_with(&built("welcome-note"), order).await;
    assert_eq!(report.outcome, Outcome::Ok(r#"{"noted":false}"#.to_owned()));
    assert!(report.actions.is_empty());
    assert!(host().ready_count() > 0);
}

#[test]
fn an_unchanged_example_is_not_built_again() {
    let path = build::example("welcome-note").unwrap();
    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(build::example("welcome-note").unwrap(), path);
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), modified);
}

#[test]
fn a_name_that_is_no_example_is_an_error_in_one_line() {
    for name in ["no-such", "../rust", ""] {
        let text = build::example(name).unwrap_err().to_string();
        assert!(text.contains("no example") && !text.contains('\n'), "{text}");
    }
}
