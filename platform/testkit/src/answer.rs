use reqwest::header::HeaderMap;
use serde_json::Value;

/// What the application answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: String,
    /// What was asked, for messages.
    pub asked: String,
}

impl Answer {
    pub(crate) async fn of(asked: String, response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap_or_else(|error| panic!("{asked}: body: {error}"));
        Self { status, headers, body: String::from_utf8_lossy(&bytes).into_owned(), asked }
    }
    /// The answer itself, when it has this status; else the test fails and shows it.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.shown());
        self
    }
    /// The body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.asked, self.shown()))
    }
    /// A header, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
    /// Where it redirects to.
    #[must_use]
    #[track_caller]
    pub fn location(&self) -> String {
        let to = self.header("location").map(str::to_owned);
        to.unwrap_or_else(|| panic!("{}: no redirect: {} {}", self.asked, self.status, self.shown()))
    }
    /// The code of a problem; empty when it is none.
    #[must_use]
    pub fn code(&self) -> String {
        let document: Value = serde_json::from_str(&self.body).unwrap_or_default();
        document["code"].as_str().unwrap_or_default().to_owned()
    }
    /// Whether the body contains `text`.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }
    /// The value of the first input of that name in the page.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        let tag = self.tags("<input").find(|tag| attribute(tag, "name").as_deref() == Some(name))?;
        Some(unescape(&attribute(tag, "value").unwrap_or_default()))
    }
    /// Addresses of all links in the page.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        self.tags("<a ").filter_map(|tag| attribute(tag, "href")).map(|link| unescape(&link)).collect()
    }
    /// Status and the body's shape, without what differs between two requests for the same thing: request ids and nonces.
    #[must_use]
    pub fn shape(&self) -> String {
        let mut body = self.body.clone();
        for id in [self.header("x-request-id"), self.nonce().as_deref()].into_iter().flatten() {
            body = body.replace(id, "…").replace(&id.replace('=', "&#x3D;"), "…");
        }
        format!("{} {body}", self.status)
    }

    fn nonce(&self) -> Option<String> {
        let (_, rest) = self.header("content-security-policy")?.split_once("'nonce-")?;
        rest.split_once('\'').map(|(nonce, _)| nonce.to_owned())
    }
    fn tags(&self, opening: &'static str) -> impl Iterator<Item = &str> {
        self.body.split(opening).skip(1).filter_map(|rest| rest.split('>').next())
    }
    fn shown(&self) -> String {
        let text: String = self.body.chars().take(1_500).collect();
        format!("{} {text}", self.header("location").unwrap_or_default())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) =
        format!(" {tag}").split_once(&format!(" {name}=\"")).map(|(a, b)| (a.to_owned(), b.to_owned()))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}

fn unescape(text: &str) -> String {
    let plain =
        text.replace("&quot;", "\"").replace("&#x27;", "'").replace("&#x3D;", "=").replace("&#x60;", "`");
    plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
