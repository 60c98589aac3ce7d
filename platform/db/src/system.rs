use std::ops::{AsyncFnOnce, Deref, DerefMut};

use diesel_async::{AsyncPgConnection, pooled_connection::deadpool::Object};

use crate::{
    TxError,
    pool::Db,
    tx::{AsyncFunc, begin, commit, rollback},
};

/// A transaction of the platform itself, bound to no tenant: registry, accounts, logins, the job table.
///
/// Its role (`app_system`) cannot read tenant tables. Few crates use it.
pub struct SystemTx {
    conn: Object<AsyncPgConnection>,
    pub(crate) enqueued: bool,
}

impl Deref for SystemTx {
    type Target = AsyncPgConnection;
    fn deref(&self) -> &AsyncPgConnection {
        &self.conn
    }
}
impl DerefMut for SystemTx {
    fn deref_mut(&mut self) -> &mut AsyncPgConnection {
        &mut self.conn
    }
}

impl Db {
    /// Runs `work` in a transaction as `app_system`. `reason` says why no tenant is bound, for the reader and the log.
    ///
    /// # Errors
    /// [`TxError::Busy`] without a connection, and whatever `work` answers.
    pub async fn system_tx<'a, R, E, F>(&'a self, reason: &'static str, work: F) -> Result<R, E>
    where
        for<'r> F: AsyncFnOnce(&'r mut SystemTx) -> Result<R, E>
            + AsyncFunc<&'r mut SystemTx, Result<R, E>, Fut: Send>
            + Send
            + 'a,
        E: From<TxError> + Send + 'a,
        R: Send + 'a,
    {
        tracing::trace!(reason, "system transaction");
        let mut tx =
            SystemTx { conn: begin(self, "BEGIN; SET LOCAL ROLE app_system").await?, enqueued: false };
        match work(&mut tx).await {
            Ok(value) => {
                let enqueued = tx.enqueued;
                commit(&mut tx.conn).await?;
                drop(tx);
                if enqueued {
                    self.woken.notify_one();
                }
                Ok(value)
            }
            Err(error) => {
                rollback(&mut tx.conn).await;
                Err(error)
            }
        }
    }
}
