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

/// The item the path lies in: the longest one that the path begins with. The place's own start, in which all others lie,
/// is only itself.
#[must_use]
pub fn current<'a>(items: &'a [NavItem], path: &str) -> Option<&'a str> {
    let path = core::LIES_IN.iter().find(|(part, _)| lies_in(path, part)).map_or(path, |(_, item)| item);
    let is_start =
        |item: &NavItem| items.iter().any(|other| other.path != item.path && lies_in(other.path, item.path));
    let inside = |item: &&NavItem| path == item.path || (lies_in(path, item.path) && !is_start(item));
    items.iter().filter(inside).max_by_key(|item| item.path.len()).map(|item| item.path)
}

fn lies_in(path: &str, start: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_lights_up_what_it_lies_in_and_never_the_start() {
        let at = |place, path| {
            let items: Vec<NavItem> = core::NAV.iter().filter(|item| item.place == place).copied().collect();
            current(&items, path).map(str::to_owned)
        };
        let studio = |path| at(NavPlace::Studio, path);
        assert_eq!(studio("/studio").as_deref(), Some("/studio"));
        assert_eq!(studio("/studio/orders/payouts").as_deref(), Some("/studio/orders"));
        for path in ["/studio/payments/stripe/events", "/studio/offers/payments", "/studio/offers/taxes"] {
            assert_eq!(studio(path).as_deref(), Some("/studio/orders"), "{path}");
        }
        assert_eq!(studio("/studio/elsewhere"), None);
        assert_eq!(studio("/studio/ordersome"), None);
        assert_eq!(at(NavPlace::Client, "/me/payment-methods").as_deref(), Some("/me/subscriptions"));
    }
}
