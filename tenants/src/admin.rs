use db::{Brand, Clock, Db, Entropy, SystemTx, TxError};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, result::DatabaseErrorKind};
use diesel_async::RunQueryDsl;
use events::{Instant, TenantId};
use serde::Serialize;

use crate::{
    SlugError, TenantFile,
    schema::{tenant_features, tenant_old_slugs, tenants},
};

/// Why a change of the registry was refused.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The slug can't be used.
    #[error(transparent)]
    Slug(#[from] SlugError),
    /// Another tenant has this slug or domain.
    #[error("{0} is taken")]
    Taken(String),
    /// There is no such tenant or domain.
    #[error("{0} is not known")]
    Unknown(String),
    /// The text is not a status, or not a domain.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Tx(#[from] TxError),
}

impl From<diesel::result::Error> for AdminError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Tx(error.into())
    }
}

/// What applying a file would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// The tenant does not exist yet.
    Create {
        /// Its slug.
        slug: String,
    },
    /// These settings differ.
    Update {
        /// Its slug.
        slug: String,
        /// Names of what differs.
        fields: Vec<String>,
    },
    /// Nothing differs.
    None {
        /// Its slug.
        slug: String,
    },
}

/// A line of the operator's list.
#[derive(Clone, Debug, Serialize, diesel::Queryable)]
pub struct TenantRow {
    /// Identity.
    pub id: TenantId,
    /// Name in the URL.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// `active`, `suspended` or `archived`.
    pub status: String,
    /// IANA zone.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
    /// When it was made.
    pub created_at: Instant,
}

type Present = (TenantId, String, String, String, String, String, serde_json::Value, Option<Vec<String>>);

/// What applying `file` would change.
///
/// # Errors
/// When the database is away.
pub async fn plan(db: &Db, file: &TenantFile) -> Result<Change, AdminError> {
    db.system_tx("plan a tenant", async |tx| {
        let slug = file.slug.clone();
        Ok(match present(tx, &slug).await? {
            None => Change::Create { slug },
            Some(row) => {
                let mut fields = differing(&row, file);
                fields.extend(differing_features(tx, row.0, file).await?);
                if fields.is_empty() { Change::None { slug } } else { Change::Update { slug, fields } }
            }
        })
    })
    .await
}

/// Makes the registry match `file`: creates or updates, never deletes. Running it again changes nothing.
///
/// # Errors
/// See [`AdminError`].
pub async fn apply(
    db: &Db,
    clock: &Clock,
    entropy: &Entropy,
    file: &TenantFile,
) -> Result<(TenantId, Change), AdminError> {
    let change = plan(db, file).await?;
    let now = clock.now();
    let fresh: TenantId = entropy.id(now);
    let id = db
        .system_tx("apply a tenant file", async |tx| {
            let id = match (present(tx, &file.slug).await?, &change) {
                (Some(row), Change::None { .. }) => return Ok(row.0),
                (Some(row), _) => update(tx, row.0, file, now).await?,
                (None, _) => create(tx, fresh, file, now).await?,
            };
            write_features(tx, id, file, now).await?;
            Ok::<_, AdminError>(id)
        })
        .await?;
    Ok((id, change))
}

async fn present(tx: &mut SystemTx, slug: &str) -> diesel::QueryResult<Option<Present>> {
    tenants::table
        .filter(tenants::slug.eq(slug))
        .select((
            tenants::id,
            tenants::name,
            tenants::zone,
            tenants::currency,
            tenants::locale,
            tenants::contact_email,
            tenants::brand,
            tenants::entitlements,
        ))
        .first(&mut **tx)
        .await
        .optional()
}

fn differing(row: &Present, file: &TenantFile) -> Vec<String> {
    let brand: Brand = serde_json::from_value(row.6.clone()).unwrap_or_default();
    let entitlements = row.7.clone();
    let pairs = [
        ("name", row.1 != file.name),
        ("zone", row.2 != file.zone),
        ("currency", row.3 != file.currency),
        ("locale", row.4 != file.locale),
        ("contact_email", row.5 != file.contact_email),
        ("brand", brand != file.brand),
        ("entitlements", entitlements != file.entitlements),
    ];
    pairs.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()).collect()
}

async fn differing_features(
    tx: &mut SystemTx,
    id: TenantId,
    file: &TenantFile,
) -> diesel::QueryResult<Vec<String>> {
    let rows: Vec<(String, bool)> = tenant_features::table
        .filter(tenant_features::tenant_id.eq(id))
        .select((tenant_features::module, tenant_features::enabled))
        .load(&mut **tx)
        .await?;
    let differs =
        |(module, enabled): (&String, &bool)| !rows.iter().any(|(m, e)| m == module && e == enabled);
    let names =
        file.features.iter().filter(|entry| differs(*entry)).map(|(module, _)| format!("features.{module}"));
    Ok(names.collect())
}

async fn create(
    tx: &mut SystemTx,
    id: TenantId,
    file: &TenantFile,
    now: Instant,
) -> Result<TenantId, AdminError> {
    let row = (
        tenants::id.eq(id),
        tenants::slug.eq(&file.slug),
        tenants::name.eq(&file.name),
        tenants::zone.eq(&file.zone),
        tenants::currency.eq(&file.currency),
        tenants::locale.eq(&file.locale),
        tenants::contact_email.eq(&file.contact_email),
        tenants::brand.eq(serde_json::to_value(&file.brand).unwrap_or_default()),
        tenants::entitlements.eq(file.entitlements.as_ref()),
        tenants::created_at.eq(now),
        tenants::updated_at.eq(now),
    );
    let kept: i64 = tenant_old_slugs::table
        .filter(tenant_old_slugs::slug.eq(&file.slug))
        .filter(tenant_old_slugs::until.gt(now))
        .count()
        .get_result(&mut **tx)
        .await?;
    if kept > 0 {
        return Err(AdminError::Taken(file.slug.clone()));
    }
    diesel::insert_into(tenants::table)
        .values(row)
        .execute(&mut **tx)
        .await
        .map_err(|error| taken(error, &file.slug))?;
    Ok(id)
}

