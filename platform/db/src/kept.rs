//! Values made of a tenant's public content, kept in memory for as long as the tenant's version stays the same.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use events::TenantId;

use crate::Ctx;

/// Values kept at most; past that the memory begins anew.
const LIMIT: usize = 5_000;

/// Whose it is, what it is, and its key there. Invariant: begins with the tenant.
type Place = (TenantId, TypeId, String);

/// What is kept, with the version it was made for.
#[derive(Default)]
pub(crate) struct Kept(Mutex<HashMap<Place, (i64, Arc<dyn Any + Send + Sync>)>>);

impl Ctx {
    /// What [`Ctx::keep`] has kept under this key, if the tenant's version is still the same.
    #[must_use]
    pub fn kept<T: Any + Send + Sync>(&self, key: &str) -> Option<Arc<T>> {
        let place = (self.tenant().id, TypeId::of::<T>(), key.to_owned());
        let kept = self.0.db.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (version, value) = kept.get(&place)?;
        if *version != self.tenant().version {
            return None;
        }
        Arc::clone(value).downcast().ok()
    }
    /// Keeps a value for the tenant's present version. It must be made of nothing but tables marked `public_content`
    /// (whose changes raise the version), and the key must name something that was found, so that no caller can fill the
    /// memory with keys. Not for a context that has changed such a table itself: it knows the version of before.
    ///
    /// Invariant: a context knows the version from before anything was read with it, so a value is never older than the
    /// version it is kept for.
    pub fn keep<T: Any + Send + Sync>(&self, key: &str, value: T) -> Arc<T> {
        let value = Arc::new(value);
        let place = (self.tenant().id, TypeId::of::<T>(), key.to_owned());
        let version = self.tenant().version;
        let mut kept = self.0.db.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= LIMIT {
            kept.clear();
        }
        // A slower reader may come with an older version: the newer one stays.
        if kept.get(&place).is_none_or(|(known, _)| *known <= version) {
            kept.insert(place, (version, Arc::<T>::clone(&value)));
        }
        value
    }
}
