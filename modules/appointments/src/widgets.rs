//! Where appointments show on pages that are not their own.

use events::ClientId;
use kernel::{Block, BoxFuture, CreditUse, Ctx, Paging, Problem, PublicAction, Text, Widgets};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    model::{State, when},
    pages::views::{BookingRow, PLACES, TypeCard, booking_row},
    policy::{BOOKINGS_READ, OWN_BOOKINGS_READ, TYPES_READ, TYPES_WRITE},
    queries::bookings::BookingFilter,
    service::{lists, types},
};

const TYPES: &str = "appointments/block_types";
const NEXT: &str = "appointments/card_next";
const TODAY: &str = "appointments/card_today";
const REQUESTS: &str = "appointments/card_requests";
const UPCOMING: &str = "appointments/card_upcoming";
const CLIENT: &str = "appointments/card_client";
/// How many rows a card has.
const ROWS: i64 = 5;

pub(crate) const WIDGETS: Widgets = Widgets {
    public_action: Some(public_action),
    public_blocks: Some(public_blocks),
    dashboard: Some(dashboard),
    client_home: Some(client_home),
    client_card: Some(client_card),
    credit_uses: Some(credit_uses),
};

type Answer<T> = BoxFuture<'static, Result<T, Problem>>;

/// Book: when something can be booked. One type: straight to it.
fn public_action(ctx: Ctx) -> Answer<Option<PublicAction>> {
    Box::pin(async move {
        if !ctx.may(TYPES_READ) {
            return Ok(None);
        }
        let types = types::bookable(&ctx).await?;
        let path = match types.as_slice() {
            [] => return Ok(None),
            [only] => format!("/book/{}", only.slug),
            _ => "/book".into(),
        };
        Ok(Some(PublicAction {
            label: Text::key("appointments-action-book"),
            icon: "calendar",
            path,
            order: 10,
        }))
    })
}

/// Types of appointments, for those who may set them up.
fn credit_uses(ctx: Ctx) -> Answer<Vec<CreditUse>> {
    Box::pin(async move {
        if !ctx.may(TYPES_WRITE) {
            return Ok(Vec::new());
        }
        let all = types::all(&ctx).await?;
        Ok(all.into_iter().map(|(kind, _)| CreditUse { key: kind.id.to_string(), name: kind.name }).collect())
    })
}

fn public_blocks(ctx: Ctx) -> Answer<Vec<Block>> {
    Box::pin(async move {
        if !ctx.may(TYPES_READ) {
            return Ok(Vec::new());
        }
        let currency = ctx.tenant().currency;
        let types = types::bookable(&ctx).await?;
        let cards: Vec<TypeCard> = types.iter().map(|kind| TypeCard::of(kind, currency)).collect();
        Ok(if cards.is_empty() { Vec::new() } else { vec![block(TYPES, &json!({ "types": cards }), 20)] })
    })
}

/// What the day holds for whoever looks (coaches: their own), and the requests that wait for a decision.
fn dashboard(ctx: Ctx) -> Answer<Vec<Block>> {
    Box::pin(async move {
        if !ctx.may(BOOKINGS_READ) {
            return Ok(Vec::new());
        }
        let zone = when::zone(&ctx.tenant().zone);
        let midnight = when::end_of_day(when::date_in(ctx.now(), &zone), &zone);
        let today = BookingFilter { to: midnight, ..upcoming(&ctx, None) };
        let asked = BookingFilter { state: Some(State::Requested), ..upcoming(&ctx, None) };
        let next = BookingFilter { from: midnight, ..upcoming(&ctx, None) };
        let mut cards = vec![
            block(TODAY, &json!({ "bookings": first_rows(&ctx, &today).await? }), 10),
            block(NEXT, &json!({ "bookings": first_rows(&ctx, &next).await? }), 11),
        ];
        let asked = first_rows(&ctx, &asked).await?;
        if !asked.is_empty() {
            cards.push(block(REQUESTS, &json!({ "bookings": asked }), 9));
        }
        Ok(cards)
    })
}

/// The first bookings of a list, for staff.
async fn first_rows(ctx: &Ctx, filter: &BookingFilter) -> Result<Vec<BookingRow>, Problem> {
    let page = lists::all(ctx, filter, &Paging { after: None, limit: ROWS }).await?;
    let row = |booking| booking_row(booking, format!("/studio/bookings/{}", booking.id));
    Ok(page.items.iter().map(row).collect())
}

/// One's own next appointments.
fn client_home(ctx: Ctx) -> Answer<Vec<Block>> {
    Box::pin(async move {
        if !ctx.may(OWN_BOOKINGS_READ) {
            return Ok(Vec::new());
        }
        let page = lists::own(&ctx, &upcoming(&ctx, None), &Paging { after: None, limit: ROWS }).await?;
        let rows: Vec<BookingRow> =
            page.items.iter().map(|booking| booking_row(booking, booking.path())).collect();
        Ok(vec![block(UPCOMING, &json!({ "bookings": rows }), 10)])
    })
}

/// What a client booked, on their page in the studio.
fn client_card(ctx: Ctx, client: ClientId) -> Answer<Vec<Block>> {
    Box::pin(async move {
        if !ctx.may(BOOKINGS_READ) {
            return Ok(Vec::new());
        }
        let filter = BookingFilter { client: Some(client), latest_first: true, ..BookingFilter::default() };
        let page = lists::all(&ctx, &filter, &Paging { after: None, limit: ROWS }).await?;
        let row = |booking| booking_row(booking, format!("/studio/bookings/{}", booking.id));
        let rows: Vec<BookingRow> = page.items.iter().map(row).collect();
        Ok(vec![block(CLIENT, &json!({ "bookings": rows }), 10)])
    })
}

fn upcoming(ctx: &Ctx, client: Option<ClientId>) -> BookingFilter {
    BookingFilter { state: Some(State::Confirmed), client, from: Some(ctx.now()), ..BookingFilter::default() }
}

fn block(template: &'static str, data: &impl Serialize, order: i32) -> Block {
    Block { template, data: serde_json::to_value(data).unwrap_or(Value::Null), order }
}

pub(crate) fn samples() -> Vec<Block> {
    let cards = PLACES.map(TypeCard::sample);
    let rows = [State::Confirmed, State::Cancelled].map(BookingRow::sample);
    let mut blocks = vec![block(TYPES, &json!({ "types": cards }), 20)];
    for template in [TODAY, REQUESTS, NEXT, UPCOMING, CLIENT] {
        blocks.push(block(template, &json!({ "bookings": rows }), 10));
        blocks.push(block(template, &json!({ "bookings": [] }), 10));
    }
    blocks
}
