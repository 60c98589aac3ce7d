/// How an installation reaches Stripe. All keys may be empty: then only businesses with keys of their own take cards.
#[derive(Clone, Default)]
pub struct Settings {
    /// Where the API is, with a slash at the end.
    pub api_url: String,
    /// Where the script of the card form is.
    pub js_url: String,
    /// Hosts of Stripe's own pages, to which forms may lead.
    pub page_hosts: Vec<String>,
    /// The platform's own keys, for Connect.
    pub secret_key: String,
    /// Names the platform to the script.
    pub publishable_key: String,
    /// Signs events of connected accounts.
    pub webhook_secret: String,
    /// The platform's part of each payment on connected accounts, in hundredths of a percent.
    pub application_fee: u32,
    /// Scheme and host of the installation.
    pub origin: String,
}

/// A setting that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stripe.{key}: {reason}")]
pub struct SettingsError {
    /// Which.
    pub key: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl Settings {
    /// The same, when they fit together.
    ///
    /// # Errors
    /// With the setting at fault.
    pub fn checked(self, development: bool) -> Result<Self, SettingsError> {
        let wrong = |key, reason| Err(SettingsError { key, reason });
        let web = |url: &str| url.starts_with("https://") || development && url.starts_with("http://");
        if !web(&self.api_url) || !self.api_url.ends_with('/') {
            return wrong("api_url", "an https address with a slash at the end");
        }
        if !web(&self.js_url) {
            return wrong("js_url", "an https address");
        }
        if self
            .page_hosts
            .iter()
            .any(|host| !web(host) || host.matches('/').count() != 2 || host.contains([';', ' ']))
        {
            return wrong("page_hosts", "https addresses of hosts, without a path");
        }
        if !self.secret_key.is_empty() && !is_secret(&self.secret_key) {
            return wrong("secret_key", "begins with sk_ or rk_");
        }
        if !self.publishable_key.is_empty() && !self.publishable_key.starts_with("pk_") {
            return wrong("publishable_key", "begins with pk_");
        }
        if !self.secret_key.is_empty() && self.publishable_key.is_empty() {
            return wrong("publishable_key", "needed beside secret_key");
        }
        if !self.secret_key.is_empty() && is_live(&self.secret_key) != is_live(&self.publishable_key) {
            return wrong("publishable_key", "of the same mode (test or live) as secret_key");
        }
        if self.application_fee > 5_000 {
            return wrong("application_fee", "at most 5000, which is 50 %");
        }
        Ok(self)
    }
    /// Whether businesses can be connected through the platform.
    #[must_use]
    pub fn has_connect(&self) -> bool {
        !self.secret_key.is_empty()
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// Whether it looks like a secret or restricted key.
pub(crate) fn is_secret(key: &str) -> bool {
    (key.starts_with("sk_") || key.starts_with("rk_")) && is_word(key)
}

/// Whether a key is for real money.
pub(crate) fn is_live(key: &str) -> bool {
    key.split('_').nth(1) == Some("live")
}

/// Nothing but what keys are made of, so that one can stand in a header.
pub(crate) fn is_word(key: &str) -> bool {
    (8..=300).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Settings {
        Settings {
            api_url: "https://api.stripe.com/".into(),
            js_url: "https://js.stripe.com/v3/".into(),
            page_hosts: vec!["https://checkout.stripe.com".into()],
            ..Settings::default()
        }
    }

    #[test]
    fn what_fits_together() {
        assert!(good().checked(false).is_ok(), "no keys at all");
        let keys = |secret: &str, publishable: &str| Settings {
            secret_key: secret.into(),
            publishable_key: publishable.into(),
            ..good()
        };
        assert!(keys("sk_test_12345", "pk_test_12345").checked(false).is_ok());
        for (secret, publishable, key) in [
            ("sk_test_12345", "", "publishable_key"),
            ("sk_test_12345", "pk_live_12345", "publishable_key"),
            ("pk_test_12345", "pk_test_12345", "secret_key"),
            ("sk_test_1234\n5", "pk_test_12345", "secret_key"),
        ] {
            assert_eq!(keys(secret, publishable).checked(false).unwrap_err().key, key);
        }
        let local = Settings { api_url: "http://127.0.0.1:1/".into(), ..good() };
        assert!(local.clone().checked(true).is_ok());
        assert_eq!(local.checked(false).unwrap_err().key, "api_url");
        let host = Settings { page_hosts: vec!["https://a.b; script-src *".into()], ..good() };
        assert_eq!(host.checked(false).unwrap_err().key, "page_hosts");
    }
}
