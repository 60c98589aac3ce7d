//! The studio's list of bookings, and one booking.

use events::{AppointmentTypeId, ClientId, MemberId, SharedSlotId};
use kernel::{Ctx, FormState, Page, Paging, Problem};
use poem::{
    handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    staff::parse,
    views::{
        Actions, AnswerRow, BookingFacts, BookingRow, Choice, NoteRow, RatingRow, Sorting, StepRow,
        StudioBookingView, StudioBookingsView, booking_row,
    },
};
use crate::{
    model::{
        Booking,
        note::Note,
        state::{CancelledBy, Deed, Turn},
        step::Step,
        when,
    },
    policy::{BOOKINGS_CANCEL, BOOKINGS_READ, BOOKINGS_WRITE, NOTES_WRITE, RATINGS_WRITE},
    queries::{bookings::BookingFilter, offers::TypeRef},
    service::{
        cancel::{self, Claim},
        desk, history, lists, notes,
        ratings_staff::{self, Beside},
        schedules,
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    view: String,
    status: String,
    coach: String,
    r#type: String,
    client: String,
    slot: String,
    from: String,
    to: String,
    q: String,
    sort: String,
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
            kind: self.r#type.parse::<AppointmentTypeId>().ok().map(TypeRef::Id),
            client: self.client.parse::<ClientId>().ok(),
            slot: self.slot.parse::<SharedSlotId>().ok(),
            from: from.or(now.filter(|_| self.view().is_empty() && to.is_none())),
            to: to.or(now.filter(|_| self.view() == "past" && from.is_none())),
            search: self.q.trim().to_owned(),
            phase: None,
            latest_first: self.latest_first(),
        }
    }
    /// Empty: upcoming.
    fn view(&self) -> &str {
        if matches!(self.view.as_str(), "past" | "all") { &self.view } else { "" }
    }
    /// What is over is read from its end, unless the reader wants otherwise.
    fn latest_first(&self) -> bool {
        match self.sort.as_str() {
            "start" => false,
            "-start" => true,
            _ => self.view() == "past",
        }
    }
    fn path(&self, view: &str, sort: &str, cursor: &str) -> String {
        let parameters = [
            ("view", view),
            ("status", self.status.as_str()),
            ("coach", self.coach.as_str()),
            ("type", self.r#type.as_str()),
            ("client", self.client.as_str()),
            ("slot", self.slot.as_str()),
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
            ("q", self.q.as_str()),
            ("sort", sort),
            ("cursor", cursor),
        ];
        with_query("/studio/bookings", &parameters)
    }
    fn is_filtered(&self) -> bool {
        [&self.status, &self.coach, &self.r#type, &self.client, &self.slot, &self.from, &self.to, &self.q]
            .iter()
            .any(|text| !text.is_empty())
    }
}

/// `/{slug}/studio/bookings`
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let paging = Paging::new(Some(&query.cursor), None)?;
    let filter = query.filter(ctx);
    let page = lists::all(ctx, &filter, &paging).await?;
    let coaches = schedules::coaches(ctx, BOOKINGS_READ).await?;
    let types = desk::types(ctx).await?;
    let client_name = match filter.client {
        Some(client) => desk::client_name(ctx, client).await?,
        None => None,
    };
    let choice =
        |chosen: &str, value: String, label: String| Choice { current: value == chosen, value, label };
    let row = |booking: &Booking| booking_row(booking, format!("/studio/bookings/{}", booking.id));
    let rows: Vec<BookingRow> = page.items.iter().map(row).collect();
    let form = FormState::default().with("from", &query.from).with("to", &query.to).with("q", &query.q);
    let other = if query.latest_first() { "start" } else { "-start" };
    let view = query.view();
    Ok(Page::of(&StudioBookingsView {
        view: view.to_owned(),
        upcoming_path: query.path("", "", ""),
        past_path: query.path("past", "", ""),
        all_path: query.path("all", "", ""),
        status: query.status.clone(),
        filtered: query.is_filtered(),
        coaches: coaches.into_iter().map(|one| choice(&query.coach, one.id.to_string(), one.name)).collect(),
        types: types.into_iter().map(|kind| choice(&query.r#type, kind.id.to_string(), kind.name)).collect(),
        client: filter.client.map(|client| client.to_string()).unwrap_or_default(),
        client_name: client_name.unwrap_or_default(),
        slot: filter.slot.map(|slot| slot.to_string()).unwrap_or_default(),
        sort: query.sort.clone(),
        sorting: Sorting { path: query.path(view, other, ""), latest_first: query.latest_first() },
        may_book: ctx.may(BOOKINGS_WRITE),
        bookings: rows,
        next: page.next.map(|cursor| query.path(view, &query.sort, &cursor)),
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
    Ok(Page::of(&detail(ctx, &booking, FormState::default()).await?))
}

/// All of a booking that staff see.
pub(super) async fn detail(
    ctx: &Ctx,
    booking: &Booking,
    form: FormState,
) -> Result<StudioBookingView, Problem> {
    let Beside { notes, rating, other_coaches, paid_with } = ratings_staff::beside(ctx, booking.id).await?;
    let steps = history::steps(ctx, &Claim::Staff(booking.id)).await?;
    let order = booking.order_id.filter(|_| ctx.may(billing::ORDERS_READ));
    Ok(StudioBookingView {
        other_coaches,
        paid_with,
        answers: AnswerRow::all(&booking.answers),
        order_path: order.map(|order| format!("/studio/orders/{order}")),
        may: actions(ctx, booking),
        steps: steps.into_iter().map(step_row).collect(),
        notes: notes.into_iter().map(|note| note_row(ctx, note)).collect(),
        rating: rating.map(|rating| RatingRow {
            stars: rating.stars,
            words: rating.words,
            state: rating.state.word().to_owned(),
            at: rating.created_at,
        }),
        booking: BookingFacts::of(booking),
        form,
    })
}

/// What the acting person may do with a booking now. The use cases ask the same table again.
pub(super) fn actions(ctx: &Ctx, booking: &Booking) -> Actions {
    let leads = |deed| matches!(booking.state.after(deed, booking.starts_at <= ctx.now()), Turn::To(_));
    let writes = ctx.may(BOOKINGS_WRITE);
    Actions {
        decide: writes && leads(Deed::Approve { to_be_paid: false }),
        cancel: ctx.may(BOOKINGS_CANCEL) && leads(Deed::Cancel(CancelledBy::Staff)),
        reschedule: writes && leads(Deed::Move(CancelledBy::Staff)),
        complete: writes && leads(Deed::Complete),
        no_show: writes && leads(Deed::NoShow),
        note: ctx.may(NOTES_WRITE) && ctx.actor().staff().is_some(),
        rate: ctx.may(RATINGS_WRITE),
    }
}

fn step_row(step: Step) -> StepRow {
    StepRow {
        kind: step.kind,
        at: step.at,
        by: step.by_kind,
        name: step.by_name,
        old_start: step.old_start,
        new_start: step.new_start,
        reason: step.reason,
    }
}

fn note_row(ctx: &Ctx, note: Note) -> NoteRow {
    let may = notes::may_change(ctx, &note);
    NoteRow {
        path: may.then(|| format!("/studio/bookings/{}/notes/{}", note.booking_id, note.id)),
        author: note.author_name,
        body: note.body,
        shared: note.shared,
        at: note.created_at,
        edited: note.updated_at != note.created_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_every_filter() {
        let query = ListQuery {
            status: "confirmed".into(),
            coach: "mem_1".into(),
            r#type: "apt_1".into(),
            client: "cli_1".into(),
            from: "2026-11-01".into(),
            to: "2026-11-30".into(),
            q: "a&b".into(),
            ..ListQuery::default()
        };
        let path = query.path("past", "start", "c");
        for part in [
            "view=past",
            "status=confirmed",
            "coach=mem_1",
            "type=apt_1",
            "client=cli_1",
            "q=a%26b",
            "sort=start",
            "cursor=c",
        ] {
            assert!(path.contains(part), "{part} in {path}");
        }
        assert!(query.is_filtered() && !ListQuery::default().is_filtered());
    }

    #[test]
    fn what_is_over_is_read_from_its_end() {
        let of = |view: &str, sort: &str| ListQuery {
            view: view.into(),
            sort: sort.into(),
            ..ListQuery::default()
        };
        assert_eq!(
            [of("past", ""), of("past", "start"), of("", ""), of("", "-start"), of("x", "y")]
                .map(|q| q.latest_first()),
            [true, false, false, true, false]
        );
    }
}
