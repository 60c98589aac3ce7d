//! The one look-up that every request makes, on one connection for all of them.

use std::sync::{Arc, Mutex, PoisonError};

use diesel_async::{AsyncConnection, AsyncPgConnection, pooled_connection::deadpool::Object};

use crate::{Db, TxError};

/// A connection that many use at once: their statements go out one behind the other, without waiting for each other's
/// answers. It is opened when it is first asked for, and again after it was lost.
pub(crate) struct Shared {
    url: String,
    connection: Mutex<Option<Arc<AsyncPgConnection>>>,
    opening: tokio::sync::Mutex<()>,
}

impl Shared {
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), connection: Mutex::default(), opening: tokio::sync::Mutex::default() }
    }
    fn known(&self) -> Option<Arc<AsyncPgConnection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    async fn open(&self) -> Result<Arc<AsyncPgConnection>, TxError> {
        let _turn = self.opening.lock().await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let opened = AsyncPgConnection::establish(&self.url)
            .await
            .map_err(|error| TxError::Busy(error.to_string()))?;
        let opened = Arc::new(opened);
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&opened));
        Ok(opened)
    }
    fn lost(&self, lost: &Arc<AsyncPgConnection>) {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if connection.as_ref().is_some_and(|known| Arc::ptr_eq(known, lost)) {
            *connection = None;
        }
    }
}

impl Db {
    /// The connection for reading the registry that all requests share (as `&AsyncPgConnection`), as the login role, which
    /// may read the tenant registry and nothing else. For single quick statements: each waits for those before it.
    /// Whoever gets an error from it tells [`Db::registry_lost`] and asks again on [`Db::registry_connection`].
    ///
    /// Invariant: no transaction is ever begun on it.
    ///
    /// # Errors
    /// [`TxError::Busy`] when it can't be opened.
    pub async fn registry(&self) -> Result<Arc<AsyncPgConnection>, TxError> {
        if let Some(known) = self.shared.known() {
            return Ok(known);
        }
        match tokio::time::timeout(self.wait, self.shared.open()).await {
            Ok(opened) => opened,
            Err(_) => Err(TxError::Busy("the database does not answer".into())),
        }
    }
    /// Gives up a shared connection: the next who asks gets a new one.
    pub fn registry_lost(&self, lost: &Arc<AsyncPgConnection>) {
        self.shared.lost(lost);
    }
    /// A connection outside a transaction, as the login role, which may read the tenant registry and nothing else.
    ///
    /// # Errors
    /// [`TxError::Busy`] without a connection.
    pub async fn registry_connection(&self) -> Result<Object<AsyncPgConnection>, TxError> {
        self.connection().await
    }
}
