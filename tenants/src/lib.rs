//! Tenants: the registry, their features, and the files that describe them.
//!
//! **Purpose.** Finds the tenant a request is for, says which feature modules are on for it, and keeps the registry.
//!
//! **Words.** A *switch* is the tenant's own choice for a module; an *entitlement* is what the operator lets it choose;
//! a *default* stands in `config/features.toml`.
//!
//! **Invariants.**
//! - Every request reads the tenant's version from the database (one indexed row); what is cached in memory is used only
//!   for that very version. So a switch, a new brand or a suspension holds on every replica with its next request, and no
//!   lost message can change that.
//! - A domain that is not verified finds no tenant.

mod admin;
mod directory;
mod domains;
mod features;
mod file;
mod schema;
mod slug;

pub use admin::{AdminError, Change, TenantRow, apply, list, plan, rename, set_status};
pub use directory::{Directory, Lookup};
pub use domains::{add_domain, verify_domain};
pub use features::{FeatureDefaults, FeatureState, SWITCHED_JOB, feature_states, set_feature};
pub use file::{FileError, StaffEntry, TenantFile};
pub use slug::{RESERVED, SlugError, check_slug};
