//! The tests of the whole house: one binary, against the running application, on real services.
//!
//! **Purpose.** What no crate can show by itself: the ten invariants of `docs/architecture.md` ([`tidy`]), that tenants
//! never meet, that a module that is off is gone, who may do what, and the ways of a visitor from page to mail.
//!
//! **Words.** A *golden file* in `golden/` is what an answer was when somebody looked at it; `UPDATE_GOLDEN=1` writes it anew.
//!
//! **Invariant.** Coverage comes from the application's own lists (routes, operations, tables), so what is added later is
//! tested without anybody thinking of it, or fails until somebody has.

#[cfg(test)]
mod authz;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod flows;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod links;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod packages;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod stripe;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod tenancy;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod toggles;
#[cfg(test)]
mod world;
