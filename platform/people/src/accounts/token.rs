use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Entropy;
use sha2::{Digest, Sha256};

/// A secret of 256 bits that somebody carries: in a cookie or a link. Only its SHA-256 is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    pub(crate) fn new(entropy: &Entropy) -> Self {
        Self(URL_SAFE_NO_PAD.encode(entropy.bytes::<32>()))
    }
    /// As it stands in the cookie or link: 43 URL-safe characters.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
    pub(crate) fn hash(&self) -> Vec<u8> {
        hash(&self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What is kept of a token.
pub(crate) fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Whether a text can be a token: asked before the database is.
pub(crate) fn looks_right(secret: &str) -> bool {
    secret.len() == 43 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_differ() {
        let entropy = Entropy::seeded(1);
        let (a, b) = (Token::new(&entropy), Token::new(&entropy));
        assert!(looks_right(a.secret()) && a != b && a.hash() != b.hash() && a.hash().len() == 32);
        assert_eq!(format!("{a:?}"), "Token(…)");
        assert!(!looks_right("") && !looks_right(&"a".repeat(44)) && !looks_right(&"ä".repeat(21)));
    }
}
