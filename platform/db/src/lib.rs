//! The only crate that opens database connections.
//!
//! **Purpose.** Hands out transactions that are bound to one tenant ([`Ctx::tx`]) or, under another type and role, to
//! none ([`Db::system_tx`]), and writes the outbox (events and jobs) into them.
//!
//! **Words.** A *context* ([`Ctx`]) says who acts for which tenant, at what time and with which grants. A *grant* is a
//! [`Permission`] that the acting person holds in this tenant while its module is on.
//!
//! **Invariants.**
//! - No permission, no transaction; no transaction, no query.
//! - The tenant is bound inside the transaction only, never on the connection.
//! - Nothing outside the database happens inside a transaction: it starts from a row written here.

mod ctx;
mod entropy;
mod error;
mod fixed;
mod kept;
mod migrate;
mod outbox;
mod pool;
mod prepared;
mod registry;
mod schema;
mod system;
mod tenant;
mod tx;

pub use ctx::{Actor, Ctx, CtxParts, Grants, Permission, Staff, open};
pub use entropy::{Clock, Entropy};
pub use error::{TxError, constraint, is_unique_violation};
pub use fixed::{Fixed, fixed};
pub use migrate::{MigrateError, MigrationReport, migrate, migration_count};
pub use outbox::{JobSpec, Subscriptions, enqueue_system};
pub use pool::{Db, Exclusive, PoolOptions, create_database, exclusive};
pub use prepared::{Prepared, prepared};
pub use system::SystemTx;
pub use tenant::{Brand, TenantInfo, TenantStatus};
pub use tx::{AsyncFunc, Tx};
