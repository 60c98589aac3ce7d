//! A small store of texts for each installed automation. Needs the capability `store`. Writes hold once the run
//! has ended well.

use crate::{bindings::coach::automation::kv, Error};

/// The text kept under a key, if any.
///
/// # Errors
/// The platform refused the request.
pub fn get(key: &str) -> Result<Option<String>, Error> {
    Ok(kv::get(key)?)
}

/// Keeps a text under a key of 1 to 128 characters.
///
/// # Errors
/// The platform refused the request.
pub fn set(key: &str, value: &str) -> Result<(), Error> {
    Ok(kv::set(key, value)?)
}

/// Forgets a key; one that is not there is no error.
///
/// # Errors
/// The platform refused the request.
pub fn delete(key: &str) -> Result<(), Error> {
    Ok(kv::delete(key)?)
}
