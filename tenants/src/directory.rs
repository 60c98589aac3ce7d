use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use db::{Brand, Db, TenantInfo, TenantStatus, TxError};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::{Currency, Instant, TenantId};
use serde_json::Value;

use crate::{
    FeatureDefaults,
    schema::{tenant_domains, tenant_features, tenant_old_slugs, tenants},
};

/// What a slug or host leads to.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// A tenant, in whatever status.
    Found(Arc<TenantInfo>),
    /// A tenant that was renamed: its present slug.
    Moved(String),
    /// Nothing.
    Unknown,
}

/// Finds tenants; keeps what it has read for as long as the tenant's version stays the same.
#[derive(Clone)]
pub struct Directory {
    db: Db,
    defaults: Arc<FeatureDefaults>,
    cache: Arc<Mutex<HashMap<TenantId, Entry>>>,
}

#[derive(Clone)]
struct Entry {
    info: Arc<TenantInfo>,
    entitlements: Option<Arc<Vec<String>>>,
}

/// Entries kept in memory at most (about 2 KB each); past that the cache begins anew.
const CACHE_LIMIT: usize = 20_000;

type Row =
    (TenantId, String, String, String, String, Currency, String, String, Value, Option<Vec<String>>, i64);

impl Directory {
    /// A directory over the registry of `db`.
    #[must_use]
    pub fn new(db: Db, defaults: FeatureDefaults) -> Self {
        Self { db, defaults: Arc::new(defaults), cache: Arc::default() }
    }
    /// The defaults it was made with.
    #[must_use]
    pub fn defaults(&self) -> &FeatureDefaults {
        &self.defaults
    }
    /// By slug; one indexed row is read.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn by_slug(&self, slug: &str, now: Instant) -> Result<Lookup, TxError> {
        if crate::check_slug(slug).is_err() {
            return Ok(Lookup::Unknown);
        }
        if let Some((id, version)) = self.version_of(slug).await? {
            return self.entry(id, version).await.map(found_or_unknown);
        }
        let mut conn = self.db.registry_connection().await?;
        let moved: Option<String> = tenant_old_slugs::table
            .inner_join(tenants::table.on(tenants::id.eq(tenant_old_slugs::tenant_id)))
            .filter(tenant_old_slugs::slug.eq(slug))
            .filter(tenant_old_slugs::until.gt(now))
            .select(tenants::slug)
            .first(&mut conn)
            .await
            .optional()?;
        Ok(moved.map_or(Lookup::Unknown, Lookup::Moved))
    }
    /// By own domain, if it is verified.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn by_domain(&self, domain: &str) -> Result<Lookup, TxError> {
        let mut conn = self.db.registry_connection().await?;
        let found: Option<(TenantId, i64)> = tenant_domains::table
            .inner_join(tenants::table.on(tenants::id.eq(tenant_domains::tenant_id)))
            .filter(tenant_domains::domain.eq(domain))
            .filter(tenant_domains::verified_at.is_not_null())
            .select((tenants::id, tenants::version))
            .first(&mut conn)
            .await
            .optional()?;
        drop(conn);
        let Some((id, version)) = found else { return Ok(Lookup::Unknown) };
        self.entry(id, version).await.map(found_or_unknown)
    }
    /// By identity, for jobs.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn by_id(&self, id: TenantId) -> Result<Option<Arc<TenantInfo>>, TxError> {
        let mut conn = self.db.registry_connection().await?;
        let version: Option<i64> =
            tenants::table.find(id).select(tenants::version).first(&mut conn).await.optional()?;
        drop(conn);
        let Some(version) = version else { return Ok(None) };
        Ok(self.entry(id, version).await?.map(|entry| entry.info))
    }
    /// What the operator lets a tenant switch on; `None`: everything.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn entitlements(&self, id: TenantId) -> Result<Option<Arc<Vec<String>>>, TxError> {
        let mut conn = self.db.registry_connection().await?;
        let version: Option<i64> =
            tenants::table.find(id).select(tenants::version).first(&mut conn).await.optional()?;
        drop(conn);
        let Some(version) = version else { return Ok(None) };
        Ok(self.entry(id, version).await?.and_then(|entry| entry.entitlements))
    }

    /// The row that every request reads, on the connection that all share; on one of its own when that is lost.
    async fn version_of(&self, slug: &str) -> Result<Option<(TenantId, i64)>, TxError> {
        let query = || tenants::table.filter(tenants::slug.eq(slug)).select((tenants::id, tenants::version));
        let shared = self.db.registry().await?;
        let mut conn: &AsyncPgConnection = &shared;
        if let Ok(found) = query().first(&mut conn).await.optional() {
            return Ok(found);
        }
        self.db.registry_lost(&shared);
        let mut own = self.db.registry_connection().await?;
        Ok(query().first(&mut own).await.optional()?)
    }

    async fn entry(&self, id: TenantId, version: i64) -> Result<Option<Entry>, TxError> {
        let cached = self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(entry) = cached.filter(|entry| entry.info.version == version) {
            return Ok(Some(entry));
        }
        let mut conn = self.db.registry_connection().await?;
        let Some(entry) = self.load(&mut conn, id).await? else { return Ok(None) };
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CACHE_LIMIT {
            cache.clear();
        }
        // A slower reader may come with an older version: the newer one stays.
        if cache.get(&id).is_none_or(|known| known.info.version <= entry.info.version) {
            cache.insert(id, entry.clone());
        }
        Ok(Some(entry))
    }

    /// Invariant: the version is read before the switches, so an entry is never newer in name than in content.
    async fn load(&self, conn: &mut AsyncPgConnection, id: TenantId) -> Result<Option<Entry>, TxError> {
        let row: Option<Row> = tenants::table
            .find(id)
            .select((
                tenants::id,
                tenants::slug,
                tenants::name,
                tenants::status,
                tenants::zone,
                tenants::currency,
                tenants::locale,
                tenants::contact_email,
                tenants::brand,
                tenants::entitlements,
                tenants::version,
            ))
            .first(conn)
            .await
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        let switches: Vec<(String, bool)> = tenant_features::table
            .filter(tenant_features::tenant_id.eq(id))
            .select((tenant_features::module, tenant_features::enabled))
            .load(conn)
            .await?;
        Ok(Some(self.assemble(row, switches.into_iter().collect())))
    }

    fn assemble(&self, row: Row, switches: BTreeMap<String, bool>) -> Entry {
        let (id, slug, name, status, zone, currency, locale, contact_email, brand, entitlements, version) =
            row;

        let features = self.defaults.effective(entitlements.as_deref(), &switches);
        let status = match status.as_str() {
            "suspended" => TenantStatus::Suspended,
            "archived" => TenantStatus::Archived,
            _ => TenantStatus::Active,
        };
        let brand: Brand = serde_json::from_value(brand).unwrap_or_default();
        let info = TenantInfo {
            id,
            slug,
            name,
            status,
            zone,
            currency,
            locale,
            contact_email,
            brand,
            features,
            version,
        };
        Entry { info: Arc::new(info), entitlements: entitlements.map(Arc::new) }
    }
}

fn found_or_unknown(entry: Option<Entry>) -> Lookup {
    entry.map_or(Lookup::Unknown, |entry| Lookup::Found(entry.info))
}

use diesel::JoinOnDsl as _;
