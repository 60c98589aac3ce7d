//! Turns answers that are values ([`kernel::Page`], [`kernel::Problem`], a flash on a redirect) into HTML and JSON.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Actor, Layout, NavPlace, Page, Problem, Redirect, Text};
use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{HeaderValue, StatusCode, header},
};
use serde_json::{Value, json};
use web::{Brand, Flash, FlashKind, Shell, Viewer};

use super::{Scene, answer, nav};
use crate::app::App;

const FLASH: &str = "__Host-flash";

/// Renders what the inner endpoint answers.
pub struct Render<E> {
    /// The application.
    pub app: Arc<App>,
    /// What answers.
    pub inner: E,
}

/// What the renderer remembers of the request.
struct Asked {
    path: String,
    api: bool,
    nonce: String,
    request_id: String,
    flash: Option<Text>,
    zone: Option<String>,
    viewer: Option<Viewer>,
}

impl<E: Endpoint<Output = Response>> Endpoint for Render<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let mut asked = Asked::of(&request);
        let bare = without_slash(&request);
        let signed_in = request.headers().get(header::COOKIE).cloned();
        let mut response = answer(self.inner.call(request).await);
        if let (StatusCode::NOT_FOUND, Some(bare)) = (response.status(), bare) {
            response = Redirect::to(bare).into_response();
            response.set_status(StatusCode::PERMANENT_REDIRECT);
        }
        if response.extensions().get::<Scene>().is_none() && needs_page(&response) {
            asked.viewer = self.app.identity.viewer(signed_in.as_ref()).await;
        }
        self.finish(&asked, &mut response);
        if asked.api {
            response
                .headers_mut()
                .entry(header::CACHE_CONTROL)
                .or_insert(HeaderValue::from_static("no-store"));
        }
        Ok(response)
    }
}

/// The address of a page that was asked for with a slash too many at its end.
fn without_slash(request: &Request) -> Option<String> {
    let (path, query) = (request.original_uri().path(), request.original_uri().query());
    let page = request.method().is_safe() && !path.starts_with("/api/") && !path.starts_with("/webhooks/");
    let bare = path.strip_suffix('/').filter(|bare| page && !bare.ends_with('/'))?;
    let whole = query.map_or_else(|| bare.to_owned(), |query| format!("{bare}?{query}"));
    crate::identity::local_path(&whole)
}

fn needs_page(response: &Response) -> bool {
    response.extensions().get::<Page>().is_some() || response.extensions().get::<Problem>().is_some()
}

impl Asked {
    fn of(request: &Request) -> Self {
        let cookie = |name: &str| cookie(request, name);
        let path = request.original_uri().path().to_owned();
        let flash =
            cookie(FLASH).and_then(|text| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok());
        let zone = cookie("zone").map(|zone| zone.replace("%2F", "/"));
        Self {
            api: path.starts_with("/api/") || path.starts_with("/webhooks/"),
            path,
            nonce: request.data::<crate::edges::Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default(),
            request_id: super::request_id(request),
            flash,
            zone: zone.filter(|zone| zone.len() < 64 && jiff::tz::TimeZone::get(zone).is_ok()),
            viewer: None,
        }
    }
}

