//! Guessing is slowed where all replicas see it.

use std::net::IpAddr;

use cache::{Key, Rate};
use events::TenantId;
use kernel::{BoxFuture, TryCounter, TryLimit};

use crate::{app::App, edges::limited_as};

fn rate(limit: TryLimit) -> Rate {
    Rate::new(f64::from(limit.tries) / f64::from(limit.seconds.max(1)), limit.tries)
}

fn key(tenant: TenantId, address: Option<IpAddr>, what: &str) -> Key {
    let who = address.map_or_else(|| "unknown".to_owned(), limited_as);
    Key::tenant(tenant, format_args!("tries/{what}/{who}"))
}

impl TryCounter for App {
    fn hit<'a>(
        &'a self,
        tenant: TenantId,
        address: Option<IpAddr>,
        what: &'a str,
        limit: TryLimit,
    ) -> BoxFuture<'a, Result<(), u32>> {
        Box::pin(async move {
            let allowed = self.cache.allow(&key(tenant, address, what), rate(limit), self.clock.now()).await;
            allowed.map_err(|wait| u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(limit.seconds))
        })
    }
    fn forgive<'a>(
        &'a self,
        tenant: TenantId,
        address: Option<IpAddr>,
        what: &'a str,
        limit: TryLimit,
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move { self.cache.give_back(&key(tenant, address, what), rate(limit)).await })
    }
}
