//! The calendar file of a booking.

use kernel::Ctx;

use crate::{
    ics::{self, Event, Method, Person, Status},
    model::{Booking, PlaceKind, State},
};

/// Whose calendar it is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reader<'a> {
    /// The client's: says with whom, and leads to the booking's page. Coaches' addresses stay out of it.
    Client,
    /// A coach's: says who comes, and leads to the studio. Named are all coaches who take part.
    Coach(&'a [Person]),
}

/// The client's file: the business invites, the client (and whoever else is named) comes.
pub(crate) fn invite(ctx: &Ctx, booking: &Booking, method: Method, others: &[Person]) -> String {
    let mut event = event(ctx, booking, Reader::Client);
    event.attendees.extend_from_slice(others);
    ics::write(method, &event)
}

/// A coach's file.
pub(crate) fn invite_coach(ctx: &Ctx, booking: &Booking, method: Method, coaches: &[Person]) -> String {
    ics::write(method, &event(ctx, booking, Reader::Coach(coaches)))
}

/// A booking as an event.
pub(crate) fn event(ctx: &Ctx, booking: &Booking, reader: Reader<'_>) -> Event {
    let tenant = ctx.tenant();
    let mut attendees =
        vec![Person { name: booking.client_name.clone(), email: booking.client_email.clone() }];
    let (with, url) = match reader {
        Reader::Client => (&booking.coach_name, ctx.link(&booking.path())),
        Reader::Coach(coaches) => {
            attendees.extend_from_slice(coaches);
            (&booking.client_name, ctx.link(&format!("/studio/bookings/{}", booking.id)))
        }
    };
    Event {
        // Not the host's name: a tenant may move to another domain, and its events must stay the same ones.
        uid: format!("{}@{}", booking.id, tenant.id),
        sequence: booking.sequence,
        status: status(booking.state),
        stamp: booking.updated_at,
        start: booking.starts_at,
        end: booking.ends_at,
        summary: format!("{} · {with}", booking.type_name),
        description: description(booking, reader, &url),
        location: location(ctx, booking),
        url,
        organizer: Person { name: tenant.name.clone(), email: tenant.contact_email.clone() },
        attendees,
    }
}

/// What else one wants at hand: a number to call, who the client is, and the page.
fn description(booking: &Booking, reader: Reader<'_>, url: &str) -> String {
    let call = if booking.place_kind == PlaceKind::Phone { booking.told_place() } else { "" };
    let client = format!("{} <{}>", booking.client_name, booking.client_email);
    let parts = match reader {
        Reader::Client => vec![call, url],
        Reader::Coach(_) => vec![&client, &booking.note, call, url],
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Where to go, as calendars and mails say it; a telephone call has no place, and a room is entered by the booking's page.
fn location(ctx: &Ctx, booking: &Booking) -> String {
    if booking.place_kind == PlaceKind::Phone { String::new() } else { place(ctx, booking) }
}

/// Address, number or link as people are told it; of a room its page.
pub(crate) fn place(ctx: &Ctx, booking: &Booking) -> String {
    booking.room_path().map_or_else(|| booking.told_place().to_owned(), |path| ctx.link(&path))
}

const fn status(state: State) -> Status {
    match state {
        State::Requested | State::Held => Status::Tentative,
        State::Confirmed | State::Completed | State::NoShow => Status::Confirmed,
        State::Cancelled | State::Expired | State::Declined => Status::Cancelled,
    }
}
