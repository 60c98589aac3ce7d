//! An appointment type with everyone who offers it: the questions to the availability engine are asked here.

use std::collections::BTreeMap;

use availability::{
    Booked, Busy, BusyKind, Closing, Explanation, Host, HostMode, Request, Rules, Schedule, Slot,
};
use events::{Instant, MemberId};
use kernel::Problem;
use ledger::calendar::Taken;

use super::{AppointmentType, CoachMode, appointment_type::natural};

/// The longest range of slots that can be asked for at once, in days.
pub(crate) const MAX_RANGE_DAYS: i64 = 62;

/// One coach's part of an offer.
#[derive(Clone, Debug)]
pub(crate) struct OfferCoach {
    pub id: MemberId,
    pub schedule: Schedule,
}

/// An appointment type with everyone who offers it.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub kind: AppointmentType,
    pub coaches: Vec<OfferCoach>,
    rules: Rules,
}

/// What is known about coaches' time: taken stretches, and bookings for sharing the work fairly.
#[derive(Clone, Debug, Default)]
pub(crate) struct Load {
    busy: BTreeMap<MemberId, Vec<Busy>>,
    booked: BTreeMap<MemberId, Vec<Booked>>,
}

impl Load {
    /// What the ledger and the list of bookings say.
    ///
    /// # Errors
    /// 500 when a block has no length; the database makes that impossible.
    pub fn new(taken: &[Taken], booked: &[(MemberId, Instant, Instant)]) -> Result<Self, Problem> {
        let mut load = Self::default();
        for block in taken {
            let kind = if block.kind == "booking" { BusyKind::Booking } else { BusyKind::Session };
            let busy = Busy::new(kind, block.starts_at.timestamp(), block.ends_at.timestamp());
            load.busy.entry(block.coach_id).or_default().push(busy.map_err(Problem::internal)?);
        }
        for (coach, start, end) in booked {
            let minutes = u32::try_from(end.seconds_since(*start) / 60).unwrap_or(0);
            load.booked.entry(*coach).or_default().push(Booked { start: start.timestamp(), minutes });
        }
        Ok(load)
    }
}

/// A start on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotOut {
    pub start: Instant,
    /// Clients it still takes.
    pub seats_left: u32,
}

/// What the engine says about one start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is on offer.
    Open,
    /// It would be on offer, but the time is taken.
    Taken,
    /// It is not on offer: the code of the field error.
    Closed(&'static str),
}

impl Offer {
    /// Puts an offer together.
    ///
    /// # Errors
    /// 500 when the stored rules are none.
    pub fn new(kind: AppointmentType, coaches: Vec<OfferCoach>) -> Result<Self, Problem> {
        Ok(Self { rules: kind.rules()?, kind, coaches })
    }
    /// The coaches who may take an appointment, for the coach that was asked for (or none).
    ///
    /// # Errors
    /// 422 at `coach`: one who does not offer the type, or a choice that was not made.
    pub fn choice(&self, asked: Option<MemberId>) -> Result<Vec<MemberId>, Problem> {
        let all: Vec<MemberId> = self.coaches.iter().map(|coach| coach.id).collect();
        match asked {
            Some(coach) if all.contains(&coach) => Ok(vec![coach]),
            Some(_) => Err(Problem::field("coach", "coach_not_offering")),
            None if self.kind.coach_mode == CoachMode::Fixed && all.len() > 1 => {
                Err(Problem::field("coach", "required"))
            }
            None => Ok(all),
        }
    }
    /// The starts on offer in `[from, to)`, in order. No coaches: none.
    ///
    /// # Errors
    /// 422 at `to` or `from` when the range makes no sense.
    pub fn slots(
        &self,
        of: &[MemberId],
        load: &Load,
        now: Instant,
        range: (Instant, Instant),
    ) -> Result<Vec<SlotOut>, Problem> {
        check_range(range)?;
        let found = self.ask(of, load, now, range, availability::slots);
        let starts = |slots: Vec<Slot>| slots.into_iter().map(|slot| SlotOut { start: Instant::new(slot.start), seats_left: slot.seats_left }).collect();
        found.map_or(Ok(Vec::new()), |slots| slots.map(starts).map_err(refused))
    }
    /// Whether a start is on offer, and why not. What lies outside of all calendars is not.
    pub fn judge(&self, of: &[MemberId], load: &Load, now: Instant, start: Instant) -> Verdict {
        let range = (start, start.plus_seconds(1));
        let explained =
            self.ask(of, load, now, range, |request| availability::explain(request, start.timestamp()));
        match explained {
            Some(Ok(answer)) => verdict(&answer),
            None | Some(Err(_)) => Verdict::Closed("not_offered"),
        }
    }
    /// The free coach whose turn it is: fewest bookings that week, then longest without one.
    pub fn assign(&self, of: &[MemberId], load: &Load, now: Instant, start: Instant) -> Option<MemberId> {
        let range = (start, start.plus_seconds(1));
        let chosen =
            self.ask(of, load, now, range, |request| availability::assign(request, start.timestamp()));
        let ids: Vec<MemberId> = self.asked(of).map(|coach| coach.id).collect();
        ids.get(chosen?.ok().flatten()?).copied()
    }
    /// The stretch of coaches' time that can matter to starts in a range: buffers and length included.
    pub fn reach(&self, (from, to): (Instant, Instant)) -> (Instant, Instant) {
        (self.kind.blocked(from).0, self.kind.blocked(to).1)
    }
    /// The last start that the horizon allows.
    pub fn latest(&self, now: Instant) -> Instant {
        now.plus_minutes(i64::from(natural(self.kind.horizon_days)) * 1_440)
    }

