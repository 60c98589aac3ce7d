use std::collections::BTreeSet;

use events::{Currency, TenantId};
use serde::{Deserialize, Serialize};

/// Whether a tenant serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantStatus {
    /// Serves visitors, clients and staff.
    Active,
    /// Visitors read "unavailable"; staff may sign in and export; jobs wait.
    Suspended,
    /// Kept, but gone from sight.
    Archived,
}

/// How a tenant looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Brand {
    /// Main colour as `#rrggbb`; empty: the platform's own.
    pub primary_color: String,
    /// Second colour as `#rrggbb`.
    pub accent_color: String,
    /// One line below the name.
    pub tagline: String,
    /// Picture address on this host, or empty.
    pub logo_url: String,
    /// About the business, Markdown.
    pub about: String,
    /// Where the business is, in words.
    pub place: String,
}

/// What the platform knows of a tenant while a request or job runs for it.
#[derive(Clone, Debug)]
pub struct TenantInfo {
    /// Identity.
    pub id: TenantId,
    /// Name in the URL.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// Whether it serves.
    pub status: TenantStatus,
    /// IANA zone of the business.
    pub zone: String,
    /// What it sells in.
    pub currency: Currency,
    /// BCP 47 language of its pages.
    pub locale: String,
    /// Where mails for the business go.
    pub contact_email: String,
    /// How it looks.
    pub brand: Brand,
    /// Names of the feature modules that are on: default, entitlement and the tenant's own switch taken together.
    pub features: BTreeSet<String>,
    /// Grows with every change of the tenant's public content or settings; caches are keyed by it.
    pub version: i64,
}
