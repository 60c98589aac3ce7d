/// First path segments that the installation keeps for itself; no tenant can be named so.
pub const RESERVED: [&str; 44] = [
    "about",
    "account",
    "accounts",
    "admin",
    "api",
    "app",
    "apply",
    "assets",
    "auth",
    "blog",
    "book",
    "c",
    "coach",
    "coaches",
    "contact",
    "dashboard",
    "dev",
    "directory",
    "docs",
    "favicon.ico",
    "health",
    "healthz",
    "help",
    "home",
    "login",
    "logout",
    "mail",
    "me",
    "metrics",
    "operator",
    "pay",
    "pricing",
    "privacy",
    "readyz",
    "register",
    "robots.txt",
    "search",
    "signup",
    "sitemap.xml",
    "static",
    "status",
    "support",
    "webhooks",
    "www",
];

/// Why a text is not a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Not 3 to 40 of `a-z 0-9 -`, or a hyphen at an end.
    #[error("a slug has 3 to 40 of a-z, 0-9 and -, with no hyphen at the ends")]
    Shape,
    /// One of [`RESERVED`].
    #[error("this slug is reserved")]
    Reserved,
}

/// Whether a text may be a tenant's slug.
///
/// # Errors
/// See [`SlugError`].
pub fn check_slug(slug: &str) -> Result<(), SlugError> {
    let fits = (3..=40).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if !fits {
        return Err(SlugError::Shape);
    }
    if RESERVED.contains(&slug) { Err(SlugError::Reserved) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for good in ["ada", "ada-moves", "a1b", "x".repeat(40).as_str()] {
            assert_eq!(check_slug(good), Ok(()), "{good}");
        }
        for bad in
            ["", "ab", "-ab", "ab-", "Ada", "a_b", "a b", "ä-b", "x/y", "..", "x".repeat(41).as_str(), "a\nb"]
        {
            assert_eq!(check_slug(bad), Err(SlugError::Shape), "{bad:?}");
        }
        assert_eq!(check_slug("login"), Err(SlugError::Reserved));
    }
}
