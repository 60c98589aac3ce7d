use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use kernel::{FieldError, JobSpec, Problem, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::schema::tenant_features;

/// Kind of the job that follows a switch that was put on: jobs that waited for the module are due again.
pub const SWITCHED_JOB: &str = "platform.module_switched_on";

/// `config/features.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureDefaults {
    /// On or off for a tenant that has not chosen.
    pub defaults: BTreeMap<String, bool>,
}

impl FeatureDefaults {
    /// The modules that are on: default or switch, within the entitlements (`None`: everything).
    #[must_use]
    pub fn effective(
        &self,
        entitlements: Option<&[String]>,
        switches: &BTreeMap<String, bool>,
    ) -> BTreeSet<String> {
        let names = self.defaults.keys().chain(switches.keys());
        let on = names.filter(|name| {
            let entitled = entitlements.is_none_or(|list| list.contains(name));
            let wanted = switches.get(*name).or_else(|| self.defaults.get(*name)).copied().unwrap_or(false);
            entitled && wanted
        });
        on.cloned().collect()
    }
}

/// How a module stands for a tenant, for the settings page and the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeatureState {
    /// Module name.
    pub module: String,
    /// Whether it is on.
    pub enabled: bool,
    /// Whether the tenant may switch it.
    pub entitled: bool,
    /// What it is without the tenant's own choice.
    pub default: bool,
}

/// The state of each of `modules` for the tenant of the transaction.
///
/// # Errors
/// When the database refuses.
pub async fn feature_states(
    tx: &mut Tx,
    defaults: &FeatureDefaults,
    entitlements: Option<&[String]>,
    modules: &[&str],
) -> diesel::QueryResult<Vec<FeatureState>> {
    let rows: Vec<(String, bool)> = tenant_features::table
        .select((tenant_features::module, tenant_features::enabled))
        .load(&mut **tx)
        .await?;
    let switches: BTreeMap<String, bool> = rows.into_iter().collect();
    let on = defaults.effective(entitlements, &switches);
    let state = |module: &&str| FeatureState {
        module: (*module).to_owned(),
        enabled: on.contains(*module),
        entitled: entitlements.is_none_or(|list| list.iter().any(|entry| entry == module)),
        default: defaults.defaults.get(*module).copied().unwrap_or(false),
    };
    Ok(modules.iter().map(state).collect())
}

/// Switches a module for the tenant of the transaction, and writes it to the audit log. Put on, it enqueues
/// [`SWITCHED_JOB`].
///
/// # Errors
/// 422 at `module` when it is unknown or the tenant is not entitled to it; what the database refuses.
pub async fn set_feature(
    tx: &mut Tx,
    entitlements: Option<&[String]>,
    known: &[&str],
    module: &str,
    enabled: bool,
) -> Result<(), Problem> {
    if !known.contains(&module) {
        return Err(Problem::field("module", "unknown_module"));
    }
    if enabled && entitlements.is_some_and(|list| !list.iter().any(|entry| entry == module)) {
        return Err(Problem::invalid(vec![FieldError::new("module", "not_entitled")]));
    }
    let (now, actor) = (tx.ctx().now(), serde_json::to_string(tx.ctx().actor()).unwrap_or_default());
    let row = (
        tenant_features::module.eq(module),
        tenant_features::enabled.eq(enabled),
        tenant_features::changed_at.eq(now),
        tenant_features::changed_by.eq(&actor),
    );
    diesel::insert_into(tenant_features::table)
        .values(row)
        .on_conflict(diesel::upsert::on_constraint("tenant_features_pkey"))
        .do_update()
        .set((
            tenant_features::enabled.eq(enabled),
            tenant_features::changed_at.eq(now),
            tenant_features::changed_by.eq(&actor),
        ))
        .execute(&mut **tx)
        .await?;
    if enabled {
        tx.enqueue(JobSpec::new(SWITCHED_JOB, json!({ "module": module }))).await?;
    }
    kernel::audit(tx, "feature.switched", module, json!({ "enabled": enabled })).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effective_takes_default_switch_and_entitlement_together() {
        let defaults = FeatureDefaults {
            defaults: [("appointments".to_owned(), false), ("packages".to_owned(), true)]
                .into_iter()
                .collect(),
        };
        let switch = |on| [("appointments".to_owned(), on)].into_iter().collect::<BTreeMap<_, _>>();
        let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(defaults.effective(None, &BTreeMap::new()), set(&["packages"]));
        assert_eq!(defaults.effective(None, &switch(true)), set(&["appointments", "packages"]));
        let only = ["packages".to_owned()];
        assert_eq!(defaults.effective(Some(&only), &switch(true)), set(&["packages"]));
        assert_eq!(defaults.effective(Some(&[]), &switch(true)), set(&[]));
    }
}
