use poem::{
    IntoResponse, Response,
    http::{HeaderValue, StatusCode, header},
};
use serde::Serialize;
use serde_json::Value;

use crate::Text;

/// The frame a page stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// The tenant's public pages.
    Public,
    /// The staff area.
    Studio,
    /// The client area.
    Client,
    /// Sign-in and the like: one card.
    Account,
    /// Operators' pages.
    Operator,
    /// Nothing around it.
    Bare,
}

/// The typed content of one page. Its samples are rendered by a test, in strict mode, in every locale.
pub trait View: Serialize + Sized {
    /// Template name, for example `appointments/book`.
    const TEMPLATE: &'static str;
    /// Its frame.
    const LAYOUT: Layout;
    /// Title of the page.
    fn title(&self) -> Text;
    /// Contents that show every branch of the template.
    fn samples() -> Vec<Self>;
}

/// A view with its type erased, for the test that renders all of them.
#[derive(Clone, Debug)]
pub struct ViewDef {
    /// Template name.
    pub template: &'static str,
    /// Its frame.
    pub layout: Layout,
    /// Title and content of each sample.
    pub samples: Vec<(Text, Value)>,
}

impl ViewDef {
    /// Erases the type of `V`.
    #[must_use]
    pub fn of<V: View>() -> Self {
        let samples = V::samples()
            .iter()
            .map(|view| (view.title(), serde_json::to_value(view).unwrap_or(Value::Null)))
            .collect();
        Self { template: V::TEMPLATE, layout: V::LAYOUT, samples }
    }
}

/// Another site that one page may show in a frame, with camera and microphone.
///
/// Invariant: scheme and host of an `https` address, so that it can't add to a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameOrigin(String);

impl FrameOrigin {
    /// The origin of an `https` address; `None` when it is none.
    #[must_use]
    pub fn of(address: &str) -> Option<Self> {
        let rest = address.strip_prefix("https://")?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte));
        (plain && !host.is_empty()).then(|| Self(format!("https://{host}")))
    }
    /// As it stands in a policy: `https://meet.example`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Other sites from which one page may load scripts, that it may show in frames, and that its scripts may ask.
///
/// Invariant: origins alone, so that none can add to a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageSources {
    /// Of scripts.
    pub scripts: Vec<String>,
    /// Of frames.
    pub frames: Vec<String>,
    /// Of what scripts ask.
    pub connections: Vec<String>,
}

impl PageSources {
    /// With scripts of an address's site; an address without an origin adds nothing. `*.` stands for any part of a name.
    #[must_use]
    pub fn script(mut self, address: &str) -> Self {
        self.scripts.extend(origin(address));
        self
    }
    /// With frames of an address's site.
    #[must_use]
    pub fn frame(mut self, address: &str) -> Self {
        self.frames.extend(origin(address));
        self
    }
    /// With requests to an address's site.
    #[must_use]
    pub fn connect(mut self, address: &str) -> Self {
        self.connections.extend(origin(address));
        self
    }
}

/// Scheme and host of an address, as they stand in a policy.
fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.strip_prefix("*.").unwrap_or(host);
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte));
    (matches!(scheme, "http" | "https") && plain && !name.is_empty()).then(|| format!("{scheme}://{host}"))
}

/// A page as a value. The host renders it.
#[derive(Clone, Debug)]
pub struct Page {
    /// Frame.
    pub layout: Layout,
    /// Template name.
    pub template: &'static str,
    /// Title.
    pub title: Text,
    /// Content.
    pub data: Value,
    /// HTTP status.
    pub status: StatusCode,
    /// Whether search engines should leave it out.
    pub noindex: bool,
    /// The other site that it shows in a frame; no page may by itself.
    pub frame: Option<FrameOrigin>,
    /// Other sites that it loads from; no page may by itself.
    pub sources: Option<PageSources>,
}

impl Page {
    /// A page with status 200.
    #[must_use]
    pub fn of<V: View>(view: &V) -> Self {
        Self {
            layout: V::LAYOUT,
            template: V::TEMPLATE,
            title: view.title(),
            data: serde_json::to_value(view).unwrap_or(Value::Null),
            status: StatusCode::OK,
            noindex: V::LAYOUT != Layout::Public,
            frame: None,
            sources: None,
        }
    }
    /// With another status, for example 422 when a form is shown again.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
    /// Kept out of search engines: pages behind a token.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.noindex = true;
        self
    }
    /// Showing another site in a frame, with camera and microphone.
    #[must_use]
    pub fn framing(mut self, origin: FrameOrigin) -> Self {
        self.frame = Some(origin);
        self
    }
    /// Loading from other sites.
    #[must_use]
    pub fn allowing(mut self, sources: PageSources) -> Self {
        self.sources = Some(sources);
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let response = Response::builder().status(self.status);
        // Left for the edges, which write the policies, when the page itself is rendered and gone.
        let response = match self.frame.clone() {
            Some(origin) => response.extension(origin),
            None => response,
        };
        let response = match self.sources.clone() {
            Some(sources) => response.extension(sources),
            None => response,
        };
        response.extension(self).finish()
    }
}

/// 303 to another page of this host, with a message shown there once.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// Path on this host, as [`crate::Ctx::path`] makes it.
    pub to: String,
    /// Shown on the next page.
    pub flash: Option<Text>,
}

impl Redirect {
    /// To a path of this host.
    #[must_use]
    pub fn to(path: impl Into<String>) -> Self {
        Self { to: path.into(), flash: None }
    }
    /// With a message on the next page.
    #[must_use]
    pub fn flash(mut self, text: Text) -> Self {
        self.flash = Some(text);
        self
    }
}

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        let to = HeaderValue::from_str(&self.to).unwrap_or(HeaderValue::from_static("/"));
        let response = Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, to);
        match self.flash {
            Some(text) => response.extension(text).finish(),
            None => response.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FrameOrigin, PageSources};

    #[test]
    fn sources_are_origins_alone() {
        let of = |address| PageSources::default().script(address).scripts;
        assert_eq!(of("https://js.stripe.com/v3/?x"), ["https://js.stripe.com"]);
        assert_eq!(of("https://*.js.stripe.com"), ["https://*.js.stripe.com"]);
        assert_eq!(of("http://127.0.0.1:8080/v3/"), ["http://127.0.0.1:8080"]);
        for bad in
            ["data:text/html,x", "https://", "https://a; script-src *", "https://*", "javascript://x", "x"]
        {
            assert!(of(bad).is_empty(), "{bad}");
        }
    }

    #[test]
    fn a_frame_is_the_origin_of_an_https_address() {
        let of = |address| FrameOrigin::of(address).map(|origin| origin.as_str().to_owned());
        assert_eq!(of("https://meet.example/room#a").as_deref(), Some("https://meet.example"));
        assert_eq!(of("https://meet.example:8443?x").as_deref(), Some("https://meet.example:8443"));
        for bad in
            ["http://meet.example", "https://", "https://a b", "https://a;script-src *", "https://*.example"]
        {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
