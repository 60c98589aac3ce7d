use std::{collections::BTreeSet, fmt, sync::Arc};

use events::{AccountId, ClientId, Id, Instant, MemberId};
use serde::Serialize;

use crate::{Clock, Db, Entropy, TenantInfo, outbox::Subscriptions};

/// A right to do one thing: `module:resource:action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Permission(pub &'static str);

impl Permission {
    /// The module that owns the permission: the part before the first colon.
    #[must_use]
    pub fn module(self) -> &'static str {
        self.0.split(':').next().unwrap_or(self.0)
    }
}

/// A person of staff as the acting person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Staff {
    /// Their identity.
    pub account: AccountId,
    /// Their place in this tenant.
    pub member: MemberId,
    /// `owner`, `admin` or `coach`.
    pub role: String,
    /// Their name.
    pub name: String,
    /// Their e-mail.
    pub email: String,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Nobody known.
    Visitor,
    /// Signed in, and a client of this tenant (or not yet one: then `client` is empty).
    Client {
        /// Their identity.
        account: AccountId,
        /// Their place in this tenant.
        client: Option<ClientId>,
        /// Their name.
        name: String,
        /// Their e-mail.
        email: String,
    },
    /// Staff of this tenant.
    Staff(Staff),
    /// The platform itself: a job or a command, named.
    System {
        /// What it is, for the audit.
        name: String,
    },
}

impl Actor {
    /// The built-in roles of the acting person in this tenant.
    #[must_use]
    pub fn roles(&self) -> Vec<&str> {
        match self {
            Self::Visitor => vec!["visitor"],
            Self::Client { .. } => vec!["visitor", "client"],
            Self::Staff(staff) => vec!["visitor", "client", &staff.role],
            Self::System { .. } => vec!["system"],
        }
    }
    /// The account that is signed in, if any.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Client { account, .. } => Some(*account),
            Self::Staff(staff) => Some(staff.account),
            Self::Visitor | Self::System { .. } => None,
        }
    }
    /// The staff person, if one acts.
    #[must_use]
    pub fn staff(&self) -> Option<&Staff> {
        match self {
            Self::Staff(staff) => Some(staff),
            _ => None,
        }
    }
}

/// The permissions that somebody holds. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Grants(Arc<BTreeSet<Permission>>);

impl Grants {
    /// These and no others.
    pub fn of(permissions: impl IntoIterator<Item = Permission>) -> Self {
        Self(Arc::new(permissions.into_iter().collect()))
    }
    /// Whether `permission` is among them.
    #[must_use]
    pub fn holds(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }
    /// All of them, sorted.
    pub fn iter(&self) -> impl Iterator<Item = Permission> + '_ {
        self.0.iter().copied()
    }
}

/// What the host puts into a context.
pub struct CtxParts {
    /// The tenant.
    pub tenant: Arc<TenantInfo>,
    /// Who acts.
    pub actor: Actor,
    /// What they may do; the gate has already left out modules that are off.
    pub grants: Grants,
    /// The pool.
    pub db: Db,
    /// Where time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
    /// Which jobs follow an event.
    pub subscriptions: Arc<Subscriptions>,
    /// Quoted in logs and error pages.
    pub request_id: String,
    /// Scheme and host of absolute links, without a slash at the end: `https://example.com`.
    pub origin: String,
    /// What stands before the tenant's paths: `/{slug}`, or empty on the tenant's own domain.
    pub base: String,
}

/// Who acts, for which tenant, when. Built by the host; a module can only use it. Cheap to clone.
#[derive(Clone)]
pub struct Ctx(pub(crate) Arc<CtxParts>);

/// The host's door: makes a context. Only crates that list `db` can name it.
#[must_use]
pub fn open(parts: CtxParts) -> Ctx {
    Ctx(Arc::new(parts))
}

impl Ctx {
    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }
    /// A new identifier, in order of time.
    #[must_use]
    pub fn new_id<K>(&self) -> Id<K> {
        self.0.entropy.id(self.now())
    }
    /// An unguessable token for links: 160 bits, 27 URL-safe characters.
    #[must_use]
    pub fn new_token(&self) -> String {
        self.0.entropy.token()
    }
    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &TenantInfo {
        &self.0.tenant
    }
    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0.actor
    }
    /// Whether the acting person may; for showing or hiding, since [`Ctx::tx`] asks again.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.0.grants.holds(permission)
    }
    /// Whether a feature module is on for this tenant.
    #[must_use]
    pub fn has(&self, module: &str) -> bool {
        self.0.tenant.features.contains(module)
    }
    /// Path of a page of this tenant: `path` begins with a slash, or is empty for the public page.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        let full = format!("{}{path}", self.0.base);
        if full.is_empty() { "/".into() } else { full }
    }
    /// Absolute link to a page of this tenant, for mails and calendar files.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}{}", self.0.origin, self.path(path))
    }
    /// Quoted in logs and error pages.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }
}

impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx")
            .field("tenant", &self.0.tenant.slug)
            .field("actor", &self.0.actor)
            .finish_non_exhaustive()
    }
}
