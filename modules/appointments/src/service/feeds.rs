//! Private calendar addresses: programs read one's appointments there again and again.

use events::Instant;
use kernel::{Ctx, Problem, Tx, audit};
use people::{clients, members};
use serde_json::json;

use super::cancel::check_token;
use crate::{
    ics::{self, Person},
    invite::{Reader, event},
    model::Booking,
    policy::{CALENDAR_LINK, OWN_CALENDAR},
    queries::feeds::{Feed, Owner, bookings_of_feed, feed_by_token, feed_delete, feed_of, feed_put},
};

/// How far back a calendar reaches, in minutes: 90 days.
const BACK_MINUTES: i64 = 90 * 1_440;
/// The most events of one calendar; those furthest ahead are left out.
const MOST: i64 = 5_000;

/// Whose calendar is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mine {
    /// Of the acting person as a coach.
    Coach,
    /// Of the acting person as a client.
    Client,
}

/// Path of a calendar inside the tenant.
fn path(feed: &Feed) -> String {
    format!("/calendar/{}.ics", feed.token)
}

/// The acting person's own address; `None` when there is none.
///
/// # Errors
/// When the acting person may not.
pub(crate) async fn own(ctx: &Ctx, mine: Mine) -> Result<Option<String>, Problem> {
    let feed: Option<Feed> = ctx
        .tx(OWN_CALENDAR, async |tx: &mut Tx| match owner(tx, mine).await? {
            Some(owner) => feed_of(tx, owner).await.map_err(Problem::from),
            None => Ok(None),
        })
        .await?;
    Ok(feed.map(|feed| ctx.link(&path(&feed))))
}

/// Makes a new address; an old one is worth nothing from then on.
///
/// # Errors
/// 409 `no_client` for somebody who is no client here (yet).
pub(crate) async fn renew(ctx: &Ctx, mine: Mine) -> Result<String, Problem> {
    let feed = ctx
        .tx(OWN_CALENDAR, async |tx: &mut Tx| {
            let owner = owner(tx, mine).await?.ok_or_else(|| Problem::conflict("no_client"))?;
            let feed = new_feed(tx.ctx(), owner);
            feed_put(tx, &feed).await?;
            audit(tx, "calendar_feed.renewed", feed.id, json!({})).await?;
            Ok::<_, Problem>(feed)
        })
        .await?;
    Ok(ctx.link(&path(&feed)))
}

fn new_feed(ctx: &Ctx, owner: Owner) -> Feed {
    let (member_id, client_id) = match owner {
        Owner::Member(id) => (Some(id), None),
        Owner::Client(id) => (None, Some(id)),
    };
    Feed { id: ctx.new_id(), member_id, client_id, token: ctx.new_token(), created_at: ctx.now() }
}

/// Takes the address away. Again: nothing happens.
///
/// # Errors
/// When the acting person may not.
pub(crate) async fn revoke(ctx: &Ctx, mine: Mine) -> Result<(), Problem> {
    ctx.tx(OWN_CALENDAR, async |tx: &mut Tx| {
        let Some(owner) = owner(tx, mine).await? else { return Ok(()) };
        let Some(feed) = feed_of(tx, owner).await? else { return Ok(()) };
        feed_delete(tx, owner).await?;
        audit(tx, "calendar_feed.revoked", feed.id, json!({})).await?;
        Ok(())
    })
    .await
}

async fn owner(tx: &mut Tx, mine: Mine) -> Result<Option<Owner>, Problem> {
    Ok(match mine {
        Mine::Coach => tx.ctx().actor().staff().map(|staff| Owner::Member(staff.member)),
        Mine::Client => clients::of_actor(tx).await?.map(|client| Owner::Client(client.id)),
    })
}

/// The calendar behind an address, as a file.
///
/// # Errors
/// 404 for an unknown address, and for one whose owner is gone.
pub(crate) async fn file(ctx: &Ctx, token: &str) -> Result<String, Problem> {
    check_token(token)?;
    let (owner, bookings) = ctx
        .tx(CALENDAR_LINK, async |tx: &mut Tx| {
            let feed = feed_by_token(tx, token).await?.ok_or_else(Problem::not_found)?;
            let owner = feed.owner().ok_or_else(Problem::not_found)?;
            let who = person(tx, owner).await?.ok_or_else(Problem::not_found)?;
            let from = since(tx.ctx().now());
            Ok::<_, Problem>(((owner, who), bookings_of_feed(tx, owner, from, MOST).await?))
        })
        .await?;
    Ok(ics::feed(&ctx.tenant().name, &events_of(ctx, owner, &bookings)))
}

fn since(now: Instant) -> Instant {
    now.plus_minutes(-BACK_MINUTES)
}

async fn person(tx: &mut Tx, owner: Owner) -> Result<Option<Person>, Problem> {
    Ok(match owner {
        Owner::Member(id) => {
            members::by_id(tx, id).await?.map(|coach| Person { name: coach.name, email: coach.email })
        }
        Owner::Client(id) => {
            clients::by_id(tx, id).await?.map(|client| Person { name: client.name, email: client.email })
        }
    })
}

/// A coach sees who comes; a client sees with whom.
fn events_of(ctx: &Ctx, (owner, who): (Owner, Person), bookings: &[Booking]) -> Vec<ics::Event> {
    let coaches = [who];
    let reader = || match owner {
        Owner::Member(_) => Reader::Coach(&coaches),
        Owner::Client(_) => Reader::Client,
    };
    bookings.iter().map(|booking| event(ctx, booking, reader())).collect()
}
