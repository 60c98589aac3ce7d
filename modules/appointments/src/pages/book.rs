//! Picking a type, a coach, a day and a time.

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
    views::{Choice, ChooseView, DayTimes, PickView, TimeLink, TypeCard},
    zones,
};
use crate::{
    model::{
        CoachMode,
        offer::Offer,
        when::{date, date_in, zone},
    },
    queries::offers::TypeRef,
    service::{
        slots::{free_of, offer_with_coaches},
        types,
    },
};

#[derive(Debug, Default, Deserialize)]
pub(super) struct PickQuery {
    month: Option<String>,
    day: Option<String>,
    coach: Option<String>,
    zone: Option<String>,
}

/// `/{slug}/book`: the types. Only one: straight to it.
#[handler]
pub(super) async fn choose(Data(ctx): Data<&Ctx>) -> Result<Response, Problem> {
    let types = types::bookable(ctx).await?;
    if let [only] = types.as_slice() {
        return Ok(Redirect::to(ctx.path(&format!("/book/{}", only.slug))).into_response());
    }
    Ok(Page::of(&ChooseView { types: types.iter().map(TypeCard::of).collect() }).into_response())
}

/// `/{slug}/book/{type}`: month, days, times.
#[handler]
pub(super) async fn pick(
    Data(ctx): Data<&Ctx>,
    Path((_, slug)): Path<(String, String)>,
    Query(query): Query<PickQuery>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (offer, names) = offer_with_coaches(ctx, &TypeRef::parse(&slug)).await?;
    let zone_name = zones::viewer(ctx, query.zone.as_deref(), headers);
    let coach = query.coach.as_deref().and_then(|text| text.parse::<MemberId>().ok());
    let coach = coach.filter(|id| offer.coaches.iter().any(|one| one.id == *id));
    let here = Here { ctx, offer: &offer, coach, zone_name: &zone_name, zone: zone(&zone_name) };
    let mut view = PickView {
        kind: TypeCard::of(&offer.kind),
        coach_name: names
            .iter()
            .find(|(id, _)| Some(*id) == coach || names.len() == 1)
            .map(|(_, name)| name.clone()),
        coaches: coach_choices(&offer, &names, coach),
        anyone: offer.kind.coach_mode == CoachMode::Any,
        zones: zones::choices(ctx, &zone_name),
        zone: zone_name.clone(),
        month: None,
        day: None,
        next_free: None,
    };
    // Without a choice that must be made there is no calendar to show.
    if let Ok(of) = offer.choice(coach) {
        here.calendar(&of, &query, &mut view).await?;
    }
    Ok(zones::remember(Page::of(&view), query.zone.as_deref()))
}

/// Nobody to choose between: nothing to show.
fn coach_choices(offer: &Offer, names: &[(MemberId, String)], chosen: Option<MemberId>) -> Vec<Choice> {
    if offer.coaches.len() < 2 {
        return Vec::new();
    }
    let choice = |(id, name): &(MemberId, String)| Choice {
        value: id.to_string(),
        label: name.clone(),
        current: Some(*id) == chosen,
    };
    names.iter().map(choice).collect()
}

/// Where the reader is: links keep it.
struct Here<'a> {
    ctx: &'a Ctx,
    offer: &'a Offer,
    coach: Option<MemberId>,
    zone_name: &'a str,
    zone: TimeZone,
}

impl Here<'_> {
    fn path(&self, page: &str, more: &[(&str, &str)]) -> String {
        let coach = self.coach.map(|coach| coach.to_string()).unwrap_or_default();
        let mut parameters = more.to_vec();
        parameters.extend([("coach", coach.as_str()), ("zone", self.zone_name)]);
        with_query(&format!("/book/{}{page}", self.offer.kind.slug), &parameters)
    }
    fn day_path(&self, day: Date) -> String {
        self.path("", &[("month", &month::name(day)), ("day", &day.to_string())])
    }
    /// Fills in the month that was asked for, and the times of the chosen day.
    async fn calendar(&self, of: &[MemberId], query: &PickQuery, view: &mut PickView) -> Result<(), Problem> {
        let now = self.ctx.now();
        let (today, last) = (date_in(now, &self.zone), date_in(self.offer.latest(now), &self.zone));
        let day = query.day.as_deref().and_then(date);
        let asked = query.month.as_deref().and_then(month::parse).or(day).unwrap_or(today);
        let shown = asked.clamp(today.first_of_month(), last.last_of_month());
        let range = month::bounds(shown, &self.zone).ok_or_else(Problem::not_found)?;
        let free = free_of(self.ctx, self.offer, of, None, range).await?;
        let free: Vec<Instant> = free.into_iter().map(|slot| slot.start).collect();
        let days = month::by_day(&free, &self.zone);
        let chosen = day.filter(|day| days.contains_key(day)).or_else(|| days.keys().next().copied());
        let (before, after) = month::neighbours(shown, today, last);
        let marks = Marks { slots: &days, zone: &self.zone, chosen, today };
        let leaf = |month: Date| self.path("", &[("month", &month::name(month))]);
        view.month = Some(Month {
            at: month::midday(shown.first_of_month(), &self.zone),
            name: month::name(shown),
            previous: before.map(leaf),
            next: after.map(leaf),
            weeks: month::weeks(shown, &marks, |day| self.day_path(day)),
        });
        view.day = chosen.map(|day| self.times(day, days.get(&day).map_or(&[], Vec::as_slice)));
        if chosen.is_none() {
            view.next_free = self.next_free(of, range.1).await?;
        }
        Ok(())
    }
    fn times(&self, day: Date, starts: &[Instant]) -> DayTimes {
        let link = |start: &Instant| TimeLink {
            start: *start,
            path: self.path("/details", &[("start", &start.to_string())]),
        };
        DayTimes { at: month::midday(day, &self.zone), times: starts.iter().map(link).collect() }
    }
    /// The first free start of the two months after an empty one.
    async fn next_free(&self, of: &[MemberId], from: Instant) -> Result<Option<TimeLink>, Problem> {
        let range = (from, from.plus_minutes(60 * 1_440));
        let free = free_of(self.ctx, self.offer, of, None, range).await?;
        let free: Vec<Instant> = free.into_iter().map(|slot| slot.start).collect();
        let link =
            |start: &Instant| TimeLink { start: *start, path: self.day_path(date_in(*start, &self.zone)) };
        Ok(free.first().map(link))
    }
}
