//! Moving a booking by its link: month, day, time; then the old and the new one to confirm.

use events::Instant;
use jiff::{civil::Date, tz::TimeZone};
use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderMap, StatusCode},
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    book::TIMES,
    booking::{to_page, view},
    href::with_query,
    month::{self, Marks, Month},
    views::{DayTimes, MoveBookingView, NewTime, TimeLink},
    zones::{self, PageZone},
};
use crate::{
    model::{
        Booking, State,
        offer::SlotOut,
        when::{date, date_in, zone},
    },
    service::{
        cancel::Claim,
        mine::{Detail, detail},
        reschedule::{MoveInput, MoveSlots, move_slots, reschedule},
    },
};

/// How far one can leaf: no type is booked further ahead than two years.
const AHEAD_MINUTES: i64 = 730 * 1_440;
/// How far the next free time is looked for.
const LOOK_MINUTES: i64 = 60 * 1_440;

#[derive(Debug, Default, Deserialize)]
pub(super) struct MoveQuery {
    month: Option<String>,
    day: Option<String>,
    zone: Option<String>,
    /// The page's form was sent: its zone is a choice.
    chosen: Option<String>,
    start: Option<String>,
}

/// `/{slug}/booking/{token}/move`
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    Query(query): Query<MoveQuery>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let detail = detail(ctx, &token).await?;
    if !view(ctx, &detail).movable {
        return Ok(to_page(ctx, &detail.booking).into_response());
    }
    let zone = zones::of_or(query.zone.as_deref(), headers, &detail.booking.client_zone);
    let here = Here::new(ctx, &detail, zone);
    let page = here.page(&query, FormState::default(), false).await?;
    let chosen = query.zone.as_deref().filter(|_| query.chosen.is_some());
    Ok(zones::remember(Page::of(&page).private(), chosen))
}

/// The client confirmed the new time.
#[handler]
pub(super) async fn submit(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    headers: &HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let input = MoveInput { start: form.string("start"), ..MoveInput::default() };
    let problem = match reschedule(ctx, &Claim::Link(token.clone()), &input).await {
        Ok(booking) => {
            let to = Redirect::to(ctx.path(&booking.path()));
            return Ok(to.flash(Text::key("appointments-flash-moved")).into_response());
        }
        Err(problem) => problem,
    };
    let taken = problem.code == "slot_taken";
    let stays =
        taken || problem.code == "too_late_to_move" || problem.status == StatusCode::UNPROCESSABLE_ENTITY;
    if !stays {
        return Err(problem);
    }
    let detail = detail(ctx, &token).await?;
    let zone = zones::of_or(form.optional("zone").as_deref(), headers, &detail.booking.client_zone);
    let here = Here::new(ctx, &detail, zone);
    // The times once more, on the day that was wanted.
    let wanted = input.start.parse::<Instant>().ok().map(|start| date_in(start, &here.zone).to_string());
    let query = MoveQuery { day: wanted, ..MoveQuery::default() };
    let state = if taken { form.state() } else { form.refused(&problem) };
    let page = here.page(&query, state, taken).await?;
    Ok(Page::of(&page).status(problem.status).private().into_response())
}

/// Where the reader is: links keep it.
struct Here<'a> {
    ctx: &'a Ctx,
    detail: &'a Detail,
    page_zone: PageZone,
    zone: TimeZone,
}

