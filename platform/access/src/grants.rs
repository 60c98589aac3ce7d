use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use db::Db;
use events::TenantId;
use kernel::{Grants, Permission, PermissionDef, TenantInfo, TxError};

use crate::{
    AccessError,
    own::{self, Decisions, OwnRule, OwnRules},
    rules::{self, ROLES, Rule},
};

/// The text of `config/casbin_policy.csv`.
pub const POLICY: &str = include_str!("../../../config/casbin_policy.csv");
/// Permissions that begin so belong to the platform: they need no module to be on.
const PLATFORM: &str = "platform";
/// Answers kept in memory; more are made again when they are asked for.
const KEPT: usize = 20_000;

/// The answer to a question that was asked before. `tenant` is there only where a tenant's own rules had a part.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    roles: String,
    active: Vec<&'static str>,
    tenant: Option<(TenantId, i64)>,
}

/// Who may what. Built once at start.
pub struct Access {
    pub(crate) defs: Vec<PermissionDef>,
    pub(crate) shared: HashMap<&'static str, BTreeSet<Permission>>,
    rules: Vec<Rule>,
    in_file: BTreeSet<String>,
    own: OwnRules,
    answers: RwLock<HashMap<Question, Grants>>,
    db: Option<Db>,
}

impl Access {
    /// Loads the model and the policies: the holders of `defs`, then `config/casbin_policy.csv`.
    ///
    /// # Errors
    /// A broken policy, or a permission that is malformed or defined twice.
    pub async fn new(defs: &[PermissionDef], db: Db) -> Result<Self, AccessError> {
        Ok(Self { db: Some(db), ..Self::with_policy(defs, POLICY).await? })
    }
    /// Without a database (no tenant has rules of its own), and with a policy file's text: for tests and the matrix.
    ///
    /// # Errors
    /// As [`Access::new`].
    pub async fn with_policy(defs: &[PermissionDef], policy: &str) -> Result<Self, AccessError> {
        let mut rules = rules::built_in(defs)?;
        rules.extend(rules::overrides(policy, defs)?);
        let shared = shared(defs, &rules).await?;
        let in_file = rules
            .iter()
            .map(|rule| rule.domain.clone())
            .filter(|domain| domain != rules::EVERYWHERE)
            .collect();
        let defs = defs.to_vec();
        let (own, answers) = (OwnRules::default(), RwLock::default());
        Ok(Self { defs, shared, rules, in_file, own, answers, db: None })
    }
    /// The permissions that `roles` hold together in a tenant, of the platform and of the `active` modules.
    ///
    /// Kept by roles, modules and, where the tenant has rules of its own, its version: asked again, it takes about a
    /// microsecond. The tenant's rules are read once a version.
    ///
    /// # Errors
    /// When the tenant's rules can't be read. Nobody gets a right by an error.
    pub async fn grants(
        &self,
        roles: &[&str],
        tenant: &TenantInfo,
        active: &[&'static str],
    ) -> Result<Grants, TxError> {
        let own = if roles == ["system"] { None } else { self.own_rules(tenant).await? };
        let question = Question {
            roles: roles.join(","),
            active: active.to_vec(),
            tenant: own.is_some().then_some((tenant.id, tenant.version)),
        };
        if let Some(known) = self.answers.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return Ok(known.clone());
        }
        let grants = self.collect(roles, active, own.as_deref());
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= KEPT {
            answers.clear();
        }
        answers.insert(question, grants.clone());
        Ok(grants)
    }
    /// What `roles` hold when the tenant has these rules of its own: for the studio's preview of a change, and for tests.
    ///
    /// # Errors
    /// When casbin refuses the rules.
    pub async fn preview(
        &self,
        roles: &[&str],
        tenant: TenantId,
        active: &[&'static str],
        own: &[OwnRule],
    ) -> Result<Grants, AccessError> {
        let decisions = own::decided(own, tenant, &self.defs, &self.rules).await?;
        Ok(self.collect(roles, active, Some(&decisions)))
    }

    async fn own_rules(&self, tenant: &TenantInfo) -> Result<Option<Arc<Decisions>>, TxError> {
        if let Some(known) = self.own.known(tenant) {
            return Ok(known);
        }
        let Some(db) = &self.db else { return Ok(None) };
        let rows = own::load(db, tenant.id).await?;
        let decisions = if rows.is_empty() && !self.in_file.contains(&tenant.id.to_string()) {
            None
        } else {
            let decided = own::decided(&rows, tenant.id, &self.defs, &self.rules).await;
            Some(Arc::new(decided.map_err(|error| TxError::Busy(format!("a tenant's rules: {error}")))?))
        };
        self.own.keep(tenant, decisions.clone());
        Ok(decisions)
    }

    fn collect(&self, roles: &[&str], active: &[&'static str], own: Option<&Decisions>) -> Grants {
        let mut held = BTreeSet::new();
        for role in roles {
            let mut of_role = self.shared.get(role).cloned().unwrap_or_default();
            for (permission, may) in own.and_then(|own| own.get(*role)).into_iter().flatten() {
                if *may {
                    of_role.insert(*permission)
                } else {
                    of_role.remove(permission)
                };
            }
            held.extend(of_role);
        }
        let on = |permission: &Permission| {
            permission.module() == PLATFORM || active.contains(&permission.module())
        };
        Grants::of(held.into_iter().filter(on))
    }
}

/// What each role holds in every tenant.
async fn shared(
    defs: &[PermissionDef],
    rules: &[Rule],
) -> Result<HashMap<&'static str, BTreeSet<Permission>>, AccessError> {
    let mut shared = HashMap::new();
    for role in ROLES {
        // An enforcer a role: casbin looks at its rules one by one.
        let of_role: Vec<Rule> = rules.iter().filter(|rule| rule.role == role).cloned().collect();
        let enforcer = rules::enforcer(&of_role).await?;
        let may = |permission: &Permission| rules::decide(&enforcer, role, rules::EVERYWHERE, *permission);
        shared.insert(role, defs.iter().map(|def| def.permission).filter(may).collect());
    }
    Ok(shared)
}
