use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use reqwest::{Method, RequestBuilder, header, redirect::Policy};
use serde_json::Value;

use crate::Answer;

/// Where a browser goes: address of the application and what stands before a tenant's paths.
#[derive(Clone, Debug)]
pub struct Site {
    /// Scheme, host and port.
    pub origin: String,
    /// Slug of the tenant; empty for the installation's own pages.
    pub slug: String,
}

/// Somebody with a browser: keeps cookies, follows nothing by itself, sends what browsers send with a form.
#[derive(Clone)]
pub struct Client {
    /// Whose pages.
    pub site: Site,
    /// For messages.
    pub who: String,
    http: reqwest::Client,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Client {
    /// A browser without cookies.
    #[must_use]
    pub fn new(site: Site, who: &str) -> Self {
        let http =
            reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().expect("an HTTP client");
        Self { site, who: who.to_owned(), http, cookies: Arc::default() }
    }
    /// The same person looking at another tenant's pages.
    #[must_use]
    pub fn at(&self, slug: &str) -> Self {
        let site = Site { slug: slug.to_owned(), ..self.site.clone() };
        Self { site, ..self.clone() }
    }
    /// The same person on another replica.
    #[must_use]
    pub fn on(&self, origin: &str) -> Self {
        let site = Site { origin: origin.to_owned(), ..self.site.clone() };
        Self { site, ..self.clone() }
    }
    /// Puts a cookie into the browser.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }
    /// A cookie of the browser.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }
    /// A page of the tenant: `/book`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, &self.page(path))).await
    }
    /// Any address of the host: `/login`, or what a redirect named.
    pub async fn open(&self, place: &str) -> Answer {
        self.send(self.request(Method::GET, place)).await
    }
    /// Sends a form of a page of the tenant.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_form_to(&self.page(path), fields).await
    }
    /// Sends a form to any address of the host.
    pub async fn post_form_to(&self, place: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).expect("a form");
        let request = self
            .request(Method::POST, place)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }
    /// Calls an operation of the tenant's API: `/bookings`.
    pub async fn api(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.api_with(method, path, body, &[]).await
    }
    /// The same with headers.
    pub async fn api_with(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let place = format!("/api/v1/{}{path}", self.site.slug);
        let mut request = self.request(method.parse().expect("a method"), &place);
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }
    /// A request with the browser's cookies and what browsers send along; [`Client::send`] sends it.
    pub fn request(&self, method: Method, place: &str) -> RequestBuilder {
        let origin = &self.site.origin;
        let url = if place.starts_with("http") { place.to_owned() } else { format!("{origin}{place}") };
        let mut request = self.bare(method.clone(), &url);
        if !method.is_safe() {
            request = request.header(header::ORIGIN, origin).header("sec-fetch-site", "same-origin");
        }
        request
    }
    /// A request with the browser's cookies and nothing else.
    pub fn bare(&self, method: Method, url: &str) -> RequestBuilder {
        let url = if url.starts_with("http") { url.to_owned() } else { format!("{}{url}", self.site.origin) };
        let request = self.http.request(method, url);
        let pairs: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { request } else { request.header(header::COOKIE, pairs.join("; ")) }
    }
    /// Sends, and keeps the cookies of the answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let asked = format!("{}: {} {}", self.who, request.method(), request.url());
        let response = self.http.execute(request).await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        self.keep_cookies(&response);
        Answer::of(asked, response).await
    }

    fn page(&self, path: &str) -> String {
        format!("/{}{path}", self.site.slug)
    }
    fn keep_cookies(&self, response: &reqwest::Response) {
        let mut jar = self.cookies.lock().unwrap();
        for line in
            response.headers().get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok())
        {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            if value.is_empty() || line.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