fn cookie(request: &Request, name: &str) -> Option<String> {
    let header = request.headers().get(header::COOKIE)?.to_str().ok()?;
    header.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// The frame of a tenant's public page as every visitor sees it, without a nonce.
#[must_use]
pub fn public_shell(app: &App, ctx: &kernel::Ctx, page: &Page) -> Shell {
    let mut shell = Shell { noindex: page.noindex, ..Shell::default() };
    tenant_shell(app, &mut shell, &ctx.path(""), None, ctx, page.layout);
    shell.title = app.text(&shell.locale, &page.title);
    shell
}

impl<E> Render<E> {
    fn finish(&self, asked: &Asked, response: &mut Response) {
        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            self.problem(asked, response, &problem);
        } else if let Some(page) = response.extensions_mut().remove::<Page>() {
            self.page(asked, response, &page);
        } else if let Some(text) = response.extensions_mut().remove::<Text>() {
            set_flash(response, &text);
        }
    }

    fn page(&self, asked: &Asked, response: &mut Response, page: &Page) {
        let ctx = response.extensions().get::<Scene>().map(|scene| scene.ctx.clone());
        let shell = self.shell(asked, ctx.as_ref(), page);
        let data = &page.data;
        match self.app.web.page(layout(page.layout), page.template, data, &shell) {
            Ok(html) => {
                set_html(response, html);
                if asked.flash.is_some() {
                    response.headers_mut().append(header::SET_COOKIE, expired_flash());
                }
            }
            Err(error) => {
                tracing::error!(template = page.template, %error, request_id = asked.request_id, "page not rendered");
                self.problem(asked, response, &Problem::internal(error));
            }
        }
    }

    fn problem(&self, asked: &Asked, response: &mut Response, problem: &Problem) {
        if problem.status.is_server_error() {
            tracing::error!(
                code = problem.code,
                cause = problem.cause,
                request_id = asked.request_id,
                "problem"
            );
        } else {
            tracing::debug!(
                code = problem.code,
                cause = problem.cause,
                request_id = asked.request_id,
                "problem"
            );
        }
        response.set_status(problem.status);
        if let Some(seconds) = problem.extra.get("retry_after").and_then(Value::as_u64) {
            response.headers_mut().entry(header::RETRY_AFTER).or_insert(seconds.into());
        }
        if asked.api {
            set_body(response, "application/problem+json", self.document(asked, problem).to_string());
            return;
        }
        let ctx = response.extensions().get::<Scene>().map(|scene| scene.ctx.clone());
        let page = crate::pages::problem(&self.app, ctx.as_ref(), problem, &asked.request_id);
        let shell = self.shell(asked, ctx.as_ref(), &page);
        let html = self.app.web.page(layout(page.layout), page.template, &page.data, &shell);
        set_html(
            response,
            html.unwrap_or_else(|error| {
                tracing::error!(%error, "error page not rendered");
                format!("{} ({})", problem.status, asked.request_id)
            }),
        );
    }

    /// The RFC 9457 document.
    fn document(&self, asked: &Asked, problem: &Problem) -> Value {
        let text = |text: &Text| self.app.text("en", text);
        let errors: Vec<Value> = problem
            .fields
            .iter()
            .map(|error| json!({ "pointer": format!("#/{}", error.field), "code": error.code, "detail": text(&error.text()) }))
            .collect();
        let document = json!({
            "type": format!("/problems/{}", problem.code),
            "title": problem.status.canonical_reason().unwrap_or("Error"),
            "status": problem.status.as_u16(),
            "code": problem.code,
            "detail": text(&problem.text()),
            "request_id": asked.request_id,
        });
        let mut members = document.as_object().cloned().unwrap_or_default();
        if !errors.is_empty() {
            members.insert("errors".to_owned(), Value::Array(errors));
        }
        members.extend(problem.extra.clone());
        Value::Object(members)
    }

    fn shell(&self, asked: &Asked, ctx: Option<&kernel::Ctx>, page: &Page) -> Shell {
        let mut shell = Shell {
            nonce: asked.nonce.clone(),
            request_id: asked.request_id.clone(),
            noindex: page.noindex || page.status != StatusCode::OK,
            flash: asked.flash.as_ref().map(|text| self.flash(text)),
            user: asked.viewer.clone(),
            ..Shell::default()
        };
        if let Some(zone) = &asked.zone {
            shell.zone.clone_from(zone);
        }
        if let Some(ctx) = ctx {
            tenant_shell(&self.app, &mut shell, &asked.path, asked.zone.as_ref(), ctx, page.layout);
        }
        shell.title = self.app.text(&shell.locale, &page.title);
        shell
    }

    fn flash(&self, text: &Text) -> Flash {
        Flash { kind: FlashKind::Ok, text: self.app.text("en", text), undo: None }
    }
}

