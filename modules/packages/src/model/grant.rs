use events::OfferFileId;
use serde::{Deserialize, Serialize};

/// What a product gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum GrantSpec {
    /// Credits that live so many days; without days: for ever.
    Credits {
        credits: i32,
        days: Option<i32>,
        /// What they pay for: names of class types, or `apt_…`; empty: everything.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pays_for: Vec<String>,
    },
    /// So many appointments of one type: credits that pay for nothing else.
    Appointment {
        /// `apt_…`.
        #[serde(rename = "type")]
        of: String,
        /// Its name when it was chosen.
        name: String,
        count: i32,
        days: Option<i32>,
    },
    /// A file.
    Download {
        file: OfferFileId,
        /// Its name, for people.
        #[serde(default)]
        name: String,
    },
    /// A gift voucher, in the currency of the order.
    Voucher {
        /// Minor units.
        amount: i64,
        days: Option<i32>,
    },
    /// Something done or handed over outside of the platform.
    Service,
    /// What this version does not know: it is kept as it is, and handed over by the business.
    #[serde(untagged)]
    Other(serde_json::Value),
}

impl GrantSpec {
    /// So many credits for everything.
    #[cfg(test)]
    pub(crate) const fn credits(credits: i32, days: Option<i32>) -> Self {
        Self::Credits { credits, days, pays_for: Vec::new() }
    }
    /// The file that it hands over.
    pub(crate) fn file(&self) -> Option<OfferFileId> {
        match self {
            Self::Download { file, .. } => Some(*file),
            _ => None,
        }
    }
    /// Reads what is stored. What can't be read is kept as it is.
    pub(crate) fn all(stored: serde_json::Value) -> Vec<Self> {
        match stored {
            serde_json::Value::Array(all) => all.into_iter().map(Self::one).collect(),
            _ => Vec::new(),
        }
    }
    fn one(value: serde_json::Value) -> Self {
        serde_json::from_value(value.clone()).unwrap_or(Self::Other(value))
    }
}

/// What credits pay for, as typed or sent: trimmed, each once, in the order given.
pub(crate) fn tidy_pays_for(all: &[String]) -> Vec<String> {
    let mut tidy: Vec<String> = Vec::new();
    for one in all.iter().map(|one| one.trim()).filter(|one| !one.is_empty()) {
        if !tidy.iter().any(|known| known == one) {
            tidy.push(one.to_owned());
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn grants_keep_their_form() {
        let file: OfferFileId = "fil_00000000000000000000000000000007".parse().unwrap();
        let of = "apt_00000000000000000000000000000007".to_owned();
        let pays_for = vec!["yoga".to_owned()];
        let all = vec![
            GrantSpec::credits(10, Some(90)),
            GrantSpec::Credits { credits: 5, days: None, pays_for },
            GrantSpec::Appointment { of, name: "Check-in".into(), count: 2, days: Some(60) },
            GrantSpec::Download { file, name: "Workbook.pdf".into() },
            GrantSpec::Voucher { amount: 5_000, days: Some(365) },
            GrantSpec::Service,
        ];
        let stored = serde_json::to_value(&all).unwrap();
        assert_eq!(
            stored,
            json!([
                {"kind": "credits", "credits": 10, "days": 90},
                {"kind": "credits", "credits": 5, "days": null, "pays_for": ["yoga"]},
                {"kind": "appointment", "type": "apt_00000000000000000000000000000007", "name": "Check-in", "count": 2, "days": 60},
                {"kind": "download", "file": "fil_00000000000000000000000000000007", "name": "Workbook.pdf"},
                {"kind": "voucher", "amount": 5_000, "days": 365},
                {"kind": "service"},
            ])
        );
        assert_eq!(GrantSpec::all(stored), all);
    }
    #[test]
    fn what_a_later_version_wrote_is_kept_beside_what_is_known() {
        let later = json!([
            {"kind": "course", "course": "crs_7", "modules": [1, 2]},
            {"kind": "credits", "credits": "many"},
            {"kind": "service"},
        ]);
        let all = GrantSpec::all(later.clone());
        assert_eq!(all.last(), Some(&GrantSpec::Service));
        assert_eq!(serde_json::to_value(&all).unwrap(), later);
        assert_eq!(GrantSpec::all(json!("nothing")), []);
    }
    proptest! {
        #[test]
        fn whatever_is_stored_comes_back_as_it_was(kinds in proptest::collection::vec("[a-z_]{1,12}", 0..6), number in any::<i64>()) {
            // Fields that no kind has: nothing of it may be lost.
            let stored = serde_json::Value::Array(kinds.iter().map(|kind| json!({ "kind": format!("x{kind}"), "n": number })).collect());
            prop_assert_eq!(serde_json::to_value(GrantSpec::all(stored.clone())).unwrap(), stored);
        }
        #[test]
        fn what_credits_pay_for_is_named_once(all in proptest::collection::vec(" {0,2}[ab]{0,2} {0,2}", 0..9)) {
            let tidy = tidy_pays_for(&all);
            let mut sorted = tidy.clone();
            sorted.sort();
            sorted.dedup();
            prop_assert_eq!(sorted.len(), tidy.len());
            prop_assert!(tidy.iter().all(|one| one.trim() == one && !one.is_empty()));
            prop_assert!(all.iter().map(|one| one.trim()).filter(|one| !one.is_empty()).all(|one| tidy.iter().any(|kept| kept == one)));
        }
    }
}
