//! Who may do what: casbin, behind one function.
//!
//! **Purpose.** [`Access::grants`] answers which permissions some roles hold in a tenant while some modules are on. The host
//! puts the answer into the context; [`kernel::Ctx::tx`] and [`kernel::Ctx::may`] ask it there.
//!
//! **Words.** A *rule* says that a role may (allow) or may not (deny) use a permission, in one tenant or in all. The
//! *holders* of a permission are the built-in roles that its module names in code. The *matrix* is every role against
//! every permission.
//!
//! **Invariants.**
//! - Casbin decides every pair of role and permission: the shared ones once at start, a tenant's own when its version grows.
//! - A permission of a module that is off is granted to nobody, not even to the system.
//! - A revoked right holds with the tenant's next version: a decision is kept for the version it was made for, no longer.
//! - A tenant's rules can't shut out its owners, and can't give visitors, clients or anybody else a permission that no
//!   built-in staff role holds.

mod error;
mod grants;
mod matrix;
mod own;
mod rules;

pub use error::AccessError;
pub use grants::{Access, POLICY};
pub use own::OwnRule;
pub use rules::{Effect, Rule};
