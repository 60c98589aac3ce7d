//! The studio's list of bookings, one booking, calling it off with a reason.

use events::{BookingId, MemberId};
use kernel::{Ctx, Form, FormState, Page, Paging, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    views::{BookingRow, Choice, StudioBookingView, StudioBookingsView, StudioCancelView, booking_row},
};
use crate::{
    model::{Booking, when},
    policy::{BOOKINGS_CANCEL, BOOKINGS_READ},
    queries::bookings::BookingFilter,
    service::{
        cancel::{self, CancelInput, Claim},
        lists, schedules,
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    view: String,
    status: String,
    coach: String,
    from: String,
    to: String,
    q: String,
    cursor: String,
}

impl ListQuery {
    /// Without dates of its own a view begins or ends now. What can't be read does not filter.
    fn filter(&self, ctx: &Ctx) -> BookingFilter {
        let zone = when::zone(&ctx.tenant().zone);
        let from = when::date(&self.from).and_then(|date| when::start_of_day(date, &zone));
        let to = when::date(&self.to).and_then(|date| when::end_of_day(date, &zone));
        let now = Some(ctx.now());
        BookingFilter {
            state: self.status.parse().ok(),
            coach: self.coach.parse::<MemberId>().ok(),
            client: None,
            from: from.or(now.filter(|_| self.view().is_empty() && to.is_none())),
            to: to.or(now.filter(|_| self.view() == "past" && from.is_none())),
            search: self.q.trim().to_owned(),
            latest_first: self.view() == "past",
        }
    }
    /// Empty: upcoming.
    fn view(&self) -> &str {
        if matches!(self.view.as_str(), "past" | "all") { &self.view } else { "" }
    }
    fn path(&self, view: &str, cursor: &str) -> String {
        let parameters = [
            ("view", view),
            ("status", self.status.as_str()),
            ("coach", self.coach.as_str()),
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
            ("q", self.q.as_str()),
            ("cursor", cursor),
        ];
        with_query("/studio/bookings", &parameters)
    }
}

/// `/{slug}/studio/bookings`
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let paging = Paging::new(Some(&query.cursor), None)?;
    let page = lists::all(ctx, &query.filter(ctx), &paging).await?;
    let coaches = schedules::coaches(ctx, BOOKINGS_READ).await?;
    let choice = |value: String, label: String| Choice { current: value == query.coach, value, label };
    let row = |booking: &Booking| booking_row(booking, format!("/studio/bookings/{}", booking.id));
    let rows: Vec<BookingRow> = page.items.iter().map(row).collect();
    let form = FormState::default().with("from", &query.from).with("to", &query.to).with("q", &query.q);
    Ok(Page::of(&StudioBookingsView {
        view: query.view().to_owned(),
        upcoming_path: query.path("", ""),
        past_path: query.path("past", ""),
        all_path: query.path("all", ""),
        status: query.status.clone(),
        filtered: [&query.status, &query.coach, &query.from, &query.to, &query.q]
            .iter()
            .any(|text| !text.is_empty()),
        coaches: coaches.into_iter().map(|coach| choice(coach.id.to_string(), coach.name)).collect(),
        bookings: rows,
        next: page.next.map(|cursor| query.path(query.view(), &cursor)),
        form,
    }))
}

/// `/{slug}/studio/bookings/{id}`
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let booking = cancel::by_id(ctx, parse(&id)?).await?;
    Ok(Page::of(&StudioBookingView::of(&booking, ctx.now(), ctx.may(BOOKINGS_CANCEL))))
}

/// `/{slug}/studio/bookings/{id}/cancel`: asks first, and for a reason.
#[handler]
pub(super) async fn ask_cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let booking = cancel::by_id(ctx, parse(&id)?).await?;
    if !booking.is_cancellable(ctx.now()) || !ctx.may(BOOKINGS_CANCEL) {
        return Ok(Redirect::to(ctx.path(&format!("/studio/bookings/{}", booking.id))).into_response());
    }
    let view = StudioCancelView {
        booking: StudioBookingView::of(&booking, ctx.now(), true),
        form: FormState::default(),
    };
    Ok(Page::of(&view).into_response())
}

/// Staff called it off.
#[handler]
pub(super) async fn submit_cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = parse(&id)?;
    match cancel::cancel(ctx, &Claim::Staff(id), &CancelInput { reason: form.string("reason"), refund_percent: None }).await {
        Ok(booking) => {
            let to = Redirect::to(ctx.path(&format!("/studio/bookings/{}", booking.id)));
            Ok(to.flash(Text::key("appointments-flash-cancelled")).into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let booking = StudioBookingView::of(&cancel::by_id(ctx, id).await?, ctx.now(), true);
            let view = StudioCancelView { booking, form: form.refused(&problem) };
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn parse(id: &str) -> Result<BookingId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}
