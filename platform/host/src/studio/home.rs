//! `/studio`: what matters today, from the cards of the active modules.

use kernel::{Ctx, Page, Problem};
use poem::{Request, handler, web::Data};
use web::views::{Block, StudioHome, Todo};

use crate::{app::App, core::FEATURES_WRITE, pages, routes};

/// The dashboard.
#[handler]
pub async fn show(request: &Request, Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let app = routes::app(request)?;
    let mut cards = Vec::new();
    for module in app.registry.active(ctx.tenant()) {
        if let Some(make) = module.widgets.dashboard {
            cards.extend(make(ctx.clone()).await?);
        }
    }
    cards.extend(crate::checkout::dashboard(ctx).await?);
    cards.sort_by_key(|card| card.order);
    let todo = todo(&app, ctx);
    let done = todo.iter().filter(|step| step.done).count();
    let open = done < todo.len();
    Ok(pages::of(&StudioHome {
        name: ctx.actor().staff().map(|staff| first_name(&staff.name)).unwrap_or_default(),
        now: ctx.now().to_string(),
        tiles: Vec::new(),
        todo: if open { todo } else { Vec::new() },
        todo_done: done,
        cards: cards.into_iter().map(|card| Block::new(card.template, card.data)).collect(),
    }))
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}

/// What a new business still lacks, for those who may do it.
fn todo(app: &App, ctx: &Ctx) -> Vec<Todo> {
    if !ctx.may(FEATURES_WRITE) {
        return Vec::new();
    }
    let text = |key: &str| app.text(app.web.negotiate(&ctx.tenant().locale), &kernel::Text::key(key));
    let on = app.registry.active(ctx.tenant()).next().is_some();
    vec![Todo {
        label: text("server-todo-modules"),
        href: ctx.path("/studio/settings/modules"),
        action: text("server-todo-modules-action"),
        icon: "settings".to_owned(),
        done: on,
    }]
}