    fn asked<'a>(&'a self, of: &'a [MemberId]) -> impl Iterator<Item = &'a OfferCoach> {
        self.coaches.iter().filter(|coach| of.contains(&coach.id))
    }
    /// Puts a question to the engine; `None` when there is nobody to ask about.
    fn ask<R>(
        &self,
        of: &[MemberId],
        load: &Load,
        now: Instant,
        (from, to): (Instant, Instant),
        question: impl FnOnce(&Request<'_>) -> R,
    ) -> Option<R> {
        let hosts: Vec<Host<'_>> = self
            .asked(of)
            .map(|coach| Host {
                schedule: &coach.schedule,
                blackouts: &[],
                busy: load.busy.get(&coach.id).map_or(&[], Vec::as_slice),
                booked: load.booked.get(&coach.id).map_or(&[], Vec::as_slice),
            })
            .collect();
        let request = Request {
            hosts: &hosts,
            mode: if hosts.len() == 1 { HostMode::Single } else { HostMode::Any },
            rules: &self.rules,
            duration_min: natural(self.kind.minutes),
            now: now.timestamp(),
            from: from.timestamp(),
            to: to.timestamp(),
        };
        (!hosts.is_empty()).then(|| question(&request))
    }
}

/// Refuses a range that ends before it starts, or is too long.
pub(crate) fn check_range((from, to): (Instant, Instant)) -> Result<(), Problem> {
    if to < from {
        return Err(Problem::field("to", "end_before_start"));
    }
    // An hour more, so that two months over a clock change are two months.
    if to.seconds_since(from) > MAX_RANGE_DAYS * 86_400 + 3_600 {
        let error = kernel::FieldError::new("to", "range_too_long").arg("days", MAX_RANGE_DAYS);
        return Err(Problem::invalid(vec![error]));
    }
    Ok(())
}

fn refused(error: availability::RequestError) -> Problem {
    match error.field() {
        "/query/from" => Problem::field("from", "out_of_calendar"),
        "/query/to" => Problem::invalid(vec![
            kernel::FieldError::new("to", "range_too_long").arg("days", MAX_RANGE_DAYS),
        ]),
        _ => Problem::internal(error),
    }
}

/// Taken when nothing but taken time closes it for some coach; else the first rule that says more than "not now".
fn verdict(explained: &Explanation) -> Verdict {
    if explained.is_open() {
        return Verdict::Open;
    }
    let only_taken = |closed: &[Closing]| {
        !closed.is_empty()
            && closed.iter().all(|rule| matches!(rule, Closing::Busy { .. } | Closing::Full { .. }))
    };
    if explained.hosts.iter().any(|host| only_taken(&host.closed_by)) {
        return Verdict::Taken;
    }
    let any = |fits: fn(&Closing) -> bool| explained.hosts.iter().any(|host| host.closed_by.iter().any(fits));
    Verdict::Closed(if any(|rule| matches!(rule, Closing::Past)) {
        "in_the_past"
    } else if any(|rule| matches!(rule, Closing::Notice { .. })) {
        "too_soon"
    } else if any(|rule| matches!(rule, Closing::Horizon { .. })) {
        "too_far_ahead"
    } else {
        "not_offered"
    })
}

/// The starts nearest to the wanted one, in order of time.
pub(crate) fn nearest(slots: &[Instant], wanted: Instant, count: usize) -> Vec<Instant> {
    let mut near: Vec<Instant> = slots.to_vec();
    near.sort_by_key(|slot| (slot.seconds_since(wanted).abs(), *slot));
    near.truncate(count);
    near.sort_unstable();
    near
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        appointment_type::tests::{input, member},
        hours::{WindowInput, check, schedule},
    };

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// Mondays 09:00 to 12:00 in London; 30 minutes each, 10 minutes kept free after, 2 hours of notice, 30 days ahead.
    fn offer(coaches: u128, mode: CoachMode) -> Offer {
        let now = at("2026-11-01T00:00:00Z");
        let ids: Vec<MemberId> = (1..=coaches).map(member).collect();
        let typed =
            crate::model::type_input::TypeInput { coaches: ids.clone(), coach_mode: mode, ..input() };
        let (kind, ids) = typed.check(events::Id::from_uuid(uuid::Uuid::from_u128(9)), now).unwrap();
        let coach = |id| {
            let typed = [WindowInput { weekday: 1, opens: "09:00".into(), closes: "12:00".into() }];
            let windows = check(id, &typed).unwrap();
            let schedule = schedule("Europe/London", windows.iter()).unwrap();
            OfferCoach { id, schedule }
        };
        Offer::new(kind, ids.into_iter().map(coach).collect()).unwrap()
    }

