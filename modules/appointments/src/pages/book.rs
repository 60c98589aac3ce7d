//! Picking a type, a length, a coach, a day and a time.

use events::{Instant, MemberId};
use jiff::{civil::Date, tz::TimeZone};
use kernel::{Ctx, Page, Problem, Redirect};
use poem::{
    IntoResponse, Response, handler,
    http::HeaderMap,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    month::{self, Marks, Month},
    views::{Choice, ChooseView, DayTimes, LengthLink, PickView, Rules, TimeLink, TypeCard, priced},
    zones::{self, PageZone},
};
use crate::{
    model::{
        CoachMode,
        details::Duration,
        offer::{Offer, SlotOut},
        when::{date, date_in, zone},
    },
    queries::offers::TypeRef,
    service::{
        slots::{free_of, offer_with_coaches},
        types,
    },
};

/// Where a page with a month has its times.
pub(super) const TIMES: &str = "#times";

#[derive(Debug, Default, Deserialize)]
pub(super) struct PickQuery {
    month: Option<String>,
    day: Option<String>,
    coach: Option<String>,
    zone: Option<String>,
    minutes: Option<String>,
    /// The page's form was sent: its zone is a choice.
    chosen: Option<String>,
}

/// Whether there is more than one type to book.
struct Several(bool);

/// Kept with the tenant's public content: every look at a calendar asks.
async fn several(ctx: &Ctx) -> Result<bool, Problem> {
    const KEY: &str = "several appointment types";
    if let Some(known) = ctx.kept::<Several>(KEY) {
        return Ok(known.0);
    }
    let several = types::bookable(ctx).await?.len() > 1;
    Ok(ctx.keep(KEY, Several(several)).0)
}

/// `/{slug}/book`: the types. Only one: straight to it.
#[handler]
pub(super) async fn choose(Data(ctx): Data<&Ctx>) -> Result<Response, Problem> {
    let types = types::bookable(ctx).await?;
    if let [only] = types.as_slice() {
        return Ok(Redirect::to(ctx.path(&format!("/book/{}", only.slug))).into_response());
    }
    let currency = ctx.tenant().currency;
    let types = types.iter().map(|kind| TypeCard::of(kind, currency)).collect();
    Ok(Page::of(&ChooseView { types }).into_response())
}

/// `/{slug}/book/{type}`: length, month, days, times.
#[handler]
pub(super) async fn pick(
    Data(ctx): Data<&Ctx>,
    Path((_, slug)): Path<(String, String)>,
    Query(query): Query<PickQuery>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (offer, names) = offer_with_coaches(ctx, &TypeRef::parse(&slug)).await?;
    let page_zone = zones::of(ctx, query.zone.as_deref(), headers);
    let coach = query.coach.as_deref().and_then(|text| text.parse::<MemberId>().ok());
    let coach = coach.filter(|id| offer.coaches.iter().any(|one| one.id == *id));
    let length = length(&offer, query.minutes.as_deref());
    let zone = zone(&page_zone.name);
    let here = Here { ctx, offer: &offer, query: &query, coach, length, page_zone: &page_zone, zone };
    let mut view = here.view(&names);
    view.several = several(ctx).await?;
    // Without a choice that must be made there is no calendar to show.
    match offer.choice(coach) {
        Ok(of) => here.calendar(&of, &mut view).await?,
        Err(_) => view.coach_missing = query.chosen.is_some(),
    }
    let chosen = query.zone.as_deref().filter(|_| query.chosen.is_some());
    Ok(zones::remember(Page::of(&view), chosen))
}

/// The length that was asked for; the first one for a length that it does not have.
pub(super) fn length(offer: &Offer, asked: Option<&str>) -> Duration {
    let kind = &offer.kind;
    let asked = asked.and_then(|text| text.trim().parse().ok());
    let first = Duration { minutes: kind.minutes, price: kind.price };
    kind.duration(asked).unwrap_or(first)
}

/// Nobody to choose between, or everyone takes part: nothing to show.
fn coach_choices(offer: &Offer, names: &[(MemberId, String)], chosen: Option<MemberId>) -> Vec<Choice> {
    if offer.coaches.len() < 2 || offer.kind.coach_mode == CoachMode::All {
        return Vec::new();
    }
    let choice = |(id, name): &(MemberId, String)| Choice {
        value: id.to_string(),
        label: name.clone(),
        current: Some(*id) == chosen,
    };
    names.iter().map(choice).collect()
}

/// With whom, as far as it is certain: the coach who was chosen, the only one, or everyone.
pub(super) fn with_whom(
    offer: &Offer,
    names: &[(MemberId, String)],
    chosen: Option<MemberId>,
) -> Option<String> {
    if offer.kind.coach_mode == CoachMode::All {
        let all: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
        return Some(all.join(", "));
    }
    let found = names.iter().find(|(id, _)| Some(*id) == chosen || names.len() == 1);
    found.map(|(_, name)| name.clone())
}

/// Where the reader is: links keep it.
struct Here<'a> {
    ctx: &'a Ctx,
    offer: &'a Offer,
    query: &'a PickQuery,
    coach: Option<MemberId>,
    length: Duration,
    page_zone: &'a PageZone,
    zone: TimeZone,
}

