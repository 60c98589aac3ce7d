//! People: identities across tenants, and the staff and clients of each tenant.
//!
//! **Words.** An *account* is an identity that signs in; one across all tenants. A *member* is somebody of a tenant's
//! staff, a *client* somebody whom a tenant serves. A *note* is what staff wrote down about a client.
//!
//! **Invariants.**
//! - A client is found by the normalised e-mail; a tenant has one client an address.
//! - An account whose e-mail is not verified is linked to no client: registering an address does not open its bookings.

pub mod accounts;
pub mod clients;
mod email;
pub mod members;
mod schema;

pub use email::normalised;
