//! The calendar file of a booking.

use kernel::Ctx;

use crate::{
    ics::{self, Event, Method, Person},
    model::{Booking, PlaceKind},
};

/// The file: the business invites, the client (and whoever else is named) comes.
pub(crate) fn invite(ctx: &Ctx, booking: &Booking, method: Method, others: &[Person<'_>]) -> String {
    let tenant = ctx.tenant();
    let url = ctx.link(&booking.path());
    let mut attendees = vec![Person { name: &booking.client_name, email: &booking.client_email }];
    attendees.extend_from_slice(others);
    let event = Event {
        // Not the host's name: a tenant may move to another domain, and its events must stay the same ones.
        uid: format!("{}@{}", booking.id, tenant.id),
        sequence: booking.sequence,
        stamp: booking.updated_at,
        start: booking.starts_at,
        end: booking.ends_at,
        summary: &format!("{} · {}", booking.type_name, booking.coach_name),
        description: &url,
        location: location(booking),
        url: &url,
        organizer: Person { name: &tenant.name, email: &tenant.contact_email },
        attendees,
    };
    ics::write(method, &event)
}

/// Where to go; a telephone call has no place.
fn location(booking: &Booking) -> &str {
    if booking.place_kind == PlaceKind::Phone { "" } else { &booking.place }
}
