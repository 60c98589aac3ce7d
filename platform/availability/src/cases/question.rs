//! The question about slots: hosts, rules and range, read from JSON.

use jiff::{SignedDuration, Timestamp};

use super::CaseError;
use super::limits::limits;
use super::read::Node;
use super::schedule::schedule;
use crate::busy::{Blackout, Busy, BusyKind};
use crate::error::RulesError;
use crate::limits::Booked;
use crate::local::{day_number, start_of_day};
use crate::request::{Host, HostMode, MAX_HOSTS, Request};
use crate::rules::{Bookable, MAX_BUFFER_MIN, MAX_DURATION_MIN, MAX_NOTICE_MIN, Rules, RulesSpec};
use crate::schedule::Schedule;
use crate::span::instant;

const MAX_BUSY: usize = 100_000;
const MAX_DATES: usize = 1_000;

/// One host with the lists that the engine borrows.
pub(super) struct OwnedHost {
    pub id: String,
    schedule: Schedule,
    blackouts: Vec<Blackout>,
    /// Blackouts that are days out of office.
    out_of_office: Vec<Blackout>,
    busy: Vec<Busy>,
    booked: Vec<Booked>,
}

impl OwnedHost {
    pub fn host(&self) -> Host<'_> {
        Host { schedule: &self.schedule, blackouts: &self.blackouts, busy: &self.busy, booked: &self.booked }
    }

    /// The host with open hours and days out of office alone.
    pub fn without_busy(&self) -> Host<'_> {
        Host { blackouts: &self.out_of_office, ..Host::new(&self.schedule) }
    }
}

pub(super) struct Question {
    pub hosts: Vec<OwnedHost>,
    pub mode: HostMode,
    pub rules: Rules,
    /// Whether the input has a length; without one there are no slots to speak of.
    pub has_length: bool,
    pub now: Timestamp,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Question {
    pub fn read(root: &Node<'_>) -> Result<Self, CaseError> {
        let has_length = root.opt("length_min").is_some();
        let rules = rules(root, has_length)?;
        let hosts = match root.opt("hosts") {
            Some(list) => {
                let entries = list.list(MAX_HOSTS)?;
                entries.iter().map(|entry| host(entry, root)).collect::<Result<Vec<_>, _>>()?
            }
            None => vec![host(root, root)?],
        };
        let query = root.field("query")?;
        Ok(Self {
            mode: mode(root)?,
            hosts,
            rules,
            has_length,
            now: root.opt("now").map_or(Ok(Timestamp::MIN), |now| now.instant())?,
            from: query.field("from")?.instant()?,
            to: query.field("to")?.instant()?,
        })
    }

    pub fn request<'a>(&'a self, hosts: &'a [Host<'a>]) -> Request<'a> {
        Request {
            hosts,
            mode: self.mode,
            rules: &self.rules,
            duration_min: self.rules.spec().durations_min.first().copied().unwrap_or(1),
            now: self.now,
            from: self.from,
            to: self.to,
        }
    }
}

fn mode(root: &Node<'_>) -> Result<HostMode, CaseError> {
    let Some(mode) = root.opt("host_mode") else {
        return Ok(HostMode::Single);
    };
    match mode.text()? {
        "single" | "fixed" => Ok(HostMode::Single),
        "any" | "round_robin" => Ok(HostMode::Any),
        "all" | "collective" => Ok(HostMode::All),
        _ => Err(mode.error("must be single, any or all")),
    }
}

fn rules(root: &Node<'_>, has_length: bool) -> Result<Rules, CaseError> {
    let length = if has_length { root.field("length_min")?.number(1, MAX_DURATION_MIN)? } else { 1 };
    let spec = RulesSpec {
        durations_min: vec![length],
        step_min: root.number_or("step_min", length, 1, MAX_DURATION_MIN)?,
        buffer_before_min: root.number_or("buffer_before_min", 0, 0, MAX_BUFFER_MIN)?,
        buffer_after_min: root.number_or("buffer_after_min", 0, 0, MAX_BUFFER_MIN)?,
        notice_min: root.number_or("notice_min", 0, 0, MAX_NOTICE_MIN)?,
        bookable: bookable(root)?,
        limits: limits(root)?,
        seats: root.number_or("seats", 1, 1, 100_000)?,
    };
    if spec.notice_min > 0 || matches!(spec.bookable, Bookable::HorizonDays(_)) {
        root.field("now")?;
    }
    Rules::new(spec).map_err(|errors| rules_error(&errors))
}

fn rules_error(errors: &[RulesError]) -> CaseError {
    match errors.first() {
        Some(RulesError::LimitBelowShorterPeriod { field }) => {
            let period = field.trim_start_matches("/limits/").to_ascii_uppercase();
            let message = "a longer period may not allow less than a shorter one";
            CaseError::new(format!("/limits/PER_{period}"), message)
        }
        Some(RulesError::EndBeforeStart) => CaseError::new("/bookable/to", "ends before it starts"),
        Some(error) => CaseError::new(error.field(), "out of bounds"),
        None => CaseError::new("", "not a set of rules"),
    }
}

