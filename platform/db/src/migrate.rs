//! Migrations: the replaceable SQL first (roles and helper functions), then what is pending, in one order for all.

use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Re-applied before every migration run; each file can be run again at any time.
const REPLACEABLE: [(&str, &str); 2] = [
    ("010_roles.sql", include_str!("../../../config/replaceable/010_roles.sql")),
    ("020_tenant_table.sql", include_str!("../../../config/replaceable/020_tenant_table.sql")),
];

/// What a migration run did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MigrationReport {
    /// Names of the migrations that were applied now, in order.
    pub applied: Vec<String>,
}

/// Why migrating stopped.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database can't be reached with the owner's URL.
    #[error("cannot connect as the owner: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// A file of `config/replaceable` failed.
    #[error("{file}: {error}")]
    Replaceable {
        /// Which file.
        file: &'static str,
        /// What the database said.
        error: diesel::result::Error,
    },
    /// A migration failed; it was rolled back.
    #[error("migration failed: {0}")]
    Migration(String),
}

/// Brings the database to the present schema, as its owner. Running it again does nothing.
///
/// # Errors
/// See [`MigrateError`].
pub async fn migrate(owner_url: &str) -> Result<MigrationReport, MigrateError> {
    // Held until this connection is dropped: two that migrate at once come one after the other.
    let mut lock = AsyncPgConnection::establish(owner_url).await?;
    lock.batch_execute("SELECT pg_advisory_lock(7300)")
        .await
        .map_err(|error| MigrateError::Migration(error.to_string()))?;
    let mut conn = AsyncPgConnection::establish(owner_url).await?;
    for (file, sql) in REPLACEABLE {
        conn.batch_execute(sql).await.map_err(|error| MigrateError::Replaceable { file, error })?;
    }
    let wrong = |error: Box<dyn std::error::Error + Send + Sync>| MigrateError::Migration(error.to_string());
    let wrong_grant = |error| MigrateError::Replaceable { file: "grants", error };
    let applied = tokio::task::spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(conn);
        let versions = harness.run_pending_migrations(MIGRATIONS)?;
        Ok(versions.iter().map(ToString::to_string).collect())
    })
    .await
    .map_err(|error| MigrateError::Migration(error.to_string()))?
    .map_err(wrong)?;
    lock.batch_execute("GRANT SELECT ON __diesel_schema_migrations TO app").await.map_err(wrong_grant)?;
    Ok(MigrationReport { applied })
}

/// How many migrations this program knows.
#[must_use]
pub fn migration_count() -> usize {
    use diesel::migration::MigrationSource;
    MigrationSource::<diesel::pg::Pg>::migrations(&MIGRATIONS).map(|all| all.len()).unwrap_or(0)
}
