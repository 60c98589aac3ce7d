//! Where somebody comes from and where they want to go.

use kernel::{Actor, Form};
use people::accounts::{Place, Visit};
use poem::{
    IntoResponse, Request, Response,
    http::{StatusCode, header},
};
use serde::Deserialize;
use tenants::Lookup;

use crate::{
    app::App,
    edges::ClientAddress,
    routes::{HostTenant, Scene, request_id},
};

/// Longest path to go on to, in bytes.
const LONGEST: usize = 2_000;

/// The query of these pages. All of it may be forged.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
    from: Option<String>,
    token: Option<String>,
}

impl Asked {
    /// The link's secret, as given.
    pub(super) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }
}

/// Where somebody comes from and wants to go, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    /// Path on this host.
    pub(super) next: Option<String>,
    /// Slug of the business.
    pub(super) from: Option<String>,
}

impl Way {
    /// From the query, and from a form's hidden fields where it has them. Without `from`, the business in the path to go to
    /// counts; on a business's own host it is that one.
    pub(super) fn of(request: &Request, asked: &Asked, form: Option<&Form>) -> Self {
        let field = |name: &str| form.map(|form| form.text(name)).filter(|text| !text.is_empty());
        let next = field("next").or(asked.next.as_deref());
        let own = request.data::<HostTenant>().map(|host| host.slug.clone());
        Self::new(next, own.as_deref().or(field("from")).or(asked.from.as_deref()))
    }
    fn new(next: Option<&str>, from: Option<&str>) -> Self {
        let next = next.and_then(local_path);
        let slug = |text: &str| tenants::check_slug(text).is_ok().then(|| text.to_owned());
        let in_path = next.as_deref().and_then(|path| path.split(['/', '?', '#']).nth(1)).and_then(slug);
        Self { from: from.map(|text| text.trim_start_matches('/')).and_then(slug).or(in_path), next }
    }
    /// A page of this host with this way and further pairs in its query.
    pub(super) fn link(&self, path: &str, pairs: &[(&str, &str)]) -> String {
        let mut query = pairs.to_vec();
        query.extend(self.next.as_deref().map(|next| ("next", next)));
        query.extend(self.from.as_deref().map(|from| ("from", from)));
        let encoded = serde_urlencoded::to_string(query).unwrap_or_default();
        if encoded.is_empty() { path.to_owned() } else { format!("{path}?{encoded}") }
    }
    /// For the accounts: who asks, from where.
    pub(super) fn visit(&self, request: &Request) -> Visit {
        let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Visit {
            address: request.data::<ClientAddress>().map(|address| address.0),
            user_agent: user_agent.unwrap_or_default().to_owned(),
            from: self.from.clone(),
            next: self.next.clone(),
        }
    }
    /// The answer in the look of the business they come from; in the platform's own when there is none.
    pub(super) async fn dressed(&self, app: &App, request: &Request, answer: impl IntoResponse) -> Response {
        let mut response = answer.into_response();
        if let Some(scene) = self.scene(app, request).await {
            response.extensions_mut().insert(scene);
        }
        response
    }

    async fn scene(&self, app: &App, request: &Request) -> Option<Scene> {
        let Ok(Lookup::Found(tenant)) = app.directory.by_slug(self.from.as_deref()?, app.clock.now()).await
        else {
            return None;
        };
        let (origin, base) = match request.data::<HostTenant>() {
            Some(host) if host.slug == tenant.slug => (host.origin.clone(), String::new()),
            _ => (app.config.server.origin.clone(), format!("/{}", tenant.slug)),
        };
        let actor = app.identity.actor(request, tenant.id).await.unwrap_or(Actor::Visitor);
        let ctx = app.context(tenant, actor, request_id(request), origin, base).await.ok()?;
        Some(Scene { ctx })
    }
}

/// A path of this host, if a text is one: begins with one slash, and has nothing in it that a browser reads as another
/// host (a second slash, a backslash, a control character).
#[must_use]
pub fn local_path(text: &str) -> Option<String> {
    let rest = text.strip_prefix('/')?;
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let fits = text.len() <= LONGEST && plain && !rest.starts_with('/');
    (fits && text.parse::<poem::http::Uri>().is_ok_and(|uri| uri.authority().is_none()))
        .then(|| text.to_owned())
}

/// Where somebody goes who did not say: into the business they came from when it is one of theirs, or into their only
/// one; else to their account.
pub(super) fn home(places: &[Place], from: Option<&str>, on_own_host: bool) -> String {
    let theirs = places.iter().find(|place| from == Some(place.slug.as_str()));
    match theirs.map_or(places, std::slice::from_ref) {
        [only] if !on_own_host => {
            format!("/{}/{}", only.slug, if only.role.is_some() { "studio" } else { "me" })
        }
        _ => "/account".to_owned(),
    }
}

/// What a refused form answers with: 422, except where waiting helps.
pub(super) fn form_status(problem: &kernel::Problem) -> StatusCode {
    if problem.status == StatusCode::UNAUTHORIZED { StatusCode::UNPROCESSABLE_ENTITY } else { problem.status }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_host() {
        for good in [
            "/",
            "/anna-fit/me",
            "/anna-fit/book/intro?day=2026-11-23&x=%2F",
            "/a/../b",
            "/x?u=https://evil.example",
        ] {
            assert_eq!(local_path(good).as_deref(), Some(good));
        }
        for bad in [
            "",
            "anna-fit",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/a\\b",
            "https://evil.example",
            "javascript:alert(1)",
            " /a",
            "/a b",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: x=y",
            "/\u{2f}evil.example",
            "/ä",
        ] {
            assert_eq!(local_path(bad), None, "{bad:?}");
        }
        assert_eq!(local_path(&format!("/{}", "a".repeat(LONGEST))), None);
    }

    #[test]
    fn the_business_is_the_one_named_or_the_one_in_the_path() {
        let way = |next, from| Way::new(next, from);
        assert_eq!(way(Some("/anna-fit/me?x=1"), None).from.as_deref(), Some("anna-fit"));
        assert_eq!(way(Some("/anna-fit"), Some("maya")).from.as_deref(), Some("maya"));
        assert_eq!(way(Some("/account"), None).from, None, "reserved");
        assert_eq!(way(Some("//evil.example/x"), Some("../../x")), Way::default());
    }

    #[test]
    fn the_way_goes_along() {
        let way = Way::new(Some("/anna-fit/me?a=b&c"), None);
        assert_eq!(way.link("/register", &[]), "/register?next=%2Fanna-fit%2Fme%3Fa%3Db%26c&from=anna-fit");
        assert_eq!(Way::default().link("/register", &[]), "/register");
    }

    #[test]
    fn home_is_the_only_business() {
        let place = |role: Option<&str>| Place {
            slug: "maya".into(),
            name: "Maya".into(),
            role: role.map(str::to_owned),
        };
        assert_eq!(home(&[place(Some("owner"))], None, false), "/maya/studio");
        assert_eq!(home(&[place(None)], None, false), "/maya/me");
        assert_eq!(home(&[place(None), place(None)], None, false), "/account");
        assert_eq!(home(&[place(None), place(Some("coach"))], Some("maya"), false), "/maya/me");
        assert_eq!(home(&[], Some("maya"), false), "/account");
    }
}
