use std::{sync::Arc, time::Duration};

use diesel_async::{
    AsyncPgConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool, PoolError},
    },
};
use tokio::sync::Notify;

use crate::{TxError, kept::Kept, registry::Shared};

/// How many connections, and how long to wait for one.
#[derive(Clone, Copy, Debug)]
pub struct PoolOptions {
    /// At most so many connections.
    pub size: usize,
    /// How long a request waits for one before it is told that the house is busy.
    pub wait: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self { size: 16, wait: Duration::from_millis(900) }
    }
}

/// The connection pool. Cheap to clone. Modules cannot name it.
#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    pub(crate) wait: Duration,
    pub(crate) woken: Arc<Notify>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) kept: Arc<Kept>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("pool", &self.pool.status()).finish()
    }
}

impl Db {
    /// Makes a pool; connections are opened when they are asked for.
    ///
    /// # Errors
    /// When the options make no pool.
    pub fn connect(url: &str, options: PoolOptions) -> Result<Self, TxError> {
        let mut config = ManagerConfig::default();
        // A broken or still open connection is dropped by its state; a ping would cost a round trip each time.
        config.recycling_method = RecyclingMethod::Fast;
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
        let pool = Pool::builder(manager)
            .max_size(options.size)
            .build()
            .map_err(|error| TxError::Busy(error.to_string()))?;
        let (shared, kept) = (Arc::new(Shared::new(url)), Arc::default());
        Ok(Self { pool, wait: options.wait, woken: Arc::new(Notify::new()), shared, kept })
    }
    /// A connection, once there is one.
    pub(crate) async fn connection(&self) -> Result<Object<AsyncPgConnection>, TxError> {
        match tokio::time::timeout(self.wait, self.pool.get()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(PoolError::Backend(error))) => Err(TxError::Busy(error.to_string())),
            Ok(Err(error)) => Err(TxError::Busy(error.to_string())),
            Err(_) => Err(TxError::Busy("no connection became free in time".into())),
        }
    }
    /// Waits until a transaction of this process has enqueued a job.
    pub async fn jobs_enqueued(&self) {
        self.woken.notified().await;
    }
    /// Connections open, and how many of them are idle.
    #[must_use]
    pub fn usage(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.available)
    }
}

impl Db {
    /// The server's version, and how many migrations it has.
    ///
    /// # Errors
    /// When the database is away or was never migrated.
    pub async fn health(&self) -> Result<(String, usize), TxError> {
        use diesel::{QueryableByName, sql_types as st};
        use diesel_async::RunQueryDsl;

        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = st::Text)]
            version: String,
        }
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = st::BigInt)]
            count: i64,
        }
        let mut conn = self.connection().await?;
        let row: Row =
            diesel::sql_query("SELECT 'PostgreSQL ' || current_setting('server_version') AS version")
                .get_result(&mut conn)
                .await?;
        let applied: Count = diesel::sql_query("SELECT count(*) AS count FROM __diesel_schema_migrations")
            .get_result(&mut conn)
            .await?;
        Ok((row.version, usize::try_from(applied.count).unwrap_or(0)))
    }
}

/// A lock that this process holds until the value is dropped or the process dies, however it dies.
#[derive(Debug)]
pub struct Exclusive {
    _connection: Box<dyn std::any::Any + Send>,
}

/// Takes the installation-wide lock `key`; `None` when another process has it.
///
/// # Errors
/// When the database can't be reached.
pub async fn exclusive(url: &str, key: i64) -> Result<Option<Exclusive>, TxError> {
    use diesel::{QueryableByName, sql_types as st};
    use diesel_async::{AsyncConnection, RunQueryDsl};

    #[derive(QueryableByName)]
    struct Locked {
        #[diesel(sql_type = st::Bool)]
        locked: bool,
    }
    let mut conn =
        AsyncPgConnection::establish(url).await.map_err(|error| TxError::Busy(error.to_string()))?;
    let row: Locked = diesel::sql_query("SELECT pg_try_advisory_lock($1) AS locked")
        .bind::<st::BigInt, _>(key)
        .get_result(&mut conn)
        .await?;
    Ok(row.locked.then(|| Exclusive { _connection: Box::new(conn) }))
}

/// Makes a database of this name when there is none. For private servers, as their superuser.
///
/// # Errors
/// When the server can't be reached or refuses.
pub async fn create_database(superuser_url: &str, name: &str) -> Result<(), TxError> {
    use diesel::{QueryableByName, sql_types as st};
    use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};

    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = st::Bool)]
        found: bool,
    }
    let mut conn = AsyncPgConnection::establish(superuser_url)
        .await
        .map_err(|error| TxError::Busy(error.to_string()))?;
    let row: Found = diesel::sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS found")
        .bind::<st::Text, _>(name)
        .get_result(&mut conn)
        .await?;
    if !row.found {
        let quoted = name.replace('"', "\"\"");
        conn.batch_execute(&format!("CREATE DATABASE \"{quoted}\"")).await?;
    }
    Ok(())
}
