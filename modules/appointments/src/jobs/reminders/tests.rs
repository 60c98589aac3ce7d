use events::Id;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::model::{PlaceKind, Terms, details::Answers};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Confirmed at `agreed`, with these distances.
fn booking(start: Instant, agreed: Instant, reminder_minutes: &[i32]) -> Booking {
    let id = uuid::Uuid::from_u128;
    Booking {
        id: Id::from_uuid(id(1)),
        type_id: Id::from_uuid(id(2)),
        type_name: "Intro".into(),
        coach_id: Id::from_uuid(id(3)),
        coach_name: "Maya".into(),
        client_id: Id::from_uuid(id(4)),
        client_name: "Sam".into(),
        client_email: "sam@example.com".into(),
        client_zone: "Europe/London".into(),
        note: String::new(),
        state: State::Confirmed,
        starts_at: start,
        ends_at: start.plus_minutes(30),
        blocked_from: start,
        blocked_to: start.plus_minutes(30),
        place_kind: PlaceKind::Phone,
        place: String::new(),
        token: "t".repeat(27),
        form_key: "k".into(),
        sequence: 0,
        cancelled_at: None,
        cancelled_by: None,
        cancel_reason: None,
        created_at: agreed,
        updated_at: agreed,
        order_id: None,
        held_until: None,
        slot_id: None,
        answers: Answers::default(),
        terms: Terms { reminder_minutes: reminder_minutes.to_vec(), ..Terms::default() },
    }
}

fn moments(booking: &Booking) -> Vec<Instant> {
    planned(booking).iter().map(Reminding::at).collect()
}

#[test]
fn a_day_and_an_hour_before_are_elapsed_time_when_the_clocks_change_between() {
    // London goes to summer time on 29 March 2026 at 01:00 UTC.
    let start = at("2026-03-29T09:00:00Z");
    let found = moments(&booking(start, at("2026-03-01T09:00:00Z"), &[1_440, 60]));
    assert_eq!(found, [at("2026-03-28T09:00:00Z"), at("2026-03-29T08:00:00Z")]);
    let london = TimeZone::get("Europe/London").unwrap();
    let hours: Vec<i8> = found.iter().map(|one| one.timestamp().to_zoned(london.clone()).hour()).collect();
    // Ten o'clock on the wall; a day before it was nine.
    assert_eq!((start.timestamp().to_zoned(london).hour(), hours), (10, vec![9, 9]));
}

#[test]
fn what_was_agreed_after_its_moment_is_not_reminded_of() {
    let start = at("2026-12-01T09:00:00Z");
    assert_eq!(moments(&booking(start, start.plus_minutes(-1_440), &[1_440, 60])).len(), 1);
    assert_eq!(moments(&booking(start, start.plus_minutes(-1_441), &[1_440, 60])).len(), 2);
    assert_eq!(moments(&booking(start, start.plus_minutes(-30), &[1_440, 60])), []);
}

#[test]
fn only_what_still_holds_is_reminded_of() {
    let start = at("2026-12-01T09:00:00Z");
    let booked = booking(start, at("2026-11-01T09:00:00Z"), &[60]);
    let one = planned(&booked)[0];
    let now = start.plus_minutes(-60);
    assert!(is_right(&booked, &one, now));
    assert!(is_right(&booked, &one, start.plus_seconds(-1)), "late, but of use");
    assert!(!is_right(&booked, &one, start), "it has begun");
    let moved = Booking { starts_at: start.plus_minutes(30), ..booked.clone() };
    assert!(!is_right(&moved, &one, now));
    for state in [State::Requested, State::Held, State::Cancelled, State::Completed, State::NoShow] {
        assert!(!is_right(&Booking { state, ..booked.clone() }, &one, now), "{state:?}");
    }
}

proptest! {
    /// Whenever a worker comes back, at most one of what is due goes out, and it is the nearest.
    #[test]
    fn of_several_that_are_due_at_once_one_goes_out(
        distances in prop::collection::btree_set(1_i32..20_000, 1..6),
        back in -21_000_i64..100,
    ) {
        let start = at("2026-12-01T09:00:00Z");
        let distances: Vec<i32> = distances.into_iter().rev().collect();
        let booked = booking(start, at("2026-01-01T09:00:00Z"), &distances);
        let now = start.plus_minutes(back);
        let due: Vec<Reminding> = planned(&booked).into_iter().filter(|one| one.at() <= now).collect();
        let sent: Vec<&Reminding> = due.iter().filter(|one| is_right(&booked, one, now)).collect();
        prop_assert_eq!(sent.len(), usize::from(!due.is_empty() && back < 0));
        prop_assert!(sent.iter().all(|one| due.iter().all(|other| other.minutes >= one.minutes)));
    }

    /// Each distance has a job and a name of its own, at exactly its time.
    #[test]
    fn each_distance_has_its_moment(distances in prop::collection::btree_set(1_i32..500_000, 0..8)) {
        let start = at("2027-03-14T10:00:00Z");
        let distances: Vec<i32> = distances.into_iter().collect();
        let all = planned(&booking(start, at("2020-01-01T00:00:00Z"), &distances));
        prop_assert_eq!(all.len(), distances.len());
        for (one, minutes) in all.iter().zip(&distances) {
            prop_assert_eq!(start.seconds_since(one.at()), i64::from(*minutes) * 60);
        }
        let names: std::collections::BTreeSet<String> = all.iter().map(Reminding::name).collect();
        prop_assert_eq!(names.len(), all.len());
    }
}
