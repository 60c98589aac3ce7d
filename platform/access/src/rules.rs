//! Rules as casbin reads them.

use casbin::{CoreApi, DefaultModel, Enforcer, MgmtApi, NullAdapter};
use kernel::{Permission, PermissionDef};

use crate::AccessError;

/// The roles that exist in every tenant, and the platform itself, in the order of the matrix.
pub(crate) const ROLES: [&str; 6] = ["visitor", "client", "coach", "admin", "owner", "system"];
/// Every tenant.
pub(crate) const EVERYWHERE: &str = "*";
const MODEL: &str = include_str!("../../../config/casbin_model.conf");

/// Whether a rule gives or takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Gives the permission.
    Allow,
    /// Takes it, whatever allows it to the same role.
    Deny,
}

/// A role may, or may not, use a permission in a tenant or in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The role.
    pub role: String,
    /// A tenant's identifier, or `*`.
    pub domain: String,
    /// The permission.
    pub permission: Permission,
    /// Whether it gives or takes.
    pub effect: Effect,
}

impl Rule {
    fn line(&self) -> Vec<String> {
        let (object, action) = parts(self.permission);
        let effect = if self.effect == Effect::Allow { "allow" } else { "deny" };
        [self.role.as_str(), self.domain.as_str(), object, action, effect].map(str::to_owned).into()
    }
}

/// `module:resource` and `action`.
pub(crate) fn parts(permission: Permission) -> (&'static str, &'static str) {
    permission.0.rsplit_once(':').unwrap_or((permission.0, ""))
}

/// An enforcer of these rules.
pub(crate) async fn enforcer(rules: &[Rule]) -> Result<Enforcer, AccessError> {
    let mut enforcer = Enforcer::new(DefaultModel::from_str(MODEL).await?, NullAdapter).await?;
    enforcer.enable_auto_save(false);
    // The same rule twice would make casbin refuse the whole list.
    let mut lines: Vec<Vec<String>> = rules.iter().map(Rule::line).collect();
    lines.sort();
    lines.dedup();
    enforcer.add_policies(lines).await?;
    Ok(enforcer)
}

/// Casbin's decision for one role.
///
/// Invariant: an error is a refusal.
pub(crate) fn decide(enforcer: &Enforcer, role: &str, domain: &str, permission: Permission) -> bool {
    let (object, action) = parts(permission);
    enforcer.enforce((role, domain, object, action)).unwrap_or_else(|error| {
        tracing::error!(role, permission = permission.0, %error, "casbin failed; refused");
        false
    })
}

/// The rules that the permissions themselves bring: their holders, and `system` for each.
pub(crate) fn built_in(defs: &[PermissionDef]) -> Result<Vec<Rule>, AccessError> {
    let mut seen = std::collections::BTreeSet::new();
    let mut rules = Vec::new();
    for def in defs {
        if def.permission.0.split(':').filter(|part| !part.is_empty()).count() != 3
            || !seen.insert(def.permission)
        {
            return Err(AccessError::Permission(def.permission.0));
        }
        for role in def.holders.iter().chain(&["system"]) {
            let (role, domain) = ((*role).to_owned(), EVERYWHERE.to_owned());
            rules.push(Rule { role, domain, permission: def.permission, effect: Effect::Allow });
        }
    }
    Ok(rules)
}

/// Reads `config/casbin_policy.csv`.
pub(crate) fn overrides(text: &str, defs: &[PermissionDef]) -> Result<Vec<Rule>, AccessError> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| read(line, defs).map_err(|reason| AccessError::Policy { line: number, reason }))
        .collect()
}

fn read(line: &str, defs: &[PermissionDef]) -> Result<Rule, String> {
    let columns: Vec<&str> = line.split(',').map(str::trim).collect();
    let ["p", role, domain, object, action, effect] = columns[..] else {
        return Err("expected p, role, domain, module:resource, action, allow | deny".into());
    };
    if !ROLES.contains(&role) || role == "system" {
        return Err(format!("{role} is none of visitor, client, coach, admin, owner"));
    }
    if domain != EVERYWHERE && domain.parse::<events::TenantId>().is_err() {
        return Err(format!("{domain} is neither * nor a tenant's identifier (ten_...)"));
    }
    let name = format!("{object}:{action}");
    let def =
        defs.iter().find(|def| def.permission.0 == name).ok_or(format!("there is no permission {name}"))?;
    let effect = match effect {
        "allow" => Effect::Allow,
        "deny" => Effect::Deny,
        other => return Err(format!("{other} is neither allow nor deny")),
    };
    Ok(Rule { role: role.into(), domain: domain.into(), permission: def.permission, effect })
}
