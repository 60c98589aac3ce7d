//! Configuration: `config/default.toml` < a file < the environment. Refused whole when a key is unknown or a value bad.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use toml::Value;

const DEFAULT: &str = include_str!("../../../config/default.toml");
const FEATURES: &str = include_str!("../../../config/features.toml");

/// The effective configuration. Each key is explained in `config/default.toml`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the sections and keys are explained in config/default.toml")]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub redis: Redis,
    pub mail: Mail,
    pub data: Data,
    pub limits: Limits,
    pub worker: Worker,
    pub plugins: Plugins,
    pub rooms: Rooms,
    pub stripe: Stripe,
}

/// What kind of installation this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Real people, real money.
    Production,
    /// One machine, demo tenants.
    Development,
}

macro_rules! section {
    ($name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[doc = concat!("Section of the configuration; see `config/default.toml`.")]
        #[derive(Clone, Debug, Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        #[expect(missing_docs, reason = "the keys are explained in config/default.toml")]
        pub struct $name { $(pub $field: $type),* }
    };
}
section!(Server {
    environment: Environment,
    listen: String,
    metrics_listen: String,
    origin: String,
    base_domain: String,
    trusted_proxies: Vec<String>,
    drain_seconds: u64,
    grace_seconds: u64,
});
section!(Database { url: String, owner_url: String, pool: usize });
section!(Redis { url: String });
section!(Mail { transport: MailTransport, smtp_url: String, from: String });
section!(Data { dir: PathBuf });
section!(Limits {
    address_per_second: u32,
    address_burst: u32,
    tenant_per_second: u32,
    tenant_burst: u32,
    body_bytes: usize,
    upload_bytes: usize,
    file_bytes: usize,
    header_seconds: u64,
    request_seconds: u64,
    connections: usize,
});
section!(Worker { concurrency: usize, orphan_seconds: u64 });
section!(Plugins { concurrency: usize });
section!(Rooms { base_url: String });
section!(Stripe {
    api_url: String,
    js_url: String,
    page_hosts: Vec<String>,
    secret_key: String,
    publishable_key: String,
    webhook_secret: String,
    application_fee: u32,
});

/// How mails leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// By SMTP.
    Smtp,
    /// Not at all: they are read at `/dev/outbox`.
    Outbox,
}

/// Why the configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file can't be read.
    #[error("{0}: {1}")]
    Read(PathBuf, std::io::Error),
    /// A key or value of a file or of the environment.
    #[error("{origin}: {reason}")]
    Invalid {
        /// File with line, or name of the variable.
        origin: String,
        /// What is wrong.
        reason: String,
    },
}

impl Database {
    /// Connections at most: as configured, or four for each core and at least eight. More of them than that only wait for each
    /// other when the database shares the machine.
    #[must_use]
    pub fn connections(&self) -> usize {
        match self.pool {
            0 => std::thread::available_parallelism().map_or(8, |cores| cores.get().saturating_mul(4).max(8)),
            pool => pool,
        }
    }
}

impl Config {
    /// Reads the effective configuration.
    ///
    /// # Errors
    /// With file and line, or the variable's name.
    pub fn load(file: Option<&PathBuf>, environment: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let mut tree = parse("config/default.toml", DEFAULT)?;
        if let Some(path) = file {
            let text =
                std::fs::read_to_string(path).map_err(|error| ConfigError::Read(path.clone(), error))?;
            let name = path.display().to_string();
            let own = parse(&name, &text)?;
            merge(&mut tree, own, "", &|key| format!("{name}{}", line_of(&text, key)))?;
        }
        for (name, value) in environment.iter().filter(|(name, _)| name.starts_with("PLATFORM__")) {
            let (path, value) = from_environment(name, value)?;
            let own = nest(&path, &value, &tree);
            merge(&mut tree, own, "", &|_| name.clone())?;
        }
        tree.try_into::<Self>()
            .map_err(|error| ConfigError::Invalid {
                origin: "configuration".into(),
                reason: error.message().to_owned(),
            })?
            .checked()
    }
    /// Defaults of the feature modules.
    ///
    /// # Errors
    /// When `config/features.toml` does not parse.
    pub fn feature_defaults() -> Result<tenants::FeatureDefaults, ConfigError> {
        toml::from_str(FEATURES).map_err(|error| ConfigError::Invalid {
            origin: "config/features.toml".into(),
            reason: error.message().to_owned(),
        })
    }
    /// The configuration as TOML with secrets hidden.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut shown = self.clone();
        for secret in [
            &mut shown.database.url,
            &mut shown.database.owner_url,
            &mut shown.redis.url,
            &mut shown.mail.smtp_url,
            &mut shown.stripe.secret_key,
            &mut shown.stripe.webhook_secret,
        ] {
            if !secret.is_empty() {
                "(set)".clone_into(secret);
            }
        }
        toml::to_string(&shown).unwrap_or_default()
    }
    /// Whether this is a development installation.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.server.environment == Environment::Development
    }

    /// How Stripe is reached.
    #[must_use]
    pub fn stripe_settings(&self) -> stripe_provider::Settings {
        let Stripe {
            api_url,
            js_url,
            page_hosts,
            secret_key,
            publishable_key,
            webhook_secret,
            application_fee,
        } = self.stripe.clone();
        stripe_provider::Settings {
            api_url,
            js_url,
            page_hosts,
            secret_key,
            publishable_key,
            webhook_secret,
            application_fee,
            origin: self.server.origin.clone(),
        }
    }

    fn checked(self) -> Result<Self, ConfigError> {
        let wrong =
            |key: &str, reason: &str| ConfigError::Invalid { origin: key.into(), reason: reason.into() };
        if self.server.origin.ends_with('/') || !self.server.origin.starts_with("http") {
            return Err(wrong(
                "server.origin",
                "scheme and host without a slash at the end, like https://example.com",
            ));
        }
        if !self.is_development() && self.mail.transport == MailTransport::Outbox {
            return Err(wrong("mail.transport", "the outbox is for development; set smtp and mail.smtp_url"));
        }
        if self.mail.transport == MailTransport::Smtp && self.mail.smtp_url.is_empty() {
            return Err(wrong("mail.smtp_url", "needed when mail.transport is smtp"));
        }
        if self.worker.concurrency == 0 || self.plugins.concurrency == 0 {
            return Err(wrong("worker.concurrency, plugins.concurrency", "at least 1"));
        }
        if kernel::FrameOrigin::of(&self.rooms.base_url).is_none() || self.rooms.base_url.ends_with('/') {
            return Err(wrong("rooms.base_url", "an https address without a slash at the end"));
        }
        if let Err(error) = self.stripe_settings().checked(self.is_development()) {
            return Err(wrong(&format!("stripe.{}", error.key), error.reason));
        }
        Ok(self)
    }
}

