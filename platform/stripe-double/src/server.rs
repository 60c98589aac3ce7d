//! HTTP: who calls, what was asked before under the same key, which fault is due, and the answer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use poem::http::{HeaderMap, StatusCode};
use poem::web::headers::authorization::Basic;
use poem::web::headers::{Authorization, HeaderMapExt};
use poem::{Endpoint, Request, Response};
use serde_json::Value;

use crate::cut::Cuts;
use crate::fail::{Fail, Outcome};
use crate::faults::FaultKind;
use crate::params::Params;
use crate::tx::{API_VERSION, Tx};
use crate::world::World;
use crate::{api, control, expand, pages};

/// What all connections share.
pub(crate) struct Shared {
    /// Everything that is known.
    pub(crate) world: Mutex<World>,
    /// The open connections.
    pub(crate) cuts: Cuts,
}

/// An answer that is kept under an idempotency key, or the mark that it is being made.
#[derive(Clone)]
pub(crate) enum Saved {
    /// The first call is still at work.
    Running(String),
    /// Fingerprint, status, body, identifier of the first request.
    Done(String, u16, String, String),
}

/// A call as it came.
pub(crate) struct Raw {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) params: Params,
    pub(crate) headers: HeaderMap,
    caller: String,
}

impl Raw {
    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)?.to_str().ok().map(str::to_owned)
    }
}

/// An answer on its way out.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { status, kind: "application/json", body: format!("{body:#}"), headers: Vec::new() }
    }
    /// A page.
    pub(crate) fn html(status: u16, body: String) -> Self {
        Self { status, kind: "text/html; charset=utf-8", body, headers: Vec::new() }
    }
    /// On to another address.
    pub(crate) fn see(url: &str) -> Self {
        let headers = vec![("Location", url.to_owned())];
        Self { status: 303, kind: "text/plain", body: String::new(), headers }
    }
    fn finish(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = Response::builder()
            .status(status)
            .content_type(self.kind)
            .header("Access-Control-Allow-Origin", "*")
            .header(
                "Access-Control-Allow-Headers",
                "*, Authorization, Content-Type, Stripe-Account, Stripe-Version, Idempotency-Key",
            )
            .header("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
            .header("Access-Control-Expose-Headers", "Request-Id")
            .header("Cache-Control", "no-cache, no-store");
        for (name, value) in self.headers {
            answer = answer.header(name, value);
        }
        answer.body(self.body)
    }
}

/// The double as poem sees it.
pub(crate) struct Service(pub(crate) Arc<Shared>);

impl Endpoint for Service {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let caller = request.remote_addr().to_string();
        let (head, body) = request.into_parts();
        let body = body.into_string().await?;
        let mut params = Params::parse(head.uri.query().unwrap_or_default());
        let is_json = head
            .headers
            .get("content-type")
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        if is_json {
            params.extend(Params::of(serde_json::from_str(&body).unwrap_or(Value::Null)));
        } else {
            params.extend(Params::parse(&body));
        }
        let path = head.uri.path().trim_end_matches('/').to_owned();
        let raw = Raw { method: head.method.to_string(), path, params, headers: head.headers, caller };
        Ok(answer(&self.0, &raw).await.finish())
    }
}

async fn answer(shared: &Arc<Shared>, raw: &Raw) -> Answer {
    if raw.method == "OPTIONS" {
        return Answer::html(204, String::new());
    }
    if let Some(rest) = raw.path.strip_prefix("/_double") {
        return control::call(shared, raw, rest).await;
    }
    if raw.path.starts_with("/v1/") {
        return api_call(shared, raw).await;
    }
    pages::page(shared, raw)
}

/// Who calls, and on which account.
struct Caller {
    account: String,
    publishable: bool,
}

