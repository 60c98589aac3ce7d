use events::PlanId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::PlanTerms;

/// What a subscription remembers of its plan (`subscriptions.detail`): later changes of the plan don't touch it.
///
/// Invariant: nothing that is handed out once stands here. The orders of later periods carry this memory in their lines, and
/// what a plan gives once is in the line of its first order ([`super::Sold`]).
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
}

impl SoldPlan {
    /// What is agreed when the plan is bought as it stands.
    pub(crate) fn of(plan: PlanId, terms: &PlanTerms) -> Self {
        Self {
            plan,
            credits_per_week: terms.credits_per_week,
            rollover_cap: terms.rollover_cap,
            pays_for: terms.pays_for.clone(),
        }
    }
}

impl SoldPlan {
    /// As a subscription keeps it.
    pub(crate) fn stored(&self) -> serde_json::Value {
        json!({
            "plan": self.plan,
            "credits_per_week": self.credits_per_week,
            "rollover_cap": self.rollover_cap,
            "pays_for": self.pays_for,
        })
    }
}

#[cfg(test)]
mod tests {

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
        let whole = SoldPlan::of(bare.plan, &terms);
        assert_eq!(serde_json::from_value::<SoldPlan>(whole.stored()).unwrap(), whole);
        assert_eq!(
            serde_json::to_value(&whole).unwrap(),
            json!({ "plan": plan, "credits_per_week": 5, "rollover_cap": 8, "pays_for": ["yoga"] })
        );
    }
}
