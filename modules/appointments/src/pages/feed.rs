//! Private calendar addresses: the calendar itself, and the pages that make and take away its address.

use std::hash::{DefaultHasher, Hash, Hasher};

use kernel::{Ctx, Form, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    web::{Data, Path},
};

use super::views::{FeedView, StudioFeedView};
use crate::service::feeds::{self, Mine};

const CLIENT_PATH: &str = "/me/bookings/feed";
const STUDIO_PATH: &str = "/studio/availability/feed";
/// For the reader's program alone, which may ask again after five minutes.
const CACHE: &str = "private, max-age=300";

/// `/{slug}/calendar/{token}.ics`
#[handler]
pub(super) async fn file(
    Data(ctx): Data<&Ctx>,
    Path((_, name)): Path<(String, String)>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let token = name.strip_suffix(".ics").ok_or_else(Problem::not_found)?;
    let text = feeds::file(ctx, token).await?;
    let tag = HeaderValue::from_str(&tag(&text)).map_err(Problem::internal)?;
    let response = Response::builder()
        .header(header::CACHE_CONTROL, CACHE)
        .header(header::ETAG, &tag)
        .header("x-robots-tag", "noindex");
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    Ok(response
        .header(header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=PUBLISH")
        .header(header::CONTENT_DISPOSITION, "inline; filename=\"calendar.ics\"")
        .body(text))
}

/// Names the content; it changes with it.
fn tag(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

async fn view(ctx: &Ctx, mine: Mine, action: &str) -> Result<FeedView, Problem> {
    Ok(FeedView { address: feeds::own(ctx, mine).await?, action: action.to_owned() })
}

async fn change(ctx: &Ctx, mine: Mine, form: &Form, action: &str) -> Result<Response, Problem> {
    let said = if form.text("do") == "revoke" {
        feeds::revoke(ctx, mine).await?;
        "appointments-flash-feed-revoked"
    } else {
        feeds::renew(ctx, mine).await?;
        "appointments-flash-feed-new"
    };
    Ok(Redirect::to(ctx.path(action)).flash(Text::key(said)).into_response())
}

/// `/{slug}/me/bookings/feed`
#[handler]
pub(super) async fn own(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    Ok(Page::of(&view(ctx, Mine::Client, CLIENT_PATH).await?))
}

/// A new address, or none.
#[handler]
pub(super) async fn change_own(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    change(ctx, Mine::Client, &form, CLIENT_PATH).await
}

/// `/{slug}/studio/availability/feed`
#[handler]
pub(super) async fn coach(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    Ok(Page::of(&StudioFeedView(view(ctx, Mine::Coach, STUDIO_PATH).await?)))
}

/// A new address, or none.
#[handler]
pub(super) async fn change_coach(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    change(ctx, Mine::Coach, &form, STUDIO_PATH).await
}
