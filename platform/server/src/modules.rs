//! THE list of feature modules. Removing a line removes the feature.

use billing::OrderRules;
use kernel::Module;

use crate::config::Config;

/// Every feature module of this installation, in the order of navigation and public page.
#[must_use]
pub fn modules() -> Vec<Module> {
    vec![
        appointments::module(), //
        packages::module(),
    ]
}

/// What modules need of the configuration.
pub fn configure(config: &Config) {
    appointments::install_rooms(Box::new(appointments::Jitsi::new(config.rooms.base_url.clone())));
}

/// The part of those modules in what happens to orders that they sold. One that is not in the list above takes none.
#[must_use]
pub fn order_rules() -> Vec<OrderRules> {
    let all = [packages::order_rules(), appointments::order_rules()];
    let modules = modules();
    all.into_iter().filter(|rules| modules.iter().any(|module| module.id == rules.module)).collect()
}