fn parse(name: &str, text: &str) -> Result<Value, ConfigError> {
    toml::from_str::<toml::Table>(text).map(Value::Table).map_err(|error| {
        let line =
            error.span().map_or(1, |span| text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1);
        ConfigError::Invalid { origin: format!("{name}:{line}"), reason: error.message().to_owned() }
    })
}

/// Lays `own` over `base`, refusing keys that `base` does not have and values of another kind.
fn merge(
    base: &mut Value,
    own: Value,
    path: &str,
    origin: &dyn Fn(&str) -> String,
) -> Result<(), ConfigError> {
    match (base, own) {
        (Value::Table(base), Value::Table(own)) => {
            for (key, value) in own {
                let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let Some(slot) = base.get_mut(&key) else {
                    return Err(ConfigError::Invalid {
                        origin: origin(&here),
                        reason: format!("unknown key {here}"),
                    });
                };
                merge(slot, value, &here, origin)?;
            }
            Ok(())
        }
        (slot, value) if slot.same_type(&value) => {
            *slot = value;
            Ok(())
        }
        (slot, _) => Err(ConfigError::Invalid {
            origin: origin(path),
            reason: format!("{path} must be a {}", slot.type_str()),
        }),
    }
}

/// `PLATFORM__SERVER__LISTEN` → `server.listen`; a name that ends in `_FILE` names a file with the value.
fn from_environment(name: &str, value: &str) -> Result<(String, String), ConfigError> {
    let path = name.trim_start_matches("PLATFORM__").to_lowercase().replace("__", ".");
    match path.strip_suffix("_file") {
        Some(stem) => {
            let text =
                std::fs::read_to_string(value).map_err(|error| ConfigError::Read(value.into(), error))?;
            Ok((stem.to_owned(), text.trim_end().to_owned()))
        }
        None => Ok((path, value.to_owned())),
    }
}

/// A value of the environment in the kind that the tree has at that path; text where the tree has none.
fn nest(path: &str, value: &str, tree: &Value) -> Value {
    let present = path.split('.').try_fold(tree, |node, key| node.get(key));
    let leaf = match present {
        Some(Value::Integer(_)) => {
            value.parse().map(Value::Integer).unwrap_or_else(|_| Value::String(value.into()))
        }
        Some(Value::Boolean(_)) => {
            value.parse().map(Value::Boolean).unwrap_or_else(|_| Value::String(value.into()))
        }
        Some(Value::Array(_)) => {
            let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(|item| Value::String(item.into())).collect())
        }
        _ => Value::String(value.into()),
    };
    path.rsplit('.').fold(leaf, |inner, key| Value::Table([(key.to_owned(), inner)].into_iter().collect()))
}

/// `:line` of the key in the text, found within its section.
fn line_of(text: &str, path: &str) -> String {
    let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
    let mut current = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut current);
            if current == path {
                return format!(":{}", index + 1);
            }
        }
        if current == section && line.split('=').next().is_some_and(|name| name.trim() == key) {
            return format!(":{}", index + 1);
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let dir = std::env::temp_dir().join(format!("platform-config-{:x}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join(format!("{}.toml", file.len() + environment.len() * 1000));
        std::fs::write(&path, format!("[server]\nenvironment = \"development\"\n{file}")).unwrap();
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::load(Some(&path), &environment)
    }

    #[test]
    fn layers() {
        let config = load("listen = \"127.0.0.1:1\"\n", &[("PLATFORM__DATABASE__POOL", "3")]).unwrap();
        assert_eq!((config.server.listen.as_str(), config.database.pool), ("127.0.0.1:1", 3));
        assert!(
            load("", &[("PLATFORM__DATABASE__POOL", "many")])
                .unwrap_err()
                .to_string()
                .contains("PLATFORM__DATABASE__POOL")
        );
    }

    #[test]
    fn unknown_keys_and_bad_values_are_refused_with_their_line() {
        let error = load("lisen = \"x\"\n", &[]).unwrap_err().to_string();
        assert!(error.contains(":3") && error.contains("unknown key server.lisen"), "{error}");
        let error = load("drain_seconds = \"soon\"\n", &[]).unwrap_err().to_string();
        assert!(error.contains(":3") && error.contains("must be a integer"), "{error}");
        assert!(load("", &[("PLATFORM__SERVER__COLOR", "red")]).is_err());
    }
}
