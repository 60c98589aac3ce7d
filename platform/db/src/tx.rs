use std::{
    ops::{AsyncFnOnce, Deref, DerefMut},
    sync::atomic::{AtomicBool, Ordering},
};

use diesel::{QueryResult, connection::TransactionDepthChange};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
    pooled_connection::deadpool::Object,
};
use futures::FutureExt;

use crate::{Ctx, Permission, TxError, pool::Db};

/// Begins a transaction for reading.
const READ: &str = "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_generic_plan";

type Manager = <AsyncPgConnection as AsyncConnection>::TransactionManager;

/// An asynchronous function whose future can be named, so that it can be required to be `Send`.
pub trait AsyncFunc<T, R>: AsyncFnOnce(T) -> R + FnOnce(T) -> <Self as AsyncFunc<T, R>>::Fut {
    /// The future it returns.
    type Fut: Future<Output = R>;
}
impl<F, T, Fut, R> AsyncFunc<T, R> for F
where
    F: AsyncFnOnce(T) -> R + FnOnce(T) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

/// An open transaction bound to one tenant. Row level security fills and checks `tenant_id`.
///
/// Cannot be built outside this crate. Dropped before its end (a cancelled request), it takes its connection with it:
/// the pool does not reuse a connection whose transaction is open.
pub struct Tx {
    pub(crate) conn: Object<AsyncPgConnection>,
    pub(crate) ctx: Ctx,
    /// Whether the worker is to be woken at the end.
    pub(crate) enqueued: AtomicBool,
}

impl Deref for Tx {
    type Target = AsyncPgConnection;
    fn deref(&self) -> &AsyncPgConnection {
        &self.conn
    }
}
impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.conn
    }
}

impl Ctx {
    /// The only way to the database: name the permission, get a transaction bound to the tenant. It commits when `work`
    /// answers `Ok`, and is rolled back otherwise.
    ///
    /// Keep it short: no network call inside.
    ///
    /// # Errors
    /// [`TxError::Denied`] without the permission, [`TxError::Busy`] without a connection, and whatever `work` answers.
    pub async fn tx<'a, R, E, F>(&'a self, permission: Permission, work: F) -> Result<R, E>
    where
        for<'r> F: AsyncFnOnce(&'r mut Tx) -> Result<R, E>
            + AsyncFunc<&'r mut Tx, Result<R, E>, Fut: Send>
            + Send
            + 'a,
        E: From<TxError> + Send + 'a,
        R: Send + 'a,
    {
        let mut tx = self.open(permission, "BEGIN").await?;
        match work(&mut tx).await {
            Ok(value) => {
                let enqueued = tx.enqueued.load(Ordering::Relaxed);
                commit(&mut tx.conn).await?;
                drop(tx);
                if enqueued {
                    self.0.db.woken.notify_one();
                }
                Ok(value)
            }
            Err(error) => {
                rollback(&mut tx.conn).await;
                Err(error)
            }
        }
    }
    /// The same for reading: the database refuses to write, and nobody waits for the transaction's end, as nothing hangs
    /// on it. How a statement is carried out is planned once for a connection, not anew for each of its values: for
    /// questions that are asked often and find their rows by an index whatever the values are.
    ///
    /// # Errors
    /// As [`Ctx::tx`].
    pub async fn read_tx<'a, R, E, F>(&'a self, permission: Permission, work: F) -> Result<R, E>
    where
        for<'r> F: AsyncFnOnce(&'r mut Tx) -> Result<R, E>
            + AsyncFunc<&'r mut Tx, Result<R, E>, Fut: Send>
            + Send
            + 'a,
        E: From<TxError> + Send + 'a,
        R: Send + 'a,
    {
        let mut tx = self.open(permission, READ).await?;
        let result = work(&mut tx).await;
        leave(tx.conn);
        result
    }

    async fn open(&self, permission: Permission, how: &str) -> Result<Tx, TxError> {
        if !self.may(permission) {
            return Err(TxError::Denied(permission));
        }
        let conn = begin(&self.0.db, &self.bind_sql(how)).await?;
        Ok(Tx { conn, ctx: self.clone(), enqueued: AtomicBool::new(false) })
    }
    /// Invariant: the identifier is a UUID, so the text needs no quoting.
    fn bind_sql(&self, how: &str) -> String {
        format!("{how}; SET LOCAL ROLE app_tenant; SET LOCAL app.tenant_id = '{}'", self.tenant().id.uuid())
    }
}

impl Tx {
    /// The context the transaction was opened from: clock, randomness, tenant, actor.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }
}

/// Begins and binds without a round trip of its own: what follows is sent right behind.
///
/// Nobody hears when it fails, and nobody needs to: if the transaction did not begin, the login role that the next
/// statement then has may read no tenant's table; if it began and failed, no further statement runs in it.
pub(crate) async fn begin(db: &Db, sql: &str) -> Result<Object<AsyncPgConnection>, TxError> {
    let mut conn = db.connection().await?;
    if let Err(error) = hand_over(&mut conn, sql, TransactionDepthChange::IncreaseDepth) {
        // The server may have begun before it failed: such a connection is not given back.
        drop(Object::take(conn));
        return Err(error.into());
    }
    Ok(conn)
}

/// Ends a transaction whose end nobody waits for. Whoever gets the connection next is served after it.
fn leave(mut conn: Object<AsyncPgConnection>) {
    if let Err(error) = hand_over(&mut conn, "ROLLBACK", TransactionDepthChange::DecreaseDepth) {
        tracing::warn!(%error, "a reading transaction could not be ended");
        drop(Object::take(conn));
    }
}

/// Hands a statement to the connection, which sends it in turn, and does not wait for its answer.
fn hand_over(conn: &mut AsyncPgConnection, sql: &str, depth: TransactionDepthChange) -> QueryResult<()> {
    let mut sender: &AsyncPgConnection = conn;
    // Asked once, the future hands its statement over; an answer now can only be that the connection is gone.
    sender.batch_execute(sql).now_or_never().unwrap_or(Ok(()))?;
    Manager::transaction_manager_status_mut(conn).transaction_state()?.change_transaction_depth(depth)
}

pub(crate) async fn commit(conn: &mut Object<AsyncPgConnection>) -> Result<(), TxError> {
    Ok(Manager::commit_transaction(&mut **conn).await?)
}

pub(crate) async fn rollback(conn: &mut Object<AsyncPgConnection>) {
    if let Err(error) = Manager::rollback_transaction(&mut **conn).await {
        // The pool finds the connection broken and drops it; the server rolls back by itself.
        tracing::warn!(%error, "rollback failed");
    }
}
