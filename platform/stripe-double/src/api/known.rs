//! What a call may bring: names of parameters as Stripe's own client of this version lists them, two levels deep
//! (`params.json`). A name that Stripe does not know is refused, as there.

use std::sync::LazyLock;

use serde_json::Value;

use crate::fail::{Fail, Outcome};

/// By path: names, and the names below them; 0 where anything may stand.
static KNOWN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../params.json")).unwrap_or_default());

/// Refuses names that Stripe does not know.
pub(super) fn check(path: &str, params: &Value) -> Outcome<()> {
    let Some(known) = KNOWN.get(path) else { return Ok(()) };
    let unknown = |place: String| {
        let message = format!("Received unknown parameter: {place}");
        Err(Fail::invalid(&message).code("parameter_unknown").param(&place))
    };
    for (name, value) in params.as_object().into_iter().flatten() {
        let Some(below) = known.get(name) else {
            if ["key", "_stripe_account"].contains(&name.as_str()) {
                continue;
            }
            return unknown(name.clone());
        };
        let Some(below) = below.as_object().filter(|it| !it.is_empty()) else { continue };
        let parts: Vec<(String, &Value)> = match value {
            Value::Array(items) => {
                items.iter().enumerate().map(|(at, item)| (format!("{name}[{at}]"), item)).collect()
            }
            other => vec![(name.clone(), other)],
        };
        for (place, part) in parts {
            let mut names = part.as_object().into_iter().flat_map(|map| map.keys());
            if let Some(other) = names.find(|it| !below.contains_key(*it)) {
                return unknown(format!("{place}[{other}]"));
            }
        }
    }
    Ok(())
}
