//! An appointment type with everyone who offers it: the questions to the availability engine are asked here.

use availability::{
    Blackout, Bookable, Closing, Explanation, Host, HostMode, Limits, Request, Rules, RulesSpec, Schedule,
    Slot,
};
use events::{Instant, MemberId};
use jiff::tz::TimeZone;
use kernel::Problem;

use super::{AppointmentType, CoachMode, appointment_type::natural, details::Duration, load::Load};

/// The longest range of slots that can be asked for at once, in days.
pub(crate) const MAX_RANGE_DAYS: i64 = 62;

/// One coach's part of an offer.
#[derive(Clone, Debug)]
pub(crate) struct OfferCoach {
    pub id: MemberId,
    pub name: String,
    /// Weekly windows and other hours on dates.
    pub schedule: Schedule,
    /// The coach's own and those of the whole business.
    pub blackouts: Vec<Blackout>,
}

/// An appointment type with everyone who offers it.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub kind: AppointmentType,
    pub coaches: Vec<OfferCoach>,
    rules: Rules,
}

/// A question about a stretch of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// Who may take it.
    pub of: &'a [MemberId],
    /// How long it takes.
    pub minutes: i32,
    pub load: &'a Load,
    pub now: Instant,
}

/// When an appointment is, and what it keeps of its coach's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub start: Instant,
    pub end: Instant,
    /// Start with the buffer before.
    pub from: Instant,
    /// End with the buffer after.
    pub to: Instant,
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
    /// It would be on offer, but the time is taken, or the period has all it takes.
    Taken,
    /// It is not on offer: the code of the field error.
    Closed(&'static str),
}

