//! The cookie of a login.

use people::accounts::{LIFETIME_SECONDS, Token};
use poem::{
    Response,
    http::{HeaderMap, HeaderValue, header},
};

/// `__Host-`: only this host, only over TLS (browsers count localhost as that), for all paths.
const NAME: &str = "__Host-login";

/// The token in a request's cookies.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(header::COOKIE).iter().find_map(token_of)
}

/// The token in one Cookie header.
pub(super) fn token_of(header: &HeaderValue) -> Option<&str> {
    let pairs = header.to_str().ok()?.split(';');
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == NAME)
        .map(|(_, value)| value)
}

/// The header's value that gives the browser a token.
pub(super) fn given(token: &Token) -> String {
    format!("{NAME}={}; Path=/; Max-Age={LIFETIME_SECONDS}; Secure; HttpOnly; SameSite=Lax", token.secret())
}

/// The header's value that takes it away.
pub(super) fn taken() -> String {
    format!("{NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

/// Puts a Set-Cookie header on an answer.
pub(super) fn set(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_others() {
        let header = |text: &'static str| HeaderValue::from_static(text);
        assert_eq!(token_of(&header("a=b; __Host-login=abc; c=d")), Some("abc"));
        assert_eq!(token_of(&header("login=abc; x__Host-login=abc; __Host-loginx=1")), None);
        assert_eq!(token_of(&header("")), None);
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, header("a=b"));
        headers.append(header::COOKIE, header("__Host-login=abc"));
        assert_eq!(token(&headers), Some("abc"), "HTTP/2 splits the header");
    }
}
