use events::Instant;
use serde_json::Value;

use super::{id, is, moment, text};

/// The outside of an event: all that is read of it before its object is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) id: String,
    pub(crate) kind: String,
    /// The connected account it belongs to; empty: the key's own.
    pub(crate) account: String,
    /// What it is about: `pi_…`.
    pub(crate) object: String,
    pub(crate) live: bool,
    pub(crate) created: Instant,
}

impl Envelope {
    /// `None` when it is no event.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let (id_text, kind) = (text(value, "/id"), text(value, "/type"));
        let fits = |text: &str| (1..=100).contains(&text.chars().count()) && !text.contains('\0');
        if !fits(id_text) || !fits(kind) {
            return None;
        }
        let account = text(value, "/account");
        if account.chars().count() > 70 || account.contains('\0') {
            return None;
        }
        // It becomes a part of an address.
        let object = id(value, "/data/object").unwrap_or_default();
        let is_name = object.len() <= 200 && object.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
        Some(Self {
            id: id_text.to_owned(),
            kind: kind.to_owned(),
            account: account.to_owned(),
            object: if is_name { object.to_owned() } else { String::new() },
            live: is(value, "/livemode"),
            created: moment(value, "/created")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_events_are_events() {
        let event = json!({"id": "evt_1", "type": "invoice.paid", "created": 5, "livemode": true,
            "account": "acct_1", "data": {"object": {"id": "in_1"}}});
        let read = Envelope::read(&event).unwrap();
        assert_eq!((read.object.as_str(), read.account.as_str(), read.live), ("in_1", "acct_1", true));
        for missing in ["id", "type", "created"] {
            let mut broken = event.clone();
            broken.as_object_mut().unwrap().remove(missing);
            assert_eq!(Envelope::read(&broken), None, "{missing}");
        }
        assert_eq!(Envelope::read(&json!([1])), None);
        for odd in ["../customers", "pi_1?x=1", "pi 1", "pi_\u{0}", &"p".repeat(201)] {
            let mut event = event.clone();
            event["data"]["object"]["id"] = odd.into();
            assert_eq!(Envelope::read(&event).unwrap().object, "", "{odd:?}");
        }
    }
}
