//! THE list of feature modules. Removing a line removes the feature.

use std::sync::Arc;

use billing::OrderRules;
use host::{
    app::{App, Parts},
    config::Config,
};
use kernel::Module;
use ledger::credits::CreditRules;

/// Every feature module of this installation, in the order of navigation and public page.
#[must_use]
pub fn modules() -> Vec<Module> {
    vec![
        appointments::module(), //
        packages::module(),
    ]
}

/// The application with all of them.
///
/// # Errors
/// When a template, text or policy is broken.
pub async fn build(parts: Parts) -> anyhow::Result<Arc<App>> {
    configure(&parts.config);
    App::build(parts, modules(), order_rules()).await
}

/// What modules need of the configuration.
fn configure(config: &Config) {
    appointments::install_rooms(Box::new(appointments::Jitsi::new(config.rooms.base_url.clone())));
    ledger::credits::install_rules(CreditRules {
        names: vec![appointments::CREDIT_NAMES],
        ..packages::credit_rules()
    });
}

/// The part of those modules in what happens to orders that they sold. One that is not in the list above takes none.
fn order_rules() -> Vec<OrderRules> {
    let all = [packages::order_rules(), appointments::order_rules()];
    let modules = modules();
    all.into_iter().filter(|rules| modules.iter().any(|module| module.id == rules.module)).collect()
}