impl Here<'_> {
    fn view(&self, names: &[(MemberId, String)]) -> PickView {
        let (kind, currency) = (&self.offer.kind, self.ctx.tenant().currency);
        PickView {
            kind: TypeCard::of(kind, currency),
            minutes: self.length.minutes,
            price: priced(self.length.price, currency),
            lengths: self.lengths(),
            rules: Rules::of_type(kind, self.length.price),
            coach_name: with_whom(self.offer, names, self.coach),
            coaches: coach_choices(self.offer, names, self.coach),
            anyone: kind.coach_mode == CoachMode::Any,
            coach_missing: false,
            several: false,
            zones: zones::choices(self.ctx, &self.page_zone.name),
            zone: self.page_zone.name.clone(),
            zone_guessed: self.page_zone.guessed,
            month: None,
            day: None,
            next_free: None,
        }
    }
    /// One length: nothing to choose.
    fn lengths(&self) -> Vec<LengthLink> {
        let all = self.offer.kind.durations();
        if all.len() < 2 {
            return Vec::new();
        }
        let month = self.query.month.as_deref().and_then(month::parse).map(month::name).unwrap_or_default();
        let day = self.query.day.as_deref().and_then(date).map(|day| day.to_string()).unwrap_or_default();
        let link = |one: Duration| LengthLink {
            minutes: one.minutes,
            price: priced(one.price, self.ctx.tenant().currency),
            path: self.path_for(one, "", &[("month", &month), ("day", &day)]),
            current: one.minutes == self.length.minutes,
        };
        all.into_iter().map(link).collect()
    }
    fn path(&self, page: &str, more: &[(&str, &str)]) -> String {
        self.path_for(self.length, page, more)
    }
    fn path_for(&self, length: Duration, page: &str, more: &[(&str, &str)]) -> String {
        let coach = self.coach.map(|coach| coach.to_string()).unwrap_or_default();
        // The first length needs no saying.
        let first = length.minutes == self.offer.kind.minutes;
        let minutes = if first { String::new() } else { length.minutes.to_string() };
        let mut parameters = more.to_vec();
        parameters.extend([("minutes", minutes.as_str()), ("coach", &coach), ("zone", &self.page_zone.link)]);
        with_query(&format!("/book/{}{page}", self.offer.kind.slug), &parameters)
    }
    fn day_path(&self, day: Date) -> String {
        let path = self.path("", &[("month", &month::name(day)), ("day", &day.to_string())]);
        // On a phone the times are far below the month.
        path + TIMES
    }
    /// Fills in the month that was asked for, and the times of the chosen day.
    async fn calendar(&self, of: &[MemberId], view: &mut PickView) -> Result<(), Problem> {
        let (query, now) = (self.query, self.ctx.now());
        let (today, last) = (date_in(now, &self.zone), date_in(self.offer.latest(now), &self.zone));
        let last = last.max(today);
        let day = query.day.as_deref().and_then(date);
        let asked = query.month.as_deref().and_then(month::parse).or(day).unwrap_or(today);
        let shown = asked.clamp(today.first_of_month(), last.last_of_month());
        let range = month::bounds(shown, &self.zone).ok_or_else(Problem::not_found)?;
        let free = self.free(of, range).await?;
        let days = month::by_day(&free, &self.zone, |slot| slot.start);
        let chosen = day.filter(|day| days.contains_key(day)).or_else(|| days.keys().next().copied());
        let counts = month::counts(&days);
        let marks = Marks { counts: &counts, zone: &self.zone, chosen, today };
        let leaf = |month: Date| self.path("", &[("month", &month::name(month))]);
        view.month = Some(Month::new(shown, &marks, (today, last), leaf, |day| self.day_path(day)));
        view.day = chosen.map(|day| self.times(day, days.get(&day).map_or(&[], Vec::as_slice)));
        if chosen.is_none() {
            view.next_free = self.next_free(of, range.1).await?;
        }
        Ok(())
    }
    async fn free(&self, of: &[MemberId], range: (Instant, Instant)) -> Result<Vec<SlotOut>, Problem> {
        free_of(self.ctx, self.offer, of, Some(self.length.minutes.into()), range).await
    }
    fn times(&self, day: Date, slots: &[SlotOut]) -> DayTimes {
        let link = |slot: &SlotOut| TimeLink {
            start: slot.start,
            path: self.path("/details", &[("start", &slot.start.to_string())]),
            seats_left: (self.offer.kind.seats > 1).then_some(slot.seats_left),
            current: false,
        };
        DayTimes { at: month::midday(day, &self.zone), times: slots.iter().map(link).collect() }
    }
    /// The first free start of the two months after an empty one.
    async fn next_free(&self, of: &[MemberId], from: Instant) -> Result<Option<TimeLink>, Problem> {
        let free = self.free(of, (from, from.plus_minutes(60 * 1_440))).await?;
        let path = |slot: &SlotOut| self.day_path(date_in(slot.start, &self.zone));
        let link = |slot: &SlotOut| TimeLink {
            start: slot.start,
            path: path(slot),
            seats_left: None,
            current: false,
        };
        Ok(free.first().map(link))
    }
}