async fn update(
    tx: &mut SystemTx,
    id: TenantId,
    file: &TenantFile,
    now: Instant,
) -> Result<TenantId, AdminError> {
    let row = (
        tenants::name.eq(&file.name),
        tenants::zone.eq(&file.zone),
        tenants::currency.eq(&file.currency),
        tenants::locale.eq(&file.locale),
        tenants::contact_email.eq(&file.contact_email),
        tenants::brand.eq(serde_json::to_value(&file.brand).unwrap_or_default()),
        tenants::entitlements.eq(file.entitlements.as_ref()),
        tenants::version.eq(tenants::version + 1),
        tenants::updated_at.eq(now),
    );
    diesel::update(tenants::table.find(id)).set(row).execute(&mut **tx).await?;
    Ok(id)
}

async fn write_features(
    tx: &mut SystemTx,
    id: TenantId,
    file: &TenantFile,
    now: Instant,
) -> Result<(), AdminError> {
    for (module, enabled) in &file.features {
        diesel::delete(
            tenant_features::table
                .filter(tenant_features::tenant_id.eq(id))
                .filter(tenant_features::module.eq(module))
                .filter(tenant_features::enabled.ne(enabled)),
        )
        .execute(&mut **tx)
        .await?;
        let row = (
            tenant_features::tenant_id.eq(id),
            tenant_features::module.eq(module),
            tenant_features::enabled.eq(enabled),
            tenant_features::changed_at.eq(now),
            tenant_features::changed_by.eq("tenant file"),
        );
        diesel::insert_into(tenant_features::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// All tenants by slug, for the operator.
///
/// # Errors
/// When the database is away.
pub async fn list(db: &Db) -> Result<Vec<TenantRow>, AdminError> {
    db.system_tx("list tenants", async |tx| {
        let columns = (
            tenants::id,
            tenants::slug,
            tenants::name,
            tenants::status,
            tenants::zone,
            tenants::currency,
            tenants::created_at,
        );
        Ok(tenants::table.select(columns).order(tenants::slug).load(&mut **tx).await?)
    })
    .await
}

/// Sets `active`, `suspended` or `archived`.
///
/// # Errors
/// See [`AdminError`].
pub async fn set_status(db: &Db, slug: &str, status: &str, now: Instant) -> Result<(), AdminError> {
    if !["active", "suspended", "archived"].contains(&status) {
        return Err(AdminError::Invalid("a status is active, suspended or archived".into()));
    }
    db.system_tx("set a tenant's status", async |tx| {
        let set = (
            tenants::status.eq(status),
            tenants::version.eq(tenants::version + 1),
            tenants::updated_at.eq(now),
        );
        let changed =
            diesel::update(tenants::table.filter(tenants::slug.eq(slug))).set(set).execute(&mut **tx).await?;
        if changed == 1 { Ok(()) } else { Err(AdminError::Unknown(slug.to_owned())) }
    })
    .await
}

/// Gives a tenant another slug; the old one redirects for a year.
///
/// # Errors
/// See [`AdminError`].
pub async fn rename(db: &Db, from: &str, to: &str, now: Instant) -> Result<(), AdminError> {
    crate::check_slug(to)?;
    db.system_tx("rename a tenant", async |tx| {
        let id: Option<TenantId> = tenants::table
            .filter(tenants::slug.eq(from))
            .select(tenants::id)
            .first(&mut **tx)
            .await
            .optional()?;
        let Some(id) = id else { return Err(AdminError::Unknown(from.to_owned())) };
        // A tenant may take back an old slug of its own, but not one that still leads to another.
        let foreign: i64 = tenant_old_slugs::table
            .filter(tenant_old_slugs::slug.eq(to))
            .filter(tenant_old_slugs::tenant_id.ne(id))
            .filter(tenant_old_slugs::until.gt(now))
            .count()
            .get_result(&mut **tx)
            .await?;
        if foreign > 0 {
            return Err(AdminError::Taken(to.to_owned()));
        }
        diesel::delete(tenant_old_slugs::table.find(to)).execute(&mut **tx).await?;
        let set =
            (tenants::slug.eq(to), tenants::version.eq(tenants::version + 1), tenants::updated_at.eq(now));
        diesel::update(tenants::table.find(id))
            .set(set)
            .execute(&mut **tx)
            .await
            .map_err(|error| taken(error, to))?;
        let until = now.plus_seconds(365 * 86_400);
        let old = (
            tenant_old_slugs::slug.eq(from),
            tenant_old_slugs::tenant_id.eq(id),
            tenant_old_slugs::until.eq(until),
        );
        diesel::insert_into(tenant_old_slugs::table)
            .values(old)
            .on_conflict(tenant_old_slugs::slug)
            .do_update()
            .set((tenant_old_slugs::tenant_id.eq(id), tenant_old_slugs::until.eq(until)))
            .execute(&mut **tx)
            .await?;
        Ok(())
    })
    .await
}

pub(crate) fn taken(error: diesel::result::Error, name: &str) -> AdminError {
    match error {
        diesel::result::Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
            AdminError::Taken(name.to_owned())
        }
        other => other.into(),
    }
}
