//! What every answer tells the browser.

use kernel::{FrameOrigin, PageSources};
use poem::http::{HeaderMap, HeaderName, HeaderValue, header};

/// `payment` stays with us: payment forms are on our own pages.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
                           microphone=(), midi=(), payment=(self), usb=()";

const FIXED: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Adds the security headers that the handler did not set itself.
pub(super) fn add(
    headers: &mut HeaderMap,
    nonce: &str,
    https: bool,
    form_targets: &[String],
    frame: Option<&FrameOrigin>,
    sources: Option<&PageSources>,
) {
    // A card form in a frame of another site may ask the browser's wallet, and wallets open windows that answer.
    if sources.is_some() {
        let opener = HeaderName::from_static("cross-origin-opener-policy");
        headers.entry(opener).or_insert(HeaderValue::from_static("same-origin-allow-popups"));
    }
    if let Some(wallet) = sources.and_then(|sources| HeaderValue::from_str(&wallets(sources)).ok()) {
        headers.entry(HeaderName::from_static("permissions-policy")).or_insert(wallet);
    }
    if let Some(permissions) = frame.and_then(|origin| HeaderValue::from_str(&permissions(origin)).ok()) {
        headers.entry(HeaderName::from_static("permissions-policy")).or_insert(permissions);
    }
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if https {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000"));
    }
    // A handler with a policy of its own (a mail shown in a frame) decides about frames too.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        if let Ok(policy) = HeaderValue::from_str(&policy(nonce, form_targets, frame, sources)) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    }
}

/// The same, with camera, microphone and screen for one other site in a frame. A frame gets only what its page has too.
fn permissions(frame: &FrameOrigin) -> String {
    let given = format!("=(self \"{}\")", frame.as_str());
    ["camera", "display-capture", "microphone"].iter().fold(PERMISSIONS.to_owned(), |all, what| {
        all.replace(&format!("{what}=()"), &format!("{what}{given}"))
    })
}

/// The same, with payment for the sites of a page's frames.
fn wallets(sources: &PageSources) -> String {
    let exact = sources.frames.iter().filter(|site| !site.contains('*'));
    let sites: String = exact.map(|site| format!(" \"{site}\"")).collect();
    PERMISSIONS.replace("payment=(self)", &format!("payment=(self{sites})"))
}

fn policy(
    nonce: &str,
    form_targets: &[String],
    frame: Option<&FrameOrigin>,
    sources: Option<&PageSources>,
) -> String {
    let listed = |all: &[String]| all.iter().map(|one| format!(" {one}")).collect::<String>();
    let forms = listed(form_targets);
    let mut frames = frame.map(|origin| format!("; frame-src {}", origin.as_str())).unwrap_or_default();
    let mut scripts = String::new();
    if let Some(sources) = sources {
        scripts = listed(&sources.scripts);
        frames = format!(
            "; frame-src{}; connect-src 'self'{}",
            listed(&sources.frames),
            listed(&sources.connections)
        );
    }
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}'{scripts}; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         object-src 'none'; base-uri 'none'; form-action 'self'{forms}; frame-ancestors 'none'{frames}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_handler_says_stands() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        add(&mut headers, "abc", true, &[], None, None);
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "sandbox");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
        assert!(!headers.contains_key(header::X_FRAME_OPTIONS));
    }

    #[test]
    fn the_policy_is_strict() {
        let mut headers = HeaderMap::new();
        add(&mut headers, "abc", false, &["https://pay.example".to_owned()], None, None);
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'self';") && policy.contains("script-src 'self' 'nonce-abc';")
        );
        assert!(
            policy.contains("form-action 'self' https://pay.example;")
                && policy.contains("frame-ancestors 'none'")
        );
        assert!(!policy.contains("unsafe") && !policy.contains('*'));
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert!(!policy.contains("frame-src"));
        let permissions = headers["permissions-policy"].to_str().unwrap();
        assert!(permissions.contains("camera=()") && permissions.contains("microphone=()"));
    }

    #[test]
    fn a_page_may_show_one_other_site() {
        let (mut headers, frame) = (HeaderMap::new(), FrameOrigin::of("https://meet.example/x"));
        add(&mut headers, "abc", false, &[], frame.as_ref(), None);
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.ends_with("; frame-src https://meet.example") && policy.starts_with("default-src 'self';")
        );
        let permissions = headers["permissions-policy"].to_str().unwrap();
        assert!(permissions.contains("camera=(self \"https://meet.example\")"), "{permissions}");
        assert!(permissions.contains("microphone=(self \"https://meet.example\")"));
        assert!(permissions.contains("geolocation=()"));
    }

    #[test]
    fn one_page_may_load_from_other_sites() {
        let mut headers = HeaderMap::new();
        let sources = PageSources::default()
            .script("https://js.pay.example/v3/")
            .frame("https://js.pay.example")
            .frame("https://*.js.pay.example")
            .connect("https://api.pay.example/");
        add(&mut headers, "abc", false, &[], None, Some(&sources));
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'self' 'nonce-abc' https://js.pay.example;"), "{policy}");
        assert!(policy.contains("frame-src https://js.pay.example https://*.js.pay.example;"), "{policy}");
        assert!(policy.ends_with("connect-src 'self' https://api.pay.example"), "{policy}");
        let permissions = headers["permissions-policy"].to_str().unwrap();
        assert!(permissions.contains("payment=(self \"https://js.pay.example\")"), "{permissions}");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin-allow-popups");
    }
}
