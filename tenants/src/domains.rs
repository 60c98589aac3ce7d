//! A tenant's own domains, as the operator's commands add and verify them.

use db::Db;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use events::{Instant, TenantId};

use crate::{
    AdminError,
    admin::taken,
    schema::{tenant_domains, tenants},
};

/// Adds a domain of a tenant; it serves once it is verified.
///
/// # Errors
/// See [`AdminError`].
pub async fn add_domain(db: &Db, slug: &str, domain: &str, now: Instant) -> Result<(), AdminError> {
    let domain = domain.trim().trim_end_matches('.').to_lowercase();
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    if domain.len() > 253 || !domain.contains('.') || !domain.split('.').all(label) {
        return Err(AdminError::Invalid(format!("{domain:?} is not a domain name")));
    }
    db.system_tx("add a domain", async |tx| {
        let id: Option<TenantId> = tenants::table
            .filter(tenants::slug.eq(slug))
            .select(tenants::id)
            .first(&mut **tx)
            .await
            .optional()?;
        let Some(id) = id else { return Err(AdminError::Unknown(slug.to_owned())) };
        let row = (
            tenant_domains::domain.eq(&domain),
            tenant_domains::tenant_id.eq(id),
            tenant_domains::created_at.eq(now),
        );
        diesel::insert_into(tenant_domains::table)
            .values(row)
            .execute(&mut **tx)
            .await
            .map_err(|error| taken(error, &domain))?;
        Ok(())
    })
    .await
}

/// Marks a domain as verified: from now on it serves.
///
/// # Errors
/// See [`AdminError`].
pub async fn verify_domain(db: &Db, domain: &str, now: Instant) -> Result<(), AdminError> {
    db.system_tx("verify a domain", async |tx| {
        let set = tenant_domains::verified_at.eq(Some(now));
        let changed = diesel::update(tenant_domains::table.find(domain)).set(set).execute(&mut **tx).await?;
        if changed == 1 { Ok(()) } else { Err(AdminError::Unknown(domain.to_owned())) }
    })
    .await
}