fn authorise(world: &World, raw: &Raw) -> Outcome<Caller> {
    let basic = raw.headers.typed_get::<Authorization<Basic>>().map(|it| it.username().to_owned());
    let bearer =
        raw.header("authorization").and_then(|it| it.strip_prefix("Bearer ").map(|it| it.trim().to_owned()));
    let Some(key) = bearer.or(basic).or_else(|| raw.params.text("key")) else {
        return Err(Fail::unauthorised(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        ));
    };
    let Some(known) = world.keys.get(&key) else {
        let end = key.get(key.len().saturating_sub(4)..).unwrap_or_default();
        let start = key.get(..8).unwrap_or_default();
        return Err(Fail::unauthorised(&format!("Invalid API Key provided: {start}****************{end}")));
    };
    if let Some(may) = &known.may
        && !may.iter().any(|prefix| raw.path.starts_with(prefix.as_str()))
    {
        let message = format!(
            "The provided key '{}****' does not have the required permissions for this endpoint on account '{}'.",
            key.get(..8).unwrap_or_default(),
            known.account
        );
        return Err(Fail::forbidden("more_permissions_required", &message));
    }
    let wanted = raw.header("stripe-account").or_else(|| raw.params.text("_stripe_account"));
    let account = match wanted {
        Some(account) if account != known.account => {
            let has = known.account == world.platform
                && world.accounts.get(&world.platform).is_some_and(|it| it.objects.contains_key(&account));
            if !has {
                let message = format!(
                    "The provided key '{}****' does not have access to account '{account}' (or that account does not exist). Application access may have been revoked.",
                    key.get(..8).unwrap_or_default()
                );
                return Err(Fail::forbidden("account_invalid", &message));
            }
            account
        }
        _ => known.account.clone(),
    };
    Ok(Caller { account, publishable: known.publishable })
}

/// What is known before the call does anything.
struct Begun {
    caller: Caller,
    request: String,
    key: Option<String>,
    fault: Option<FaultKind>,
    latency: Duration,
    /// The kept answer, when the same was asked before under the same key.
    replay: Option<Answer>,
}

async fn api_call(shared: &Arc<Shared>, raw: &Raw) -> Answer {
    let begun = match shared.with(|world| begin(world, raw)) {
        Ok(begun) => begun,
        Err(early) => return *early,
    };
    let key = begun.key.clone().filter(|_| begun.replay.is_none());
    let running = Running { shared, place: key.map(|key| (begun.caller.account.clone(), key)) };
    if !begun.latency.is_zero() {
        tokio::time::sleep(begun.latency).await;
    }
    let failed =
        |status: u16| with_request(Answer::json(status, &Fail::fault(status).body()), &begun.request, raw);
    match begun.fault {
        Some(FaultKind::Status(status)) => return failed(status),
        Some(FaultKind::Hang(time)) => tokio::time::sleep(time).await,
        Some(FaultKind::Drop) => {
            shared.cuts.cut(&raw.caller);
            return failed(500);
        }
        _ => {}
    }
    let answer = match begun.replay.clone() {
        Some(answer) => answer,
        None => shared.with(|world| {
            let (status, body) = perform(world, raw, &begun);
            running.done(world, raw, &begun, status, &body);
            Answer { status, kind: "application/json", body, headers: Vec::new() }
        }),
    };
    drop(running);
    match begun.fault {
        Some(FaultKind::StatusAfter(status)) => return failed(status),
        Some(FaultKind::HangAfter(time)) => tokio::time::sleep(time).await,
        Some(FaultKind::DropAfter) => shared.cuts.cut(&raw.caller),
        _ => {}
    }
    with_request(answer, &begun.request, raw)
}

fn with_request(mut answer: Answer, request: &str, raw: &Raw) -> Answer {
    answer.headers.push(("Request-Id", request.to_owned()));
    answer
        .headers
        .push(("Stripe-Version", raw.header("stripe-version").unwrap_or_else(|| API_VERSION.to_owned())));
    if let Some(account) = raw.header("stripe-account") {
        answer.headers.push(("Stripe-Account", account));
    }
    if let Some(key) = raw.header("idempotency-key") {
        answer.headers.push(("Idempotency-Key", key));
        answer.headers.push(("Original-Request", request.to_owned()));
    }
    answer.headers.push(("Stripe-Should-Retry", (answer.status == 429 || answer.status >= 500).to_string()));
    answer
}

/// The path with `:id` for what differs from object to object.
pub(crate) fn shape(path: &str) -> String {
    let own =
        |step: &str| step.chars().any(|it| it.is_ascii_digit() || it.is_ascii_uppercase()) && step != "v1";
    path.split('/').map(|step| if own(step) { ":id" } else { step }).collect::<Vec<_>>().join("/")
}

