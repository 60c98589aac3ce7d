//! A tenant's own rules: read once a version of the tenant, decided by a small enforcer.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use db::Db;
use diesel::{QueryableByName, sql_types as st};
use diesel_async::RunQueryDsl;
use events::TenantId;
use kernel::{Permission, PermissionDef, TenantInfo, TxError};

use crate::{
    AccessError,
    rules::{self, Effect, Rule},
};

/// Tenants whose rules are kept in memory. More are read again when they come.
const KEPT: usize = 10_000;

/// A row of `tenant_policies`.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct OwnRule {
    /// The role.
    #[diesel(sql_type = st::Text)]
    pub role: String,
    /// The permission.
    #[diesel(sql_type = st::Text)]
    pub permission: String,
    /// `allow` or `deny`.
    #[diesel(sql_type = st::Text)]
    pub effect: String,
}

/// What a tenant's rules decide: by role, the permissions they speak of and the decision.
pub(crate) type Decisions = HashMap<String, Vec<(Permission, bool)>>;

/// The decisions of a tenant's own rules; `None`: it has none.
pub(crate) type Known = Option<Arc<Decisions>>;

/// The rules of tenants that were asked for lately, each for one version.
#[derive(Default)]
pub(crate) struct OwnRules(RwLock<HashMap<TenantId, (i64, Known)>>);

impl OwnRules {
    /// What is known for exactly this version. The outer `None`: nothing.
    pub(crate) fn known(&self, tenant: &TenantInfo) -> Option<Known> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(&tenant.id)
            .filter(|(version, _)| *version == tenant.version)
            .map(|(_, decisions)| decisions.clone())
    }
    /// Keeps decisions, unless those of a later version are there.
    pub(crate) fn keep(&self, tenant: &TenantInfo, decisions: Known) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT && !kept.contains_key(&tenant.id) {
            kept.clear();
        }
        let later = kept.get(&tenant.id).is_some_and(|(version, _)| *version > tenant.version);
        if !later {
            kept.insert(tenant.id, (tenant.version, decisions));
        }
    }
}

/// Reads a tenant's rules.
pub(crate) async fn load(db: &Db, tenant: TenantId) -> Result<Vec<OwnRule>, TxError> {
    let id = tenant.uuid();
    db.system_tx("a tenant's own rules, before anybody has rights in it", async move |tx| {
        let query =
            diesel::sql_query("SELECT role, permission, effect FROM tenant_policies WHERE tenant_id = $1");
        Ok(query.bind::<st::Uuid, _>(id).load::<OwnRule>(&mut **tx).await?)
    })
    .await
}

/// Decides the pairs that a tenant's rules speak of: the tenant's rules and the shared ones of the same pair, in a small
/// enforcer; the policy file may have rules for this tenant alone. What no tenant may ask for is left out.
pub(crate) async fn decided(
    own: &[OwnRule],
    tenant: TenantId,
    defs: &[PermissionDef],
    shared: &[Rule],
) -> Result<Decisions, AccessError> {
    let domain = tenant.to_string();
    let mut all: Vec<Rule> = own.iter().filter_map(|row| allowed(row, &domain, defs)).collect();
    let of_file = shared.iter().filter(|rule| rule.domain == domain);
    let pairs: BTreeSet<(String, Permission)> =
        all.iter().chain(of_file).map(|rule| (rule.role.clone(), rule.permission)).collect();
    let concerned = |rule: &&Rule| pairs.contains(&(rule.role.clone(), rule.permission));
    all.extend(shared.iter().filter(concerned).cloned());
    let enforcer = rules::enforcer(&all).await?;
    let mut decisions = Decisions::new();
    for (role, permission) in pairs {
        let may = rules::decide(&enforcer, &role, &domain, permission);
        decisions.entry(role).or_default().push((permission, may));
    }
    Ok(decisions)
}

/// A row as a rule, if a tenant may make it (see the crate's invariants).
fn allowed(row: &OwnRule, domain: &str, defs: &[PermissionDef]) -> Option<Rule> {
    let def = defs.iter().find(|def| def.permission.0 == row.permission)?;
    let effect = if row.effect == "allow" { Effect::Allow } else { Effect::Deny };
    let held_by_staff = def.holders.iter().any(|role| ["coach", "admin", "owner"].contains(role));
    let outsider = ["visitor", "client"].contains(&row.role.as_str());
    let fits = match row.role.as_str() {
        "owner" | "system" | "operator" => false,
        _ => effect == Effect::Deny || (held_by_staff && !outsider),
    };
    fits.then(|| Rule {
        role: row.role.clone(),
        domain: domain.to_owned(),
        permission: def.permission,
        effect,
    })
}
