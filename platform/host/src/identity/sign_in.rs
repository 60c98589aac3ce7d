//! `/login`, `/logout`, `/register`.

use std::sync::Arc;

use kernel::{Form, FormState, Page, Problem, Redirect, Text};
use people::accounts::{NewAccount, NewLogin};
use poem::{
    IntoResponse, Request, Response, handler,
    http::header,
    web::{Data, Query},
};

use super::{
    cookie,
    views::{Login, Register},
    way::{self, Asked, Way},
};
use crate::{app::App, routes::HostTenant};

/// The form; somebody signed in goes on at once.
#[handler]
pub(super) async fn show(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let way = Way::of(request, &asked, None);
    if app.identity.signed_in(request.headers()).await?.is_some() {
        return Ok(Redirect::to(way.next.unwrap_or_else(|| "/account".to_owned())).into_response());
    }
    let page = login_page(&way, FormState::default());
    Ok(way.dressed(app, request, page).await)
}

fn login_page(way: &Way, form: FormState) -> Page {
    let (register_href, forgot_href) = (way.link("/register", &[]), way.link("/account/forgot", &[]));
    Page::of(&Login { form, next: way.next.clone(), from: way.from.clone(), register_href, forgot_href })
}

/// Signs in.
#[handler]
pub(super) async fn submit(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Problem> {
    let way = Way::of(request, &asked, Some(&form));
    let (email, password) = (form.text("email"), password(&form, "password"));
    let previous = cookie::token(request.headers());
    match app.identity.accounts().sign_in(email, password, &way.visit(request), previous).await {
        Ok(login) => gone_in(app, request, &way, &login, None).await,
        Err(problem) if problem.status.is_server_error() => Err(problem),
        Err(problem) => {
            let page = login_page(&way, form.refused(&problem)).status(way::form_status(&problem));
            Ok(way.dressed(app, request, retry_after(page, &problem)).await)
        }
    }
}

/// On to where they wanted to go, with the cookie.
pub(super) async fn gone_in(
    app: &App,
    request: &Request,
    way: &Way,
    login: &NewLogin,
    flash: Option<Text>,
) -> Result<Response, Problem> {
    let to = match &way.next {
        Some(next) => next.clone(),
        None => {
            let places = app.identity.accounts().places(login.account).await?;
            way::home(&places, way.from.as_deref(), request.data::<HostTenant>().is_some())
        }
    };
    let mut response = Redirect { to, flash }.into_response();
    cookie::set(&mut response, &cookie::given(&login.token));
    Ok(response)
}

/// Signs out and goes to the public page of the business they were at.
#[handler]
pub(super) async fn sign_out(Data(app): Data<&Arc<App>>, request: &Request) -> Result<Response, Problem> {
    if let Some(token) = cookie::token(request.headers()) {
        app.identity.accounts().sign_out(token).await?;
    }
    let referer = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let mut response =
        Redirect::to(after_sign_out(referer)).flash(Text::key("account-flash-signed-out")).into_response();
    cookie::set(&mut response, &cookie::taken());
    Ok(response)
}

/// The first segment of the page they were at, if that is a slug.
fn after_sign_out(referer: Option<&str>) -> String {
    let path = referer.and_then(|text| text.split_once("://")).and_then(|(_, rest)| rest.split_once('/'));
    let slug = path.and_then(|(_, path)| path.split(['/', '?']).next());
    slug.filter(|slug| tenants::check_slug(slug).is_ok())
        .map_or_else(|| "/".to_owned(), |slug| format!("/{slug}"))
}

/// The form for a new account.
#[handler]
pub(super) async fn register(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Response {
    let way = Way::of(request, &asked, None);
    let page = register_page(&way, FormState::default());
    way.dressed(app, request, page).await
}

fn register_page(way: &Way, form: FormState) -> Page {
    Page::of(&Register {
        form,
        next: way.next.clone(),
        from: way.from.clone(),
        login_href: way.link("/login", &[]),
    })
}

/// Makes an account. The answer is the same when there is one already; then its owner gets another mail.
#[handler]
pub(super) async fn register_submit(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Problem> {
    let way = Way::of(request, &asked, Some(&form));
    let new = NewAccount {
        name: form.string("name"),
        email: form.string("email"),
        password: password(&form, "password").to_owned(),
    };
    match app.identity.accounts().register(new, &way.visit(request)).await {
        Ok(_) => Ok(Redirect::to(way.link("/register/sent", &[])).into_response()),
        Err(problem) if problem.status.is_server_error() => Err(problem),
        Err(problem) => {
            let page = register_page(&way, form.refused(&problem)).status(way::form_status(&problem));
            Ok(way.dressed(app, request, retry_after(page, &problem)).await)
        }
    }
}

/// A password as it was typed, spaces and all.
pub(super) fn password<'a>(form: &'a Form, name: &str) -> &'a str {
    form.all(name).first().map_or("", String::as_str)
}

/// The answer with the seconds to wait, where waiting helps.
pub(super) fn retry_after(answer: impl IntoResponse, problem: &Problem) -> Response {
    let mut response = answer.into_response();
    if let Some(seconds) = problem.extra.get("retry_after").and_then(serde_json::Value::as_u64) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_out_leads_to_the_business() {
        assert_eq!(after_sign_out(Some("https://platform.example/anna-fit/studio?x=1")), "/anna-fit");
        assert_eq!(after_sign_out(Some("https://platform.example/account")), "/");
        assert_eq!(after_sign_out(Some("https://platform.example")), "/");
        assert_eq!(after_sign_out(Some("https://x///evil.example")), "/");
        assert_eq!(after_sign_out(None), "/");
    }

    #[test]
    fn passwords_keep_their_spaces() {
        let form: Form = [("password".to_owned(), " a b ".to_owned())].into_iter().collect();
        assert_eq!(password(&form, "password"), " a b ");
        assert_eq!(password(&form, "other"), "");
    }
}
