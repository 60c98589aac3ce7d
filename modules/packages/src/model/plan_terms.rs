use events::PlanId;
use serde::{Deserialize, Serialize};

use super::{PlanTerms, SoldGrant};

/// What a subscription remembers of its plan (`subscriptions.detail`): later changes of the plan don't touch it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SoldPlan {
    /// The plan.
    pub(crate) plan: PlanId,
    /// Credits of each week; 0: it gives none.
    #[serde(default)]
    pub(crate) credits_per_week: i32,
    /// So many unused credits go on into the next week; `None`: they expire with theirs.
    #[serde(default)]
    pub(crate) rollover_cap: Option<i32>,
    /// What the weekly credits pay for; empty: everything.
    #[serde(default)]
    pub(crate) pays_for: Vec<String>,
    /// What is handed out besides, once.
    #[serde(default)]
    pub(crate) grants: Vec<SoldGrant>,
}

impl SoldPlan {
    /// What is agreed when the plan is bought as it stands.
    pub(crate) fn of(plan: PlanId, terms: &PlanTerms, grants: Vec<SoldGrant>) -> Self {
        Self {
            plan,
            credits_per_week: terms.credits_per_week,
            rollover_cap: terms.rollover_cap,
            pays_for: terms.pays_for.clone(),
            grants,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plan_without_credits_and_one_with_all() {
        let plan = "pln_00000000000000000000000000000007";
        let bare: SoldPlan = serde_json::from_value(json!({ "plan": plan })).unwrap();
        assert_eq!((bare.credits_per_week, bare.rollover_cap, bare.pays_for.len()), (0, None, 0));
        let terms = PlanTerms {
            credits_per_week: 5,
            rollover_cap: Some(8),
            pays_for: vec!["yoga".into()],
            ..PlanTerms::monthly()
        };
        let whole = SoldPlan::of(bare.plan, &terms, Vec::new());
        assert_eq!(
            serde_json::to_value(&whole).unwrap(),
            json!({ "plan": plan, "credits_per_week": 5, "rollover_cap": 8, "pays_for": ["yoga"], "grants": [] })
        );
    }
}