impl<'a> Here<'a> {
    fn new(ctx: &'a Ctx, detail: &'a Detail, page_zone: PageZone) -> Self {
        Self { ctx, detail, zone: zone(&page_zone.name), page_zone }
    }
    fn booking(&self) -> &Booking {
        &self.detail.booking
    }
    fn path(&self, more: &[(&str, &str)]) -> String {
        let mut parameters = more.to_vec();
        parameters.push(("zone", &self.page_zone.link));
        with_query(&format!("{}/move", self.booking().path()), &parameters)
    }
    async fn page(
        &self,
        query: &MoveQuery,
        form: FormState,
        taken: bool,
    ) -> Result<MoveBookingView, Problem> {
        let (booking, now) = (self.booking(), self.ctx.now());
        let move_until = booking.terms.move_until(booking.starts_at);
        let start = query.start.as_deref().and_then(|text| text.parse::<Instant>().ok());
        let length = booking.ends_at.seconds_since(booking.starts_at);
        let mut page = MoveBookingView {
            booking: view(self.ctx, self.detail),
            too_late: now > move_until,
            move_until,
            cancel_was_free_until: self.kept(),
            closed: false,
            taken,
            zones: zones::choices(self.ctx, &self.page_zone.name),
            zone: self.page_zone.name.clone(),
            month: None,
            day: None,
            next_free: None,
            chosen: start.map(|start| NewTime { start, end: start.plus_seconds(length) }),
            back: self.path(&[]),
            form,
        };
        if !page.too_late && page.chosen.is_none() {
            self.calendar(query, &mut page).await?;
        }
        Ok(page)
    }
    /// When cancelling is not free of charge any more, moving does not make it so again: until when it was.
    fn kept(&self) -> Option<Instant> {
        let booking = self.booking();
        let keeps = booking.state == State::Confirmed
            && booking.terms.keeps_something(booking.starts_at, self.ctx.now());
        keeps.then(|| booking.terms.cancel_free_until(booking.starts_at))
    }
    /// Fills in the month that was asked for, and the times of the chosen day.
    async fn calendar(&self, query: &MoveQuery, page: &mut MoveBookingView) -> Result<(), Problem> {
        let now = self.ctx.now();
        let (today, last) = (date_in(now, &self.zone), date_in(now.plus_minutes(AHEAD_MINUTES), &self.zone));
        let day = query.day.as_deref().and_then(date);
        let near = date_in(self.booking().starts_at, &self.zone);
        let asked = query.month.as_deref().and_then(month::parse).or(day).unwrap_or(near);
        let shown = asked.clamp(today.first_of_month(), last.last_of_month());
        let range = month::bounds(shown, &self.zone).ok_or_else(Problem::not_found)?;
        let MoveSlots { slots: free, is_closed, .. } = self.free(range).await?;
        if is_closed {
            page.closed = true;
            return Ok(());
        }
        let days = month::by_day(&free, &self.zone, |slot| slot.start);
        let chosen = day.filter(|day| days.contains_key(day)).or_else(|| days.keys().next().copied());
        let counts = month::counts(&days);
        let marks = Marks { counts: &counts, zone: &self.zone, chosen, today };
        let leaf = |month: Date| self.path(&[("month", &month::name(month))]);
        page.month = Some(Month::new(shown, &marks, (today, last), leaf, |day| self.day_path(day)));
        page.day = chosen.map(|day| self.times(day, days.get(&day).map_or(&[], Vec::as_slice)));
        if chosen.is_none() {
            let free = self.free((range.1, range.1.plus_minutes(LOOK_MINUTES))).await?.slots;
            page.next_free =
                free.first().map(|slot| self.link(slot, self.day_path(date_in(slot.start, &self.zone))));
        }
        Ok(())
    }
    async fn free(&self, range: (Instant, Instant)) -> Result<MoveSlots, Problem> {
        move_slots(self.ctx, &Claim::Link(self.booking().token.clone()), range).await
    }
    fn day_path(&self, day: Date) -> String {
        self.path(&[("month", &month::name(day)), ("day", &day.to_string())]) + TIMES
    }
    fn times(&self, day: Date, slots: &[SlotOut]) -> DayTimes {
        let link = |slot: &SlotOut| self.link(slot, self.path(&[("start", &slot.start.to_string())]));
        DayTimes { at: month::midday(day, &self.zone), times: slots.iter().map(link).collect() }
    }
    fn link(&self, slot: &SlotOut, path: String) -> TimeLink {
        let seats_left = self.booking().slot_id.map(|_| slot.seats_left);
        TimeLink { start: slot.start, path, seats_left, current: false }
    }
}
