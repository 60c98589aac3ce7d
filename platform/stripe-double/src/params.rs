//! What a call brings: Stripe's bracket form (`line_items[0][price]=…`) as a tree whose leaves are text.

use serde_json::{Map, Value, json};

use crate::fail::{Fail, Outcome};

/// The parameters of a call, or a part of them. Remembers where it stands, for `param` in errors.
#[derive(Clone, Debug)]
pub(crate) struct Params {
    root: Value,
    place: String,
}

impl Params {
    /// Reads a query string or a form body.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text).unwrap_or_default();
        let mut root = json!({});
        for (key, value) in pairs {
            insert(&mut root, &steps(&key), value);
        }
        Self { root: settle(root, false), place: String::new() }
    }
    /// Of a JSON document, for calls between the parts of the double.
    pub(crate) fn of(root: Value) -> Self {
        Self { root, place: String::new() }
    }
    /// The tree.
    pub(crate) fn tree(&self) -> &Value {
        &self.root
    }
    /// Adds those of another one.
    pub(crate) fn extend(&mut self, other: Self) {
        if let (Value::Object(mine), Value::Object(theirs)) = (&mut self.root, other.root) {
            mine.extend(theirs);
        }
    }
    fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.root, |value, step| match value {
            Value::Array(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
            other => other.get(step),
        })
    }
    /// `a.b` as Stripe writes it: `a[b]`.
    pub(crate) fn name(&self, path: &str) -> String {
        path.split('.').fold(self.place.clone(), |name, step| {
            if name.is_empty() { step.to_owned() } else { format!("{name}[{step}]") }
        })
    }
    /// True when it was sent, also when empty.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.at(path).is_some()
    }
    /// Text; empty counts as absent.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        match self.at(path)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }
    /// Text that must be there.
    pub(crate) fn need(&self, path: &str) -> Outcome<String> {
        self.text(path).ok_or_else(|| Fail::required(&self.name(path)))
    }
    /// An address to which people are sent back: with its scheme, as Stripe wants it.
    pub(crate) fn address(&self, path: &str) -> Outcome<Option<String>> {
        match self.text(path) {
            Some(url) if url.starts_with("http://") || url.starts_with("https://") => Ok(Some(url)),
            Some(_) => Err(Fail::invalid("Not a valid URL").code("url_invalid").param(&self.name(path))),
            None => Ok(None),
        }
    }
    /// An address that must be there.
    pub(crate) fn need_address(&self, path: &str) -> Outcome<String> {
        self.address(path)?.ok_or_else(|| Fail::required(&self.name(path)))
    }
    /// A whole number.
    pub(crate) fn int(&self, path: &str) -> Outcome<Option<i64>> {
        let Some(text) = self.text(path) else { return Ok(None) };
        let wrong = || Fail::invalid(&format!("Invalid integer: {text}")).code("parameter_invalid_integer");
        text.parse().map(Some).map_err(|_| wrong().param(&self.name(path)))
    }
    /// A whole number that must be there.
    pub(crate) fn need_int(&self, path: &str) -> Outcome<i64> {
        self.int(path)?.ok_or_else(|| Fail::required(&self.name(path)))
    }
    /// `true` or `false`.
    pub(crate) fn flag(&self, path: &str) -> Outcome<Option<bool>> {
        match self.text(path).as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => Err(Fail::invalid(&format!("Invalid boolean: {other}")).param(&self.name(path))),
        }
    }
    /// One of some words.
    pub(crate) fn word(&self, path: &str, words: &[&str]) -> Outcome<Option<String>> {
        match self.text(path) {
            Some(word) if !words.contains(&word.as_str()) => {
                let name = self.name(path);
                let message = format!("Invalid {name}: must be one of {}", words.join(", "));
                Err(Fail::invalid(&message).param(&name))
            }
            word => Ok(word),
        }
    }
    /// The entries of a list.
    pub(crate) fn list(&self, path: &str) -> Vec<Self> {
        let place = self.name(path);
        let at =
            |(index, root): (usize, &Value)| Self { root: root.clone(), place: format!("{place}[{index}]") };
        match self.at(path) {
            Some(Value::Array(items)) => items.iter().enumerate().map(at).collect(),
            _ => Vec::new(),
        }
    }
    /// A list of texts; a single text is a list of one.
    pub(crate) fn texts(&self, path: &str) -> Vec<String> {
        match self.at(path) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
            _ => Vec::new(),
        }
    }
    /// A part of it.
    pub(crate) fn part(&self, path: &str) -> Option<Self> {
        let root = self.at(path).filter(|value| value.is_object())?.clone();
        Some(Self { root, place: self.name(path) })
    }
    /// The tree at a place.
    pub(crate) fn value(&self, path: &str) -> Option<Value> {
        self.at(path).cloned()
    }
    /// `metadata` as it stands after this call: keys are added, empty ones go, an empty text removes all.
    pub(crate) fn metadata(&self, before: &Value) -> Value {
        let mut after = before.as_object().cloned().unwrap_or_default();
        match self.at("metadata") {
            Some(Value::Object(sent)) => {
                for (key, value) in sent {
                    match value {
                        Value::String(text) if text.is_empty() => after.shift_remove(key),
                        value => after.insert(key.clone(), value.clone()),
                    };
                }
            }
            Some(Value::String(text)) if text.is_empty() => after.clear(),
            _ => {}
        }
        Value::Object(after)
    }
    /// Texts that were sent, by their own names; empty ones become null.
    pub(crate) fn pick(&self, into: &mut Value, names: &[&str]) {
        for name in names {
            if self.has(name) {
                into[*name] = self.text(name).map_or(Value::Null, Value::String);
            }
        }
    }
    /// Trees that were sent, by their own names; empty ones become null.
    pub(crate) fn pick_trees(&self, into: &mut Value, names: &[&str]) {
        for name in names {
            if let Some(value) = self.at(name) {
                into[*name] = if value.as_str() == Some("") { Value::Null } else { typed(value) };
            }
        }
    }
    /// Flags that were sent.
    pub(crate) fn pick_flags(&self, into: &mut Value, names: &[&str]) -> Outcome<()> {
        for name in names {
            if let Some(flag) = self.flag(name)? {
                into[*name] = flag.into();
            }
        }
        Ok(())
    }
    /// Numbers that were sent; empty ones become null.
    pub(crate) fn pick_ints(&self, into: &mut Value, names: &[&str]) -> Outcome<()> {
        for name in names {
            if self.has(name) {
                into[*name] = self.int(name)?.into();
            }
        }
        Ok(())
    }
}