fn fingerprint(raw: &Raw) -> String {
    format!("{} {} {}", raw.method, raw.path, raw.params.tree())
}

fn begin(world: &mut World, raw: &Raw) -> Result<Begun, Box<Answer>> {
    let mut request = world.id("req");
    let mut replay = None;
    *world.requests.entry(format!("{} {}", raw.method, shape(&raw.path))).or_insert(0) += 1;
    let asked = request.clone();
    let early = |fail: Fail| Box::new(with_request(Answer::json(fail.status, &fail.body()), &asked, raw));
    let caller = authorise(world, raw).map_err(early)?;
    let key = raw.header("idempotency-key").filter(|_| raw.method == "POST");
    if let Some(key) = &key {
        let place = (caller.account.clone(), key.clone());
        match world.saved.get(&place) {
            Some(Saved::Done(print, status, body, first)) if *print == fingerprint(raw) => {
                let headers = vec![("Idempotent-Replayed", "true".to_owned())];
                replay =
                    Some(Answer { status: *status, kind: "application/json", body: body.clone(), headers });
                request.clone_from(first);
            }
            Some(Saved::Running(print)) if *print == fingerprint(raw) => {
                let message = format!(
                    "There is currently another in-progress request using this Stripe API Idempotency Key (that probably means you submitted twice, and the other request is still going through): {key}."
                );
                return Err(early(Fail::idempotency(409, &message).code("idempotency_key_in_use")));
            }
            Some(_) => {
                let message = format!(
                    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
                );
                return Err(early(Fail::idempotency(400, &message)));
            }
            None => {
                world.saved.insert(place, Saved::Running(fingerprint(raw)));
            }
        }
    }
    let fault = world.faults.take(&raw.method, &raw.path);
    Ok(Begun { caller, request, key, fault, latency: world.faults.latency, replay })
}

/// Forgets the mark of a call that never came to its end.
struct Running<'s> {
    shared: &'s Arc<Shared>,
    place: Option<(String, String)>,
}

impl Running<'_> {
    fn done(&self, world: &mut World, raw: &Raw, begun: &Begun, status: u16, body: &str) {
        let Some(place) = &self.place else { return };
        // What was refused before it began may be asked again under the same key.
        if [400, 401, 403, 404, 409, 429].contains(&status) {
            world.saved.remove(place);
        } else {
            let done = Saved::Done(fingerprint(raw), status, body.to_owned(), begun.request.clone());
            world.saved.insert(place.clone(), done);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let Some(place) = &self.place else { return };
        self.shared.with(|world| {
            if matches!(world.saved.get(place), Some(Saved::Running(_))) {
                world.saved.remove(place);
            }
        });
    }
}

fn perform(world: &mut World, raw: &Raw, begun: &Begun) -> (u16, String) {
    let mut tx = Tx {
        world,
        account: begun.caller.account.clone(),
        request: Some(begun.request.clone()),
        key: begun.key.clone(),
    };
    // A panic of one operation is one answer of 500, not the end of the double.
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let call = api::Call::new(&raw.method, &raw.path, &raw.params, begun.caller.publishable);
        api::route(&mut tx, &call).and_then(|object| expand::expand(&tx, &object, &raw.params))
    }));
    match result {
        Ok(Ok(object)) => (200, format!("{object:#}")),
        Ok(Err(fail)) => (fail.status, format!("{:#}", fail.body())),
        Err(_) => (500, format!("{:#}", Fail::fault(500).body())),
    }
}

/// Serves until the future ends.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    listener: tokio::net::TcpListener,
    end: impl Future<Output = ()>,
) {
    let Ok(inner) = poem::listener::TcpAcceptor::from_tokio(listener) else { return };
    let acceptor = crate::cut::CuttableAcceptor { inner, cuts: shared.cuts.clone() };
    let server = poem::Server::new_with_acceptor(acceptor);
    let served = server.run_with_graceful_shutdown(Service(shared), end, Some(Duration::ZERO));
    served.map(|_| ()).await;
}
