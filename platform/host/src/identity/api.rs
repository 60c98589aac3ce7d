//! The API of identity: the same cookie as the pages, by JSON.

use std::sync::Arc;

use kernel::Problem;
use people::accounts::{Place, SignedIn};
use poem::{Request, http::StatusCode, web::Data};
use poem_openapi::{ApiResponse, Object, OpenApi, Tags, payload::Json};

use super::{
    cookie,
    way::{Asked, Way},
};
use crate::app::App;

#[derive(Tags)]
enum Tag {
    /// Signing in and out, and who one is.
    Identity,
}

/// E-mail and password.
#[derive(Object)]
struct Credentials {
    /// E-mail of the account.
    #[oai(validator(max_length = 254))]
    email: String,
    /// Its password.
    password: String,
}

/// Who is signed in.
#[derive(Object)]
struct Me {
    /// Identifier of the account.
    account: String,
    /// Name.
    name: String,
    /// E-mail.
    email: String,
    /// Whether the e-mail was proved.
    verified: bool,
    /// Whether they operate the installation.
    operator: bool,
    /// The businesses where they are staff or client, by name.
    businesses: Vec<Business>,
}

/// A business where somebody is staff or client.
#[derive(Object)]
struct Business {
    /// Its slug.
    slug: String,
    /// Its name.
    name: String,
    /// `owner`, `admin`, `coach` or `client`.
    role: String,
}

#[derive(ApiResponse)]
enum SignInAnswer {
    /// Signed in. The cookie `__Host-login` carries the login.
    #[oai(status = 201)]
    Created(Json<Me>, #[oai(header = "Set-Cookie")] String),
}

#[derive(ApiResponse)]
enum SignOutAnswer {
    /// Signed out, or not signed in.
    #[oai(status = 204)]
    Gone(#[oai(header = "Set-Cookie")] String),
}

/// Operations on one's own login; they belong to no tenant.
pub(super) struct IdentityApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Identity")]
impl IdentityApi {
    /// Sign in
    ///
    /// A wrong password and an unknown e-mail are the same `401 wrong_credentials`. After too many attempts:
    /// `429 too_many_attempts` with the seconds to wait in `retry_after`.
    #[oai(path = "/login", method = "post", operation_id = "sign_in")]
    async fn sign_in(
        &self,
        app: Data<&Arc<App>>,
        request: &Request,
        body: Json<Credentials>,
    ) -> Result<SignInAnswer, Problem> {
        let visit = Way::of(request, &Asked::default(), None).visit(request);
        let (accounts, previous) = (app.identity.accounts(), cookie::token(request.headers()));
        let login = accounts.sign_in(&body.email, &body.password, &visit, previous).await?;
        let signed_in = accounts.session(login.token.secret()).await?.ok_or_else(sign_in_required)?;
        Ok(SignInAnswer::Created(Json(me(&app, signed_in).await?), cookie::given(&login.token)))
    }

    /// Sign out
    #[oai(path = "/login", method = "delete", operation_id = "sign_out")]
    async fn sign_out(&self, app: Data<&Arc<App>>, request: &Request) -> Result<SignOutAnswer, Problem> {
        if let Some(token) = cookie::token(request.headers()) {
            app.identity.accounts().sign_out(token).await?;
        }
        Ok(SignOutAnswer::Gone(cookie::taken()))
    }

    /// Who is signed in
    #[oai(path = "/me", method = "get", operation_id = "me")]
    async fn me(&self, app: Data<&Arc<App>>, request: &Request) -> Result<Json<Me>, Problem> {
        let signed_in = app.identity.signed_in(request.headers()).await?.ok_or_else(sign_in_required)?;
        Ok(Json(me(&app, signed_in).await?))
    }
}

fn sign_in_required() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in_required")
}

async fn me(app: &App, signed_in: SignedIn) -> Result<Me, Problem> {
    let places = app.identity.accounts().places(signed_in.account).await?;
    let business =
        |Place { slug, name, role }| Business { slug, name, role: role.unwrap_or_else(|| "client".into()) };
    Ok(Me {
        account: signed_in.account.to_string(),
        name: signed_in.name,
        email: signed_in.email,
        verified: signed_in.verified,
        operator: signed_in.operator,
        businesses: places.into_iter().map(business).collect(),
    })
}
