use serde_json::Value;

use super::{is, items, text};

/// Whether an account can take money and pay it out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountState {
    pub(crate) id: String,
    pub(crate) charges: bool,
    pub(crate) payouts: bool,
    pub(crate) details: bool,
    /// Why it can't be used; empty: it can.
    pub(crate) trouble: String,
}

impl AccountState {
    pub(crate) fn read(value: &Value) -> Self {
        let reason = text(value, "/requirements/disabled_reason");
        let due = items(value, "/requirements/currently_due").iter().filter_map(Value::as_str);
        let due = due.take(5).collect::<Vec<_>>().join(", ");
        let trouble = match (reason, due.as_str()) {
            ("", "") => String::new(),
            ("", due) => due.to_owned(),
            (reason, "") => reason.to_owned(),
            (reason, due) => format!("{reason}: {due}"),
        };
        Self {
            id: text(value, "/id").to_owned(),
            charges: is(value, "/charges_enabled"),
            payouts: is(value, "/payouts_enabled"),
            details: is(value, "/details_submitted"),
            trouble: trouble.chars().take(500).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::fixture;

    #[test]
    fn stripes_own_example_is_read() {
        let read = AccountState::read(&fixture("account"));
        assert!(read.id.starts_with("acct_"));
    }

    #[test]
    fn what_is_missing_is_told() {
        let value = json!({"id": "acct_1", "requirements": {"disabled_reason": "requirements.past_due",
            "currently_due": ["external_account", "tos_acceptance.date"]}});
        let read = AccountState::read(&value);
        assert_eq!(read.trouble, "requirements.past_due: external_account, tos_acceptance.date");
        assert!(!read.charges);
    }
}