/// Words that are meant as flags or numbers.
fn typed(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.as_str() {
            "true" => true.into(),
            "false" => false.into(),
            "" => Value::Null,
            text if text.len() < 16 => text.parse::<i64>().map_or_else(|_| text.into(), Into::into),
            text => text.into(),
        },
        Value::Array(items) => items.iter().map(typed).collect(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), typed(value))).collect())
        }
        other => other.clone(),
    }
}

/// `a[b][0]` → a, b, 0.
fn steps(key: &str) -> Vec<String> {
    let Some((first, rest)) = key.split_once('[') else { return vec![key.to_owned()] };
    let rest = rest.strip_suffix(']').unwrap_or(rest);
    std::iter::once(first).chain(rest.split("][")).map(str::to_owned).collect()
}

fn insert(node: &mut Value, steps: &[String], value: String) {
    let Some((step, rest)) = steps.split_first() else {
        *node = Value::String(value);
        return;
    };
    if !node.is_object() {
        *node = json!({});
    }
    if let Value::Object(map) = node {
        let key = if step.is_empty() { map.len().to_string() } else { step.clone() };
        insert(map.entry(key).or_insert(Value::Null), rest, value);
    }
}

/// Objects whose keys are all numbers are lists; keys of metadata are the caller's own.
fn settle(value: Value, own_keys: bool) -> Value {
    let Value::Object(map) = value else { return value };
    let numbers: Option<Vec<usize>> = map.keys().map(|key| key.parse().ok()).collect();
    let map: Map<String, Value> = map
        .into_iter()
        .map(|(key, value)| {
            let own = key == "metadata";
            (key, settle(value, own))
        })
        .collect();
    match numbers {
        Some(numbers) if !numbers.is_empty() && !own_keys => {
            let mut items: Vec<(usize, Value)> =
                numbers.into_iter().zip(map.into_iter().map(|(_, value)| value)).collect();
            items.sort_by_key(|(at, _)| *at);
            items.into_iter().map(|(_, value)| value).collect()
        }
        _ => Value::Object(map),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_become_a_tree() {
        let params = Params::parse(
            "a=1&line_items[0][price_data][currency]=gbp&line_items%5B1%5D%5Bprice%5D=p+2&expand[]=x&expand[]=y.z&metadata[7]=seven&flag=true",
        );
        let tree = json!({
            "a": "1", "line_items": [{"price_data": {"currency": "gbp"}}, {"price": "p 2"}],
            "expand": ["x", "y.z"], "metadata": {"7": "seven"}, "flag": "true"
        });
        assert_eq!(params.tree(), &tree);
        assert_eq!(params.texts("expand"), ["x", "y.z"]);
        assert_eq!(params.list("line_items")[1].name("price"), "line_items[1][price]");
        assert_eq!(params.flag("flag").unwrap(), Some(true));
        assert_eq!(params.int("metadata.7").unwrap_err().param.as_deref(), Some("metadata[7]"));
    }

    #[test]
    fn metadata_is_merged() {
        let params = Params::parse("metadata[a]=2&metadata[b]=");
        assert_eq!(params.metadata(&json!({"a": "1", "b": "1", "c": "1"})), json!({"a": "2", "c": "1"}));
        assert_eq!(Params::parse("metadata=").metadata(&json!({"a": "1"})), json!({}));
    }
}
