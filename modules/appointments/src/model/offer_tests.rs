use super::*;
use ledger::calendar::Taken;

use crate::model::{
    appointment_type::tests::{input, member},
    details::{Durations, PeriodLimit, TypeLimits},
    hours::{WindowInput, check, schedule_of},
    load::{Counted, Facts, SharedSlot, Which},
};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Mondays 09:00 to 12:00 in London; 30 minutes each, 10 minutes kept free after, 2 hours of notice, 30 days ahead.
fn offer(coaches: u128, mode: CoachMode) -> Offer {
    offer_with(coaches, mode, |kind| kind)
}

fn offer_with(
    coaches: u128,
    mode: CoachMode,
    change: impl FnOnce(AppointmentType) -> AppointmentType,
) -> Offer {
    let now = at("2026-11-01T00:00:00Z");
    let ids: Vec<MemberId> = (1..=coaches).map(member).collect();
    let typed = crate::model::type_input::TypeInput { coaches: ids.clone(), coach_mode: mode, ..input() };
    let (kind, ids) = typed.check(events::Id::from_uuid(uuid::Uuid::from_u128(9)), now).unwrap();
    let coach = |id| {
        let typed = [WindowInput { weekday: 1, opens: "09:00".into(), closes: "12:00".into() }];
        let windows = check(id, &typed).unwrap();
        let schedule = schedule_of("Europe/London", windows.iter(), [].iter()).unwrap();
        OfferCoach { id, name: String::new(), schedule, blackouts: Vec::new() }
    };
    let coaches = ids.into_iter().map(coach).collect();
    Offer::new(change(kind), coaches, &TimeZone::UTC).unwrap()
}

fn taken(coach: u128, from: &str, to: &str) -> Taken {
    let source_id = uuid::Uuid::from_u128(5);
    Taken { coach_id: member(coach), kind: "booking".into(), source_id, starts_at: at(from), ends_at: at(to) }
}

fn counted(coach: u128, from: &str, to: &str) -> Counted {
    let which = Which::Booking(events::Id::from_uuid(uuid::Uuid::from_u128(coach)));
    Counted { which, coach: member(coach), start: at(from), end: at(to) }
}

const NOW: &str = "2026-11-20T08:00:00Z";

fn load(taken: &[Taken], counted: &[Counted], recent: &[Counted]) -> Load {
    let facts =
        Facts { taken: taken.to_vec(), seats: vec![], counted: counted.to_vec(), recent: recent.to_vec() };
    Load::new(&facts, None).unwrap()
}

fn asked<'a>(of: &'a [MemberId], load: &'a Load) -> Asked<'a> {
    Asked { of, minutes: 30, load, now: at(NOW) }
}