/// What the frame shows of a tenant: brand, navigation, the person, the zone that times are shown in.
fn tenant_shell(
    app: &App,
    shell: &mut Shell,
    asked: &str,
    zone: Option<&String>,
    ctx: &kernel::Ctx,
    layout: Layout,
) {
    let tenant = ctx.tenant();
    app.web.negotiate(&tenant.locale).clone_into(&mut shell.locale);
    if zone.is_none() || layout == Layout::Studio {
        shell.zone.clone_from(&tenant.zone);
    }
    ctx.path("").trim_end_matches('/').clone_into(&mut shell.base);
    shell.brand = Some(brand(tenant));
    shell.user = viewer(ctx.actor());
    let place = match layout {
        Layout::Studio => NavPlace::Studio,
        Layout::Client => NavPlace::Client,
        _ => NavPlace::Public,
    };
    let items = nav::items(app, ctx, place);
    let path = asked.strip_prefix(&shell.base).unwrap_or(asked);
    let current = nav::current(&items, path);
    shell.nav = items.iter().map(|item| nav_item(app, ctx, &shell.locale, item, current)).collect();
    let public = layout == Layout::Public && !shell.noindex;
    shell.canonical = public.then(|| ctx.link(path));
    shell.description = Some(tenant.brand.tagline.clone()).filter(|text| public && !text.is_empty());
}

fn nav_item(
    app: &App,
    ctx: &kernel::Ctx,
    locale: &str,
    item: &kernel::NavItem,
    current: Option<&str>,
) -> web::NavItem {
    web::NavItem {
        href: ctx.path(item.path),
        label: app.text(locale, &Text::key(item.label)),
        icon: item.icon.to_owned(),
        current: current == Some(item.path),
    }
}

/// Whether a message waits to be shown on the next page.
#[must_use]
pub fn has_flash(request: &Request) -> bool {
    cookie(request, FLASH).is_some()
}

/// How a tenant looks, as `web` wants it.
#[must_use]
pub fn brand(tenant: &kernel::TenantInfo) -> Brand {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Brand {
        name: tenant.name.clone(),
        primary_color: some(&tenant.brand.primary_color),
        accent_color: some(&tenant.brand.accent_color),
        logo_url: some(&tenant.brand.logo_url),
        tagline: some(&tenant.brand.tagline),
    }
}

fn viewer(actor: &Actor) -> Option<Viewer> {
    match actor {
        Actor::Client { name, email, .. } => Some(Viewer { name: name.clone(), email: email.clone() }),
        Actor::Staff(staff) => Some(Viewer { name: staff.name.clone(), email: staff.email.clone() }),
        Actor::Visitor | Actor::System { .. } => None,
    }
}

/// The frame of `web` for a frame of `kernel`.
#[must_use]
pub const fn layout(layout: Layout) -> web::Layout {
    match layout {
        Layout::Public => web::Layout::Public,
        Layout::Studio => web::Layout::Studio,
        Layout::Client => web::Layout::Client,
        Layout::Account => web::Layout::Account,
        Layout::Operator => web::Layout::Operator,
        Layout::Bare => web::Layout::Bare,
    }
}

fn set_html(response: &mut Response, html: String) {
    set_body(response, "text/html; charset=utf-8", html);
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-store"));
}

fn set_body(response: &mut Response, kind: &'static str, body: String) {
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.set_body(body);
}

fn set_flash(response: &mut Response, text: &Text) {
    let json = serde_json::to_vec(text).unwrap_or_default();
    let cookie = format!(
        "{FLASH}={}; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
        URL_SAFE_NO_PAD.encode(json)
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn expired_flash() -> HeaderValue {
    HeaderValue::from_static("__Host-flash=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}
