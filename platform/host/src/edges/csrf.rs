//! Requests that another site made a browser send.
//!
//! Browsers say where an unsafe request comes from, by `Sec-Fetch-Site` or at least by `Origin`; neither can be set by a
//! page's script. Without both, no browser of the last years sent it, and so no cookie was lured along.

use poem::http::{HeaderMap, Method, header};

/// Whether a request would change something on another site's behalf.
pub(super) fn is_cross_site(method: &Method, host: &str, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
        Some(b"same-origin" | b"none") => return false,
        Some(_) => return true,
        None => {}
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let Some((scheme, authority)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else {
        return true;
    };
    !same_authority(scheme, authority, host)
}

/// The scheme that this installation is reached by may be another one behind an ingress, so ports are compared as the
/// origin's scheme has them.
fn same_authority(scheme: &str, authority: &str, host: &str) -> bool {
    let default = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return false,
    };
    let bare = |name: &str| name.strip_suffix(default).unwrap_or(name).to_ascii_lowercase();
    !host.is_empty() && bare(authority) == bare(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: Method, headers: &[(&'static str, &str)]) -> bool {
        let map: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        is_cross_site(&method, "coach.example", &map)
    }

    #[test]
    fn only_the_own_origin_and_programs_may_change_things() {
        let post = |headers: &[(&'static str, &str)]| check(Method::POST, headers);
        assert!(!post(&[]), "a program");
        assert!(!post(&[("sec-fetch-site", "same-origin")]));
        assert!(!post(&[("sec-fetch-site", "none")]));
        assert!(post(&[("sec-fetch-site", "same-site")]), "another subdomain is another business");
        assert!(post(&[("sec-fetch-site", "cross-site")]));
        assert!(post(&[("sec-fetch-site", "cross-site"), ("origin", "https://coach.example")]));
        assert!(post(&[("sec-fetch-site", "nonsense")]));
        assert!(!post(&[("origin", "https://coach.example")]));
        assert!(!post(&[("origin", "https://Coach.Example:443")]));
        assert!(post(&[("origin", "https://coach.example:8443")]));
        assert!(post(&[("origin", "https://coach.example.evil.test")]));
        assert!(post(&[("origin", "https://evil.test")]));
        assert!(post(&[("origin", "null")]), "a sandboxed frame");
        for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::from_bytes(b"QUERY").unwrap()] {
            assert!(check(method, &[("sec-fetch-site", "cross-site")]));
        }
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(!check(method, &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.test")]));
        }
    }
}
