//! What a feature module sees of the platform.
//!
//! **Purpose.** One vocabulary for all modules: the context of a request ([`Ctx`], [`Tx`]), what a module is
//! ([`Module`], [`Registry`]), how it answers ([`Page`], [`Problem`], [`Redirect`]), reads forms ([`Form`]), checks
//! input ([`Check`]), and starts what follows ([`mail`], [`JobDef`], events through [`Tx::emit`]).
//!
//! **Invariants.**
//! - Whether a module is on for a tenant is asked in [`Registry::active`] and nowhere else.
//! - A module answers with values; the host turns them into HTML, JSON and mails.

mod audit;
mod call;
mod check;
pub mod csv;
mod form;
mod job;
mod json_column;
pub mod mail;
mod module;
mod page;
mod paging;
mod problem;
pub mod roles;
mod schema;
mod search;
mod text;
mod tries;
mod visit;

pub use audit::audit;
pub use call::CallKey;
pub use check::Check;
pub use db::{
    Actor, Brand, Clock, Ctx, Entropy, Grants, JobSpec, Permission, Staff, Subscriptions, TenantInfo,
    TenantStatus, Tx, TxError, constraint, fixed, is_unique_violation, prepared,
};
pub use form::{Form, FormState, query};
pub use futures::future::BoxFuture;
pub use job::{JobDef, JobError, Reaction, Schedule};
pub use module::{
    Api, Audience, Block, BlockFn, CreditUse, CreditUses, Module, NavItem, NavPlace, PageRoute,
    PermissionDef, Provision, PublicAction, Registry, Source, Widgets, no_provision,
};
pub use page::{FrameOrigin, Layout, Page, PageSources, Redirect, View, ViewDef};
pub use paging::{Cursor, Paging};
pub use problem::{FieldError, Problem};
pub use search::contains_pattern;
pub use text::Text;
pub use tries::{Tries, TryCounter, TryLimit};
pub use visit::{Visit, keyed};
