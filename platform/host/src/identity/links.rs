//! What links in mails lead to: proving an e-mail, choosing a password. Looking is a get, using is a post.

use std::sync::Arc;

use kernel::{Form, FormState, Page, Problem, Redirect, Text};
use people::accounts::{Link, NewLogin, Purpose};
use poem::{
    IntoResponse, Request, Response, handler,
    web::{Data, Query},
};

use super::{
    cookie,
    sign_in::{gone_in, password, retry_after},
    views::{Forgot, Reset, Sent, Verify},
    way::{self, Asked, Way},
};
use crate::app::App;

/// "Look into your mail", after registering.
#[handler]
pub(super) async fn sent(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Response {
    let way = Way::of(request, &asked, None);
    let page = Page::of(&Sent { registered: true, login_href: way.link("/login", &[]) });
    way.dressed(app, request, page).await
}

/// Proving an e-mail: a button for who is signed in as the account, its password for everybody else.
#[handler]
pub(super) async fn verify(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let way = Way::of(request, &asked, None);
    let link = app.identity.accounts().link(asked.token(), Purpose::Verify).await?;
    let page = verify_page(app, request, &way, &asked, &link, FormState::default()).await?;
    Ok(way.dressed(app, request, page).await)
}

async fn verify_page(
    app: &App,
    request: &Request,
    way: &Way,
    asked: &Asked,
    link: &Link,
    form: FormState,
) -> Result<Page, Problem> {
    let needs_password = !is_theirs(app, request, link).await?;
    let action = way.link("/account/verify", &[("token", asked.token())]);
    Ok(Page::of(&Verify { form, email: link.email.clone(), needs_password, action }))
}

async fn is_theirs(app: &App, request: &Request, link: &Link) -> Result<bool, Problem> {
    let signed_in = app.identity.signed_in(request.headers()).await?;
    Ok(signed_in.is_some_and(|signed_in| signed_in.account == link.account))
}

/// Proves an e-mail.
#[handler]
pub(super) async fn verify_submit(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Problem> {
    let way = Way::of(request, &asked, None);
    let link = app.identity.accounts().link(asked.token(), Purpose::Verify).await?;
    match prove(app, request, &way, &asked, &link, &form).await {
        Ok(login) => gone_in(app, request, &way, &login, Some(Text::key("account-flash-verified"))).await,
        Err(problem) if problem.code == "wrong_credentials" || problem.status.as_u16() == 429 => {
            let state = form.refused(&problem);
            let page = verify_page(app, request, &way, &asked, &link, state)
                .await?
                .status(way::form_status(&problem));
            Ok(way.dressed(app, request, retry_after(page, &problem)).await)
        }
        Err(problem) => Err(problem),
    }
}

/// Signs in first where that is needed; the login gets a new token, since its rights grow.
async fn prove(
    app: &App,
    request: &Request,
    way: &Way,
    asked: &Asked,
    link: &Link,
    form: &Form,
) -> Result<NewLogin, Problem> {
    let (accounts, own) = (app.identity.accounts(), cookie::token(request.headers()));
    if let (Some(own), true) = (own, is_theirs(app, request, link).await?) {
        accounts.verify(asked.token(), link.account).await?;
        return accounts.rotate(own).await;
    }
    let login = accounts.sign_in(&link.email, password(form, "password"), &way.visit(request), own).await?;
    accounts.verify(asked.token(), link.account).await?;
    Ok(login)
}

/// The form for a link to a new password.
#[handler]
pub(super) async fn forgot(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Response {
    let way = Way::of(request, &asked, None);
    let page = forgot_page(&way, FormState::default());
    way.dressed(app, request, page).await
}

fn forgot_page(way: &Way, form: FormState) -> Page {
    Page::of(&Forgot { form, action: way.link("/account/forgot", &[]), login_href: way.link("/login", &[]) })
}

/// Mails the link, if there is such an account.
#[handler]
pub(super) async fn forgot_submit(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Problem> {
    let way = Way::of(request, &asked, None);
    match app.identity.accounts().forgot(form.text("email"), &way.visit(request)).await {
        Ok(()) => Ok(Redirect::to(way.link("/account/forgot/sent", &[])).into_response()),
        Err(problem) if problem.status.is_server_error() => Err(problem),
        Err(problem) => {
            let page = forgot_page(&way, form.refused(&problem)).status(way::form_status(&problem));
            Ok(way.dressed(app, request, retry_after(page, &problem)).await)
        }
    }
}

/// "Look into your mail", after asking for a link.
#[handler]
pub(super) async fn forgot_sent(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Response {
    let way = Way::of(request, &asked, None);
    let page = Page::of(&Sent { registered: false, login_href: way.link("/login", &[]) });
    way.dressed(app, request, page).await
}

/// Choosing a password.
#[handler]
pub(super) async fn reset(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let way = Way::of(request, &asked, None);
    let link = app.identity.accounts().link(asked.token(), Purpose::Reset).await?;
    let page = reset_page(&way, &asked, &link, FormState::default());
    Ok(way.dressed(app, request, page).await)
}

fn reset_page(way: &Way, asked: &Asked, link: &Link, form: FormState) -> Page {
    let action = way.link("/account/reset", &[("token", asked.token())]);
    Page::of(&Reset { form, email: link.email.clone(), action })
}

/// Chooses a password and signs in.
#[handler]
pub(super) async fn reset_submit(
    Data(app): Data<&Arc<App>>,
    request: &Request,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Problem> {
    let way = Way::of(request, &asked, None);
    let accounts = app.identity.accounts();
    let link = accounts.link(asked.token(), Purpose::Reset).await?;
    match accounts.reset(asked.token(), password(&form, "password"), &way.visit(request)).await {
        Ok(login) => gone_in(app, request, &way, &login, Some(Text::key("account-flash-password"))).await,
        Err(problem) if problem.code == "invalid_input" => {
            let page = reset_page(&way, &asked, &link, form.refused(&problem)).status(problem.status);
            Ok(way.dressed(app, request, page).await)
        }
        Err(problem) => Err(problem),
    }
}
