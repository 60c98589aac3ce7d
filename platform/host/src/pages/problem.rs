//! Error pages: in the tenant's look where there is one, with what to do next and the request id.

use kernel::{Ctx, Page, Problem};
use poem::http::StatusCode;
use web::views::{ErrorPage, Suspended};

use crate::app::App;

/// Codes whose text says no more than the page of their status already does.
const PLAIN: [&str; 6] =
    ["not_found", "internal", "busy", "forbidden", "method_not_allowed", "module_disabled"];

/// The page for a problem.
#[must_use]
pub fn problem(app: &App, ctx: Option<&Ctx>, problem: &Problem, request_id: &str) -> Page {
    let locale = ctx.map_or("en", |ctx| app.web.negotiate(&ctx.tenant().locale));
    let mut page = match (problem.code, ctx) {
        ("tenant_suspended", Some(ctx)) => super::of(&Suspended { name: ctx.tenant().name.clone() }),
        _ => {
            let mut view = ErrorPage::new(problem.status.as_u16());
            let told = !PLAIN.contains(&problem.code) && problem.fields.is_empty();
            view.detail = told.then(|| app.text(locale, &problem.text()));
            if let Some(field) = problem.fields.first() {
                view.detail = Some(app.text(locale, &field.text()));
            }
            view.sign_in = problem.status == StatusCode::UNAUTHORIZED;
            super::of(&view)
        }
    };
    tracing::debug!(request_id, code = problem.code, "error page");
    page.status = problem.status;
    page.noindex = true;
    page
}
