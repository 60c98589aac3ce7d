//! Sets of the built-in roles, for [`crate::PermissionDef::holders`]. Roles do not inherit: each set names all of its own.

/// Whoever comes.
pub const EVERYONE: &[&str] = &["visitor", "client", "coach", "admin", "owner"];
/// Whoever is signed in.
pub const SIGNED_IN: &[&str] = &["client", "coach", "admin", "owner"];
/// Everybody who works for the business.
pub const STAFF: &[&str] = &["coach", "admin", "owner"];
/// Those who run the business.
pub const MANAGERS: &[&str] = &["admin", "owner"];
/// Only the platform's own jobs, whose role `system` holds everything.
pub const SYSTEM: &[&str] = &[];