    fn taken(coach: u128, from: &str, to: &str) -> Taken {
        let source_id = uuid::Uuid::from_u128(5);
        Taken {
            coach_id: member(coach),
            kind: "booking".into(),
            source_id,
            starts_at: at(from),
            ends_at: at(to),
        }
    }

    const NOW: &str = "2026-11-20T08:00:00Z";

    #[test]
    fn slots_keep_clear_of_what_is_taken() {
        let offer = offer(1, CoachMode::Fixed);
        let load = Load::new(&[taken(1, "2026-11-23T10:00:00Z", "2026-11-23T10:40:00Z")], &[]).unwrap();
        let range = (at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z"));
        let found = offer.slots(&[member(1)], &load, at(NOW), range).unwrap();
        let times: Vec<String> = found.iter().map(|slot| slot.start.to_string()[11..16].to_owned()).collect();
        // 09:30 would keep 10:00–10:10 as its own buffer; 10:30 starts inside the buffer of the booking.
        assert_eq!(times, ["09:00", "11:00", "11:30"]);
    }

    #[test]
    fn each_refusal_says_why() {
        let offer = offer(1, CoachMode::Fixed);
        let load = Load::new(&[taken(1, "2026-11-23T10:00:00Z", "2026-11-23T10:40:00Z")], &[]).unwrap();
        let judge = |start: &str, now: &str| offer.judge(&[member(1)], &load, at(now), at(start));
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
        let booked = |coach| (member(coach), at("2026-11-25T10:00:00Z"), at("2026-11-25T10:30:00Z"));
        let busy = [taken(3, "2026-11-23T09:00:00Z", "2026-11-23T12:00:00Z")];
        let load = Load::new(&busy, &[booked(1), booked(1), booked(2)]).unwrap();
        let start = at("2026-11-23T09:00:00Z");
        assert_eq!(offer.assign(&all, &load, at(NOW), start), Some(member(2)));
        let rest: Vec<MemberId> = all.iter().copied().filter(|id| *id != member(2)).collect();
        assert_eq!(offer.assign(&rest, &load, at(NOW), start), Some(member(1)));
        assert_eq!(offer.assign(&[member(3)], &load, at(NOW), start), None);
        assert_eq!(offer.judge(&[member(3)], &load, at(NOW), start), Verdict::Taken);
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
        assert_eq!(
            check_range((from, from.plus_minutes(-1))).unwrap_err().fields[0].code,
            "end_before_start"
        );
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
}