/// `horizon_days`, or `bookable: {from, to}`.
fn bookable(root: &Node<'_>) -> Result<Bookable, CaseError> {
    if let Some(days) = root.opt("horizon_days") {
        return Ok(Bookable::HorizonDays(days.number(0, 3_660)?));
    }
    let Some(range) = root.opt("bookable") else {
        return Ok(Bookable::Always);
    };
    Ok(Bookable::Between { from: range.field("from")?.instant()?, to: range.field("to")?.instant()? })
}

/// A host from its own object; blackouts and days out of office may also stand at the top, for everybody.
fn host(node: &Node<'_>, root: &Node<'_>) -> Result<OwnedHost, CaseError> {
    let schedule = schedule(&node.field("schedule")?)?;
    let places: &[&Node<'_>] = if node.pointer().is_empty() { &[root] } else { &[root, node] };
    let mut out_of_office = Vec::new();
    let mut blackouts = Vec::new();
    for place in places {
        for entry in place.opt_list("out_of_office_local_dates", MAX_DATES)? {
            out_of_office.push(day_off(&schedule, &entry)?);
        }
        for entry in place.opt_list("blackouts", MAX_BUSY)? {
            let range = Blackout::new(entry.field("start")?.instant()?, entry.field("end")?.instant()?);
            blackouts.push(range.map_err(|_| at_end(&entry))?);
        }
    }
    blackouts.extend(out_of_office.iter().copied());
    let (busy, booked) = busy(node)?;
    let id = node.opt("id").map_or(Ok(""), |id| id.text())?.to_owned();
    Ok(OwnedHost { id, schedule, blackouts, out_of_office, busy, booked })
}

fn at_end(entry: &Node<'_>) -> CaseError {
    CaseError::new(format!("{}/end", entry.pointer()), "ends before it starts")
}

/// A local day of the schedule, in the zone that holds on it.
fn day_off(schedule: &Schedule, entry: &Node<'_>) -> Result<Blackout, CaseError> {
    let date = entry.date()?;
    let (zone, day) = (schedule.zone_on(date), day_number(date));
    let (start, end) = (instant(start_of_day(zone, day)), instant(start_of_day(zone, day + 1)));
    Blackout::new(start, end).map_err(|_| entry.error("not a day"))
}

/// Busy time, and what of it counts against limits: bookings and holds, which is also what an entry without
/// a kind is. `booked_starts_utc` counts without taking time here.
fn busy(node: &Node<'_>) -> Result<(Vec<Busy>, Vec<Booked>), CaseError> {
    let (mut busy, mut booked) = (Vec::new(), Vec::new());
    for entry in node.opt_list("busy", MAX_BUSY)? {
        let kind = kind(&entry)?;
        let (start, end) = (entry.field("start")?.instant()?, entry.field("end")?.instant()?);
        let interval = Busy::new(kind, start, end).map_err(|_| at_end(&entry))?;
        let before = entry.number_or("buffer_before_min", 0, 0, MAX_BUFFER_MIN)?;
        let after = entry.number_or("buffer_after_min", 0, 0, MAX_BUFFER_MIN)?;
        let interval = interval
            .with_buffers(before, after)
            .map_err(|error| CaseError::new(format!("{}{}", entry.pointer(), error.field()), "too long"))?;
        let shared = entry.opt("seats_taken").map(|seats| seats.number(0, 100_000)).transpose()?;
        busy.push(shared.map_or(interval, |taken| interval.shared(taken)));
        if matches!(kind, BusyKind::Booking | BusyKind::Hold) {
            booked.push(Booked { start, minutes: whole_minutes(end.duration_since(start)) });
        }
    }
    for entry in node.opt_list("booked_starts_utc", MAX_BUSY)? {
        booked.push(Booked { start: entry.instant()?, minutes: 0 });
    }
    Ok((busy, booked))
}

fn whole_minutes(length: SignedDuration) -> u32 {
    u32::try_from(length.as_secs().max(0) / 60).unwrap_or(u32::MAX)
}

fn kind(entry: &Node<'_>) -> Result<BusyKind, CaseError> {
    let Some(kind) = entry.opt("kind") else {
        return Ok(BusyKind::Booking);
    };
    match kind.text()? {
        "booking" => Ok(BusyKind::Booking),
        "hold" | "reservation" => Ok(BusyKind::Hold),
        "session" => Ok(BusyKind::Session),
        "external" => Ok(BusyKind::External),
        _ => Err(kind.error("must be booking, hold, session or external")),
    }
}