impl Offer {
    /// Puts an offer together. The type's fixed range is read in `zone`.
    ///
    /// # Errors
    /// 500 when the stored rules are none.
    pub fn new(kind: AppointmentType, coaches: Vec<OfferCoach>, zone: &TimeZone) -> Result<Self, Problem> {
        Ok(Self { rules: kind.rules_in(zone)?, kind, coaches })
    }
    /// The length that was asked for; none: the first one.
    ///
    /// # Errors
    /// 422 at `minutes` when the type has no such length.
    pub fn length(&self, minutes: Option<i64>) -> Result<Duration, Problem> {
        self.kind.duration(minutes).ok_or_else(|| Problem::field("minutes", "wrong_duration"))
    }
    /// The coaches who may take an appointment, for the coach that was asked for (or none).
    ///
    /// # Errors
    /// 422 at `coach`: one who does not offer the type, or a choice that was not made.
    pub fn choice(&self, asked: Option<MemberId>) -> Result<Vec<MemberId>, Problem> {
        let all: Vec<MemberId> = self.coaches.iter().map(|coach| coach.id).collect();
        match asked {
            Some(coach) if !all.contains(&coach) => Err(Problem::field("coach", "coach_not_offering")),
            // Everybody takes part, whoever was named.
            _ if self.takes_all() => Ok(all),
            Some(coach) => Ok(vec![coach]),
            None if self.kind.coach_mode == CoachMode::Fixed && all.len() > 1 => {
                Err(Problem::field("coach", "required"))
            }
            None => Ok(all),
        }
    }
    /// Whether it takes the time of everyone who offers it.
    pub fn takes_all(&self) -> bool {
        self.kind.coach_mode == CoachMode::All && self.coaches.len() > 1
    }
    /// The same for a booking that exists: whether several take part in it was settled when it was made, whatever the type
    /// says now.
    pub fn settled(&self, together: bool) -> Self {
        let coach_mode = match self.kind.coach_mode {
            _ if together => CoachMode::All,
            CoachMode::All => CoachMode::Fixed,
            mode => mode,
        };
        Self { kind: AppointmentType { coach_mode, ..self.kind.clone() }, ..self.clone() }
    }
    /// Whether this coach offers it.
    pub fn is_by(&self, coach: MemberId) -> bool {
        self.coaches.iter().any(|one| one.id == coach)
    }
    /// Whether one slot takes several clients.
    pub fn is_shared(&self) -> bool {
        self.kind.seats > 1
    }
    /// An appointment that starts then and is that long.
    pub fn stretch(&self, start: Instant, minutes: i32) -> Stretch {
        let end = start.plus_minutes(minutes.into());
        let from = start.plus_minutes(-i64::from(self.kind.buffer_before_minutes));
        Stretch { start, end, from, to: end.plus_minutes(self.kind.buffer_after_minutes.into()) }
    }
    /// The starts on offer in `[from, to)`, in order. No coaches: none.
    ///
    /// # Errors
    /// 422 at `to` or `from` when the range makes no sense.
    pub fn slots(&self, asked: Asked<'_>, range: (Instant, Instant)) -> Result<Vec<SlotOut>, Problem> {
        check_range(range)?;
        let found = self.ask(asked, range, availability::slots)?;
        let out = |slot: Slot| SlotOut { start: Instant::new(slot.start), seats_left: slot.seats_left };
        match found {
            None => Ok(Vec::new()),
            Some(slots) => Ok(slots.map_err(refused)?.into_iter().map(out).collect()),
        }
    }
    /// Whether a start is on offer, and why not. What lies outside of all calendars is not.
    ///
    /// # Errors
    /// 500 when the stored rules are none.
    pub fn judge(&self, asked: Asked<'_>, start: Instant) -> Result<Verdict, Problem> {
        let explained = self.explain(asked, start)?;
        Ok(explained.map_or(Verdict::Closed("not_offered"), |answer| verdict(&answer, self.takes_all())))
    }
    /// What opens and closes a start, coach by coach in the order of [`Offer::coaches`]; `None`: outside of all calendars,
    /// or nobody to ask about.
    ///
    /// # Errors
    /// 500 when the stored rules are none.
    pub fn explain(&self, asked: Asked<'_>, start: Instant) -> Result<Option<Explanation>, Problem> {
        let question = |request: &Request<'_>| availability::explain(request, start.timestamp());
        Ok(self.ask(asked, second(start), question)?.and_then(Result::ok))
    }
    /// The free coach whose turn it is: fewest bookings that week, then longest without one.
    ///
    /// # Errors
    /// 500 when the stored rules are none.
    pub fn assign(&self, asked: Asked<'_>, start: Instant) -> Result<Option<MemberId>, Problem> {
        let Some(explained) = self.explain(asked, start)? else { return Ok(None) };
        let ids: Vec<MemberId> = self.asked(asked.of).map(|coach| coach.id).collect();
        let open = explained.hosts.iter().filter(|host| host.is_open);
        let free: Vec<MemberId> = open.filter_map(|host| ids.get(host.host).copied()).collect();
        if free.len() < 2 {
            return Ok(free.first().copied());
        }
        // Whose turn it is depends on all of their work, not only on what counts against the limits of this type.
        let hosts = self.hosts(&free, asked.load, Load::recent_of);
        let rules = self.rules(asked.minutes, Limits::default())?;
        let request = self.request(&hosts, asked, second(start), &rules);
        let chosen = availability::assign(&request, start.timestamp()).ok().flatten();
        let ids: Vec<MemberId> = self.asked(&free).map(|coach| coach.id).collect();
        Ok(chosen.and_then(|index| ids.get(index).copied()))
    }
    /// The stretch of coaches' time that can matter to starts in a range: buffers and length included.
    pub fn reach(&self, (from, to): (Instant, Instant), minutes: i32) -> (Instant, Instant) {
        (self.stretch(from, minutes).from, self.stretch(to, minutes).to)
    }
    /// The starts whose appointments count against the limits of a start in the range; `None` without limits.
    pub fn counted_range(
        &self,
        of: &[MemberId],
        (from, to): (Instant, Instant),
    ) -> Option<(Instant, Instant)> {
        let limits = self.kind.limits.engine();
        let ranges = self.asked(of).filter_map(|coach| {
            limits.counted_range(coach.schedule.home(), from.timestamp(), to.timestamp())
        });
        ranges
            .map(|(from, to)| (Instant::new(from), Instant::new(to)))
            .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }
    /// The last start that can be booked now: by the fixed range if it has one, else by the horizon.
    pub fn latest(&self, now: Instant) -> Instant {
        match self.rules.spec().bookable {
            Bookable::Between { to, .. } => Instant::new(to).plus_seconds(-1),
            Bookable::Always | Bookable::HorizonDays(_) => {
                now.plus_minutes(i64::from(natural(self.kind.horizon_days)) * 1_440)
            }
        }
    }

