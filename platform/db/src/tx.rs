use std::ops::{AsyncFnOnce, Deref, DerefMut};

use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncPgConnection, TransactionManager,
    pooled_connection::deadpool::Object,
};

use crate::{Ctx, Permission, TxError, pool::Db};

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
    pub(crate) enqueued: bool,
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
        if !self.may(permission) {
            return Err(TxError::Denied(permission).into());
        }
        let conn = begin(&self.0.db, &self.bind_sql()).await?;
        let mut tx = Tx { conn, ctx: self.clone(), enqueued: false };
        match work(&mut tx).await {
            Ok(value) => {
                let enqueued = tx.enqueued;
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
    /// Invariant: the identifier is a UUID, so the text needs no quoting.
    fn bind_sql(&self) -> String {
        format!("BEGIN; SET LOCAL ROLE app_tenant; SET LOCAL app.tenant_id = '{}'", self.tenant().id.uuid())
    }
}

impl Tx {
    /// The context the transaction was opened from: clock, randomness, tenant, actor.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }
}

/// Begins and binds in one round trip.
pub(crate) async fn begin(db: &Db, sql: &str) -> Result<Object<AsyncPgConnection>, TxError> {
    let mut conn = db.connection().await?;
    if let Err(error) = AnsiTransactionManager::begin_transaction_sql(&mut *conn, sql).await {
        // The server may have begun before it failed: such a connection is not given back.
        drop(Object::take(conn));
        return Err(error.into());
    }
    Ok(conn)
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
