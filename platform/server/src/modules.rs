//! THE list of feature modules. Removing a line removes the feature.

use kernel::Module;

/// Every feature module of this installation, in the order of navigation and public page.
#[must_use]
pub fn modules() -> Vec<Module> {
    vec![
        appointments::module(), //
        packages::module(),
    ]
}