fn times(offer: &Offer, asked: Asked<'_>) -> Vec<(String, u32)> {
    let range = (at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z"));
    let found = offer.slots(asked, range).unwrap();
    found.iter().map(|slot| (slot.start.to_string()[11..16].to_owned(), slot.seats_left)).collect()
}

fn named(times: &[(String, u32)]) -> Vec<&str> {
    times.iter().map(|(time, _)| time.as_str()).collect()
}

#[test]
fn slots_keep_clear_of_what_is_taken() {
    let load = load(&[taken(1, "2026-11-23T10:00:00Z", "2026-11-23T10:40:00Z")], &[], &[]);
    let found = times(&offer(1, CoachMode::Fixed), asked(&[member(1)], &load));
    // 09:30 would keep 10:00–10:10 as its own buffer; 10:30 starts inside the buffer of the booking.
    assert_eq!(named(&found), ["09:00", "11:00", "11:30"]);
}

#[test]
fn each_refusal_says_why() {
    let offer = offer(1, CoachMode::Fixed);
    let load = load(&[taken(1, "2026-11-23T10:00:00Z", "2026-11-23T10:40:00Z")], &[], &[]);
    let judge = |start: &str, now: &str| {
        offer.judge(Asked { now: at(now), ..asked(&[member(1)], &load) }, at(start)).unwrap()
    };
    assert_eq!(judge("2026-11-23T09:00:00Z", NOW), Verdict::Open);
    assert_eq!(judge("2026-11-23T10:00:00Z", NOW), Verdict::Taken);
    assert_eq!(judge("2026-11-23T09:10:00Z", NOW), Verdict::Closed("not_offered"));
    assert_eq!(judge("2026-11-23T09:00:00.5Z", NOW), Verdict::Closed("not_offered"));
    assert_eq!(judge("2026-11-24T09:00:00Z", NOW), Verdict::Closed("not_offered"));
    assert_eq!(judge("2026-11-16T09:00:00Z", NOW), Verdict::Closed("in_the_past"));
    assert_eq!(judge("2026-11-23T09:00:00Z", "2026-11-23T08:00:00Z"), Verdict::Closed("too_soon"));
    assert_eq!(judge("2027-03-01T09:00:00Z", NOW), Verdict::Closed("too_far_ahead"));
    assert_eq!(judge("9999-12-01T09:00:00Z", NOW), Verdict::Closed("not_offered"));
}

#[test]
fn anyone_means_whoever_is_free_and_had_least() {
    let offer = offer(3, CoachMode::Any);
    let all = offer.choice(None).unwrap();
    let booked = |coach| counted(coach, "2026-11-25T10:00:00Z", "2026-11-25T10:30:00Z");
    let busy = [taken(3, "2026-11-23T09:00:00Z", "2026-11-23T12:00:00Z")];
    let load = load(&busy, &[], &[booked(1), booked(1), booked(2)]);
    let start = at("2026-11-23T09:00:00Z");
    assert_eq!(offer.assign(asked(&all, &load), start).unwrap(), Some(member(2)));
    let rest: Vec<MemberId> = all.iter().copied().filter(|id| *id != member(2)).collect();
    assert_eq!(offer.assign(asked(&rest, &load), start).unwrap(), Some(member(1)));
    assert_eq!(offer.assign(asked(&[member(3)], &load), start).unwrap(), None);
    assert_eq!(offer.judge(asked(&[member(3)], &load), start).unwrap(), Verdict::Taken);
}

#[test]
fn everyone_means_that_all_are_free() {
    let offer = offer(3, CoachMode::All);
    let all = offer.choice(Some(member(2))).unwrap();
    assert_eq!(all.len(), 3);
    let load = load(&[taken(3, "2026-11-23T09:00:00Z", "2026-11-23T11:00:00Z")], &[], &[]);
    let asked = asked(&all, &load);
    assert_eq!(named(&times(&offer, asked)), ["11:00", "11:30"]);
    assert_eq!(offer.judge(asked, at("2026-11-23T09:00:00Z")).unwrap(), Verdict::Taken);
    assert_eq!(offer.judge(asked, at("2026-11-23T13:00:00Z")).unwrap(), Verdict::Closed("not_offered"));
}

#[test]
fn who_takes_part_in_a_booking_is_settled_by_the_booking() {
    let types = [CoachMode::Fixed, CoachMode::Any, CoachMode::All].map(|mode| offer(2, mode));
    for of in &types {
        assert!(of.settled(true).takes_all());
        assert!(!of.settled(false).takes_all());
    }
    let all = [member(1), member(2)];
    let load = load(&[taken(2, "2026-11-23T09:00:00Z", "2026-11-23T11:00:00Z")], &[], &[]);
    for of in &types {
        assert_eq!(named(&times(&of.settled(true), asked(&all, &load))), ["11:00", "11:30"]);
        assert_eq!(times(&of.settled(false), asked(&all[..1], &load)).len(), 6);
    }
}

#[test]
fn a_limit_is_of_its_type_and_its_coach() {
    let limits = TypeLimits { day: PeriodLimit { count: Some(2), minutes: None }, ..TypeLimits::default() };
    let offer = offer_with(2, CoachMode::Any, |kind| AppointmentType { limits, ..kind });
    let all = offer.choice(None).unwrap();
    let on = |coach| counted(coach, "2026-11-23T11:00:00Z", "2026-11-23T11:30:00Z");
    let start = at("2026-11-23T09:00:00Z");
    let full = load(&[], &[on(1), on(1)], &[]);
    assert_eq!(offer.judge(asked(&[member(1)], &full), start).unwrap(), Verdict::Taken);
    // The other one's work of other types does not count against it, though it is more.
    let busy_otherwise = load(&[], &[on(1), on(1)], &[on(2), on(2), on(2)]);
    assert_eq!(offer.assign(asked(&all, &busy_otherwise), start).unwrap(), Some(member(2)));
    let range = (start, start.plus_minutes(1));
    let (from, to) = offer.counted_range(&all, range).unwrap();
    assert_eq!(
        (from.to_string(), to.to_string()),
        ("2026-11-23T00:00:00Z".into(), "2026-11-24T00:00:00Z".into())
    );
}

#[test]
fn a_shared_slot_is_on_offer_while_it_has_seats() {
    let offer = offer_with(1, CoachMode::Fixed, |kind| AppointmentType { seats: 3, ..kind });
    let slot = SharedSlot {
        id: events::Id::from_uuid(uuid::Uuid::from_u128(77)),
        coach_id: member(1),
        starts_at: at("2026-11-23T10:00:00Z"),
        ends_at: at("2026-11-23T10:30:00Z"),
        taken: 2,
    };
    let mut block = taken(1, "2026-11-23T10:00:00Z", "2026-11-23T10:40:00Z");
    (block.kind, block.source_id) = ("seats".into(), slot.id.uuid());
    let own = [member(1)];
    let with = |taken| Facts {
        taken: vec![block.clone()],
        seats: vec![SharedSlot { taken, ..slot.clone() }],
        ..Facts::default()
    };
    let found = |taken| {
        let load = Load::new(&with(taken), None).unwrap();
        times(&offer, asked(&own, &load))
    };
    let expected = [("09:00", 3), ("10:00", 1), ("11:00", 3), ("11:30", 3)];
    assert_eq!(found(2), expected.map(|(time, seats)| (time.to_owned(), seats)));
    assert_eq!(named(&found(3)), ["09:00", "11:00", "11:30"]);
    // Of another type, it is simply taken.
    let other = Facts { seats: vec![], ..with(1) };
    let load = Load::new(&other, None).unwrap();
    assert_eq!(named(&times(&offer, asked(&[member(1)], &load))), ["09:00", "11:00", "11:30"]);
}

#[test]
fn a_length_is_one_of_the_types() {
    let others = Durations(vec![Duration { minutes: 60, price: 9_000 }]);
    let offer = offer_with(1, CoachMode::Fixed, |kind| AppointmentType { other_durations: others, ..kind });
    assert_eq!(offer.length(None).unwrap().minutes, 30);
    assert_eq!(offer.length(Some(60)).unwrap().price, 9_000);
    assert_eq!(offer.length(Some(45)).unwrap_err().fields[0].code, "wrong_duration");
    let load = load(&[taken(1, "2026-11-23T10:00:00Z", "2026-11-23T10:40:00Z")], &[], &[]);
    let own = [member(1)];
    let hour = Asked { minutes: 60, ..asked(&own, &load) };
    assert_eq!(named(&times(&offer, hour)), ["11:00"]);
}

#[test]
fn a_coach_is_one_who_offers_the_type() {
    let fixed = offer(2, CoachMode::Fixed);
    assert_eq!(fixed.choice(Some(member(7))).unwrap_err().fields[0].code, "coach_not_offering");
    assert_eq!(fixed.choice(None).unwrap_err().fields[0].code, "required");
    assert_eq!(offer(1, CoachMode::Fixed).choice(None).unwrap(), [member(1)]);
}

#[test]
fn ranges_are_bounded() {
    let from = at("2026-03-01T00:00:00Z");
    assert!(check_range((from, from.plus_minutes(62 * 1_440))).is_ok());
    assert_eq!(
        check_range((from, from.plus_minutes(300 * 1_440))).unwrap_err().fields[0].code,
        "range_too_long"
    );
    assert_eq!(check_range((from, from.plus_minutes(-1))).unwrap_err().fields[0].code, "end_before_start");
}

proptest::proptest! {
    #[test]
    fn nearest_are_the_nearest(starts in proptest::collection::vec(0_i64..2_000, 0..60), wanted in 0_i64..2_000) {
        let zero = at("2026-11-23T00:00:00Z");
        let slots: Vec<Instant> = starts.iter().map(|minutes| zero.plus_minutes(*minutes)).collect();
        let wanted = zero.plus_minutes(wanted);
        let near = nearest(&slots, wanted, 5);
        proptest::prop_assert_eq!(near.len(), slots.len().min(5));
        let far = near.iter().map(|slot| slot.seconds_since(wanted).abs()).max().unwrap_or(0);
        let closer = slots.iter().filter(|slot| slot.seconds_since(wanted).abs() < far).count();
        proptest::prop_assert!(closer <= 5);
        proptest::prop_assert!(near.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
