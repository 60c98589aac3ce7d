//! Navigation: the platform's own items and those of the active modules, for those who may.

use kernel::{Ctx, NavItem, NavPlace};

use crate::{app::App, core};

/// The items of a place that the acting person sees, in order.
#[must_use]
pub fn items(app: &App, ctx: &Ctx, place: NavPlace) -> Vec<NavItem> {
    let modules = app.registry.active(ctx.tenant()).flat_map(|module| module.nav);
    let seen = core::NAV.iter().chain(modules).filter(|item| item.place == place && ctx.may(item.permission));
    let mut items: Vec<NavItem> = seen.copied().collect();
    items.sort_by_key(|item| item.order);
    items
}

/// The item the path lies in: the longest one that the path begins with.
#[must_use]
pub fn current<'a>(items: &'a [NavItem], path: &str) -> Option<&'a str> {
    let inside = |item: &&NavItem| {
        path == item.path || path.strip_prefix(item.path).is_some_and(|rest| rest.starts_with('/'))
    };
    items.iter().filter(inside).max_by_key(|item| item.path.len()).map(|item| item.path)
}
