//! The video room of a booking, on a page of its own. It alone may show another site in a frame.

use events::Instant;
use kernel::{Actor, Ctx, Page, Problem, Redirect};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderValue, header},
    web::{Data, Path},
};

use super::views::{DoorState, RoomView};
use crate::{
    model::{Booking, PlaceKind, State},
    rooms::{Guest, rooms},
    service::cancel::by_token,
};

/// How long before the start the room opens.
const OPENS_MINUTES: i64 = 15;
/// How often the page looks whether the room is open, in seconds.
const LOOK_AGAIN: &str = "30";

/// `/{slug}/booking/{token}/room`
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let booking = by_token(ctx, &token).await?;
    if booking.place_kind != PlaceKind::Room {
        return Ok(Redirect::to(ctx.path(&booking.path())).into_response());
    }
    let door = door(&booking, ctx.now());
    let mut view = RoomView {
        type_name: booking.type_name.clone(),
        coach_name: booking.coach_name.clone(),
        start: booking.starts_at,
        end: booking.ends_at,
        zone: booking.client_zone.clone(),
        door,
        opens: opens(&booking),
        address: None,
        path: booking.path(),
    };
    if door != DoorState::Open {
        let mut response = Page::of(&view).private().into_response();
        if door == DoorState::Early {
            response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(LOOK_AGAIN));
        }
        return Ok(response);
    }
    let guest = Guest { name: name(ctx, &booking), subject: &booking.type_name };
    let way = rooms().open(&booking.place, guest).await?;
    view.address = Some(way.url);
    Ok(Page::of(&view).private().framing(way.origin).into_response())
}

fn opens(booking: &Booking) -> Instant {
    booking.starts_at.plus_minutes(-OPENS_MINUTES)
}

fn door(booking: &Booking, now: Instant) -> DoorState {
    let on = matches!(booking.state, State::Confirmed | State::Completed);
    if booking.state.is_coming() && !on && now < booking.ends_at {
        DoorState::Uncertain
    } else if !on || now >= booking.ends_at {
        DoorState::Closed
    } else if now < opens(booking) {
        DoorState::Early
    } else {
        DoorState::Open
    }
}

/// Staff come under their own name, everybody else who has the link as the client.
fn name<'a>(ctx: &'a Ctx, booking: &'a Booking) -> &'a str {
    match ctx.actor() {
        Actor::Staff(staff) => &staff.name,
        _ => &booking.client_name,
    }
}
