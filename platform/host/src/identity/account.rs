//! `/account`: who one is, where one is signed in, and one's businesses.

use std::sync::Arc;

use kernel::{Page, Problem, Redirect, Text};
use people::accounts::{LoginInfo, Place, SignedIn};
use poem::{
    IntoResponse, Request, Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};

use super::{
    cookie,
    views::{Account, LoginRow, PlaceRow, device},
    way::{Asked, Way},
};
use crate::app::App;

/// The page; who is not signed in goes to `/login` first.
#[handler]
pub(super) async fn show(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let way = Way::of(request, &asked, None);
    let Some(signed_in) = app.identity.signed_in(request.headers()).await? else {
        let way = Way { next: Some("/account".to_owned()), ..way };
        return Ok(Redirect::to(way.link("/login", &[])).into_response());
    };
    let accounts = app.identity.accounts();
    let logins =
        accounts.logins(signed_in.account, cookie::token(request.headers()).unwrap_or_default()).await?;
    let places = accounts.places(signed_in.account).await?;
    let page = account_page(&way, signed_in, logins, places);
    Ok(way.dressed(app, request, page).await)
}

fn account_page(way: &Way, signed_in: SignedIn, logins: Vec<LoginInfo>, places: Vec<Place>) -> Page {
    let login = |login: LoginInfo| LoginRow {
        end_action: way.link(&format!("/account/logins/{}/end", login.id), &[]),
        device: device(&login.user_agent),
        created_at: login.created_at.to_string(),
        last_seen_at: login.last_seen_at.to_string(),
        current: login.current,
    };
    let place = |place: Place| PlaceRow {
        href: format!("/{}/{}", place.slug, if place.role.is_some() { "studio" } else { "me" }),
        role: format!("account-role-{}", place.role.as_deref().unwrap_or("client")),
        name: place.name,
    };
    Page::of(&Account {
        name: signed_in.name,
        email: signed_in.email,
        verified: signed_in.verified,
        operator: signed_in.operator,
        logins: logins.into_iter().map(login).collect(),
        places: places.into_iter().map(place).collect(),
        resend_action: way.link("/account/verify/resend", &[]),
    })
}

/// Ends one of the own logins; ending the present one signs out.
#[handler]
pub(super) async fn end_login(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Redirect, Problem> {
    let signed_in = must_be_signed_in(app, request).await?;
    if !app.identity.accounts().sign_out_one(signed_in.account, &id).await? {
        return Err(Problem::not_found());
    }
    let back = Way::of(request, &asked, None).link("/account", &[]);
    Ok(Redirect::to(back).flash(Text::key("account-flash-login-ended")))
}

/// Mails a new link that proves the e-mail.
#[handler]
pub(super) async fn resend(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Redirect, Problem> {
    let signed_in = must_be_signed_in(app, request).await?;
    let way = Way::of(request, &asked, None);
    app.identity.accounts().resend(signed_in.account, &way.visit(request)).await?;
    Ok(Redirect::to(way.link("/account", &[])).flash(Text::key("account-flash-resent")))
}

async fn must_be_signed_in(app: &App, request: &Request) -> Result<SignedIn, Problem> {
    let signed_in = app.identity.signed_in(request.headers()).await?;
    signed_in.ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "sign_in_required"))
}