    /// The type's rules for a length, which it may have had only when something was booked.
    fn rules(&self, minutes: i32, limits: Limits) -> Result<Rules, Problem> {
        let spec = RulesSpec { durations_min: vec![natural(minutes)], limits, ..self.rules.spec().clone() };
        let wrong = |errors| Problem::internal(format!("rules of {}: {errors:?}", self.kind.id));
        Rules::new(spec).map_err(wrong)
    }
    fn asked<'a>(&'a self, of: &'a [MemberId]) -> impl Iterator<Item = &'a OfferCoach> {
        self.coaches.iter().filter(|coach| of.contains(&coach.id))
    }
    fn hosts<'a>(
        &'a self,
        of: &'a [MemberId],
        load: &'a Load,
        booked: fn(&Load, MemberId) -> &[availability::Booked],
    ) -> Vec<Host<'a>> {
        let host = |coach: &'a OfferCoach| Host {
            schedule: &coach.schedule,
            blackouts: &coach.blackouts,
            busy: load.busy_of(coach.id),
            booked: booked(load, coach.id),
        };
        self.asked(of).map(host).collect()
    }
    fn request<'a>(
        &self,
        hosts: &'a [Host<'a>],
        asked: Asked<'_>,
        (from, to): (Instant, Instant),
        rules: &'a Rules,
    ) -> Request<'a> {
        let mode = match hosts.len() {
            0 | 1 => HostMode::Single,
            _ if self.takes_all() => HostMode::All,
            _ => HostMode::Any,
        };
        let duration_min = natural(asked.minutes);
        let now = asked.now.timestamp();
        Request { hosts, mode, rules, duration_min, now, from: from.timestamp(), to: to.timestamp() }
    }
    /// Puts a question to the engine; `None` when there is nobody to ask about.
    fn ask<R>(
        &self,
        asked: Asked<'_>,
        range: (Instant, Instant),
        question: impl FnOnce(&Request<'_>) -> R,
    ) -> Result<Option<R>, Problem> {
        let hosts = self.hosts(asked.of, asked.load, Load::counted_of);
        if hosts.is_empty() {
            return Ok(None);
        }
        if self.rules.spec().durations_min.contains(&natural(asked.minutes)) {
            return Ok(Some(question(&self.request(&hosts, asked, range, &self.rules))));
        }
        let rules = self.rules(asked.minutes, self.rules.spec().limits)?;
        Ok(Some(question(&self.request(&hosts, asked, range, &rules))))
    }
}

fn second(start: Instant) -> (Instant, Instant) {
    (start, start.plus_seconds(1))
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

/// Taken when nothing but taken time closes it for some coach (for all of them when everybody takes part); else the first
/// rule that says more than "not now".
fn verdict(explained: &Explanation, takes_all: bool) -> Verdict {
    if explained.is_open() {
        return Verdict::Open;
    }
    let taken =
        |rule: &Closing| matches!(rule, Closing::Busy { .. } | Closing::Full { .. } | Closing::Limit { .. });
    let only_taken = |closed: &[Closing]| !closed.is_empty() && closed.iter().all(taken);
    let some = explained.hosts.iter().any(|host| only_taken(&host.closed_by));
    if some && (!takes_all || explained.hosts.iter().all(|host| host.closed_by.iter().all(taken))) {
        return Verdict::Taken;
    }
    let any = |fits: fn(&Closing) -> bool| explained.hosts.iter().any(|host| host.closed_by.iter().any(fits));
    Verdict::Closed(if any(|rule| matches!(rule, Closing::Past)) {
        "in_the_past"
    } else if any(|rule| matches!(rule, Closing::Notice { .. })) {
        "too_soon"
    } else if any(|rule| matches!(rule, Closing::Horizon { .. } | Closing::FixedRange { .. })) {
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
#[path = "offer_tests.rs"]
mod tests;
