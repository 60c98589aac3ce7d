//! Secrets of businesses, encrypted with the installation's key.

use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Nonce, Payload},
};
use events::TenantId;

/// Bytes of a nonce, which stands in front of what it encrypted.
const NONCE: usize = 12;

/// A secret can't be read: it is another tenant's, was made with another key, or was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored secret can't be read with the key of this installation")]
pub(crate) struct Unreadable;

/// Encrypts and decrypts with AES-256-GCM; the tenant is part of what is authenticated, so that a row copied to another
/// tenant is worth nothing there.
pub(crate) struct Vault(Aes256Gcm);

impl Vault {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(Aes256Gcm::new(&key.into()))
    }
    /// The secret as it is stored. `nonce` must be fresh and random.
    pub(crate) fn seal(
        &self,
        tenant: TenantId,
        nonce: [u8; NONCE],
        secret: &str,
    ) -> Result<Vec<u8>, Unreadable> {
        let uuid = tenant.uuid();
        let payload = Payload { msg: secret.as_bytes(), aad: uuid.as_bytes() };
        let sealed = self.0.encrypt(&Nonce::<Aes256Gcm>::from(nonce), payload).map_err(|_| Unreadable)?;
        Ok([nonce.as_slice(), sealed.as_slice()].concat())
    }
    /// The secret that [`Vault::seal`] stored for the same tenant.
    pub(crate) fn open(&self, tenant: TenantId, stored: &[u8]) -> Result<String, Unreadable> {
        let (nonce, sealed) = stored.split_first_chunk::<NONCE>().ok_or(Unreadable)?;
        let uuid = tenant.uuid();
        let payload = Payload { msg: sealed, aad: uuid.as_bytes() };
        let plain = self.0.decrypt(&Nonce::<Aes256Gcm>::from(*nonce), payload).map_err(|_| Unreadable)?;
        String::from_utf8(plain).map_err(|_| Unreadable)
    }
}

/// What is shown of a secret, to tell keys apart: its last four characters.
pub(crate) fn hint(secret: &str) -> String {
    let mut last: Vec<char> = secret.chars().rev().take(4).collect();
    last.reverse();
    last.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use events::Id;
    use uuid::Uuid;

    use super::*;

    fn tenant(number: u128) -> TenantId {
        Id::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn a_secret_comes_back_for_its_tenant_and_key_only() {
        let vault = Vault::new([7; 32]);
        let stored = vault.seal(tenant(1), [1; NONCE], "rk_live_secret").unwrap();
        assert!(!stored.windows(6).any(|part| part == b"secret"));
        assert_eq!(vault.open(tenant(1), &stored).as_deref(), Ok("rk_live_secret"));
        assert_eq!(vault.open(tenant(2), &stored), Err(Unreadable));
        assert_eq!(Vault::new([8; 32]).open(tenant(1), &stored), Err(Unreadable));
        for place in 0..stored.len() {
            let mut changed = stored.clone();
            changed[place] ^= 1;
            assert_eq!(vault.open(tenant(1), &changed), Err(Unreadable), "byte {place}");
        }
        assert_eq!(vault.open(tenant(1), &stored[..5]), Err(Unreadable));
    }

    #[test]
    fn only_the_end_is_shown() {
        assert_eq!(hint("sk_test_abcdWXYZ"), "WXYZ");
        assert_eq!(hint("ab"), "ab");
    }
}
