//! What makes one browser one: a random secret in a cookie that no script can read.
//!
//! Invariant: nobody can compute what is made with another browser's secret, for whoever has it comes to what was booked or
//! ordered there.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use poem::{
    Response,
    http::{HeaderMap, HeaderValue, header},
};
use sha2::{Digest, Sha256};

use crate::Ctx;

/// `__Host-`: only this host, only over TLS (browsers count localhost as that), for all paths. It ends with the browser.
const NAME: &str = "__Host-visit";

/// The browser that looks at a page, whoever sits in front of it.
#[derive(Clone, Debug)]
pub struct Visit {
    secret: String,
    is_new: bool,
}

impl Visit {
    /// The one that sent these headers; a new one when it has no secret yet.
    #[must_use]
    pub fn of(ctx: &Ctx, headers: &HeaderMap) -> Self {
        match secret(headers) {
            Some(secret) => Self { secret, is_new: false },
            None => Self { secret: ctx.new_token(), is_new: true },
        }
    }
    /// A key that is this browser's own in this tenant, and the same each time for the same parts.
    #[must_use]
    pub fn key(&self, ctx: &Ctx, parts: &[&str]) -> String {
        let tenant = ctx.tenant().id.to_string();
        keyed(&self.secret, std::iter::once(tenant.as_str()).chain(parts.iter().copied()))
    }
    /// The answer, with the secret for a browser that is new.
    #[must_use]
    pub fn keep(&self, mut response: Response) -> Response {
        if self.is_new {
            let cookie = format!("{NAME}={}; Path=/; Secure; HttpOnly; SameSite=Lax", self.secret);
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        response
    }
}

/// The secret in a request's cookies: as tokens are, so that nothing short or strange is used as one.
fn secret(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = pairs.find(|(name, _)| *name == NAME)?;
    let fits = secret.len() == 27 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    fits.then(|| secret.to_owned())
}

/// SHA-256 of secret and parts, each with its length before it, in 43 URL-safe characters. Hashed twice, so that nothing can
/// be added to what is hashed.
#[must_use]
pub fn keyed<'a>(secret: &'a str, parts: impl Iterator<Item = &'a str>) -> String {
    let mut inner = Sha256::new();
    for part in std::iter::once(secret).chain(parts) {
        inner.update(format!("{}:{part}", part.len()));
    }
    URL_SAFE_NO_PAD.encode(Sha256::digest(inner.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_depends_on_all_that_is_chosen_and_on_nothing_else() {
        let key = |secret, parts: &[&str]| keyed(secret, parts.iter().copied());
        assert_eq!(
            key("s", &["intro", "2026-11-24T10:00:00Z"]),
            key("s", &["intro", "2026-11-24T10:00:00Z"])
        );
        assert_ne!(key("s", &["ab", "c"]), key("s", &["a", "bc"]));
        assert_ne!(key("s", &["ab"]), key("t", &["ab"]));
        assert_eq!(key("s", &["ab"]).len(), 43);
    }

    #[test]
    fn only_a_token_is_taken_for_the_secret() {
        let headers =
            |text: &str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(text).unwrap())]);
        let token = "a".repeat(27);
        assert_eq!(secret(&headers(&format!("x=1; {NAME}={token}"))), Some(token.clone()));
        assert_eq!(secret(&headers(&format!("{NAME}=short"))), None);
        assert_eq!(secret(&headers(&format!("visit={token}"))), None);
    }
}
