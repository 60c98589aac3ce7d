//! Form controls: label, hint and error tied to the control, typed values kept.

use handlebars::RenderError;
use serde_json::{Map, Value, json};

use super::call::{Call, fail};
use crate::money;

/// Attributes handed through to the control as they are.
const PASSED: [&str; 8] =
    ["accept", "placeholder", "autocomplete", "inputmode", "min", "max", "step", "maxlength"];

/// `{{field "email" name="email" label=(t "…")}}`
pub(crate) fn field(call: &Call<'_, '_>) -> Result<String, RenderError> {
    let kind = call.need_str(0)?;
    let template = template(kind).ok_or_else(|| fail(format!("no field kind {kind}")))?;
    let name = call.named_str("name").ok_or_else(|| fail("field needs a name"))?;
    let form = form(call);
    let error = match call.named("error").or_else(|| form.get("errors").and_then(|e| e.get(name))) {
        Some(error) => message(call, error)?,
        None => None,
    };
    let id = format!("f-{}", id_part(name));
    let hint = call.named_str("hint");
    let described = [hint.map(|_| format!("{id}-hint")), error.as_ref().map(|_| format!("{id}-error"))];
    let described = described.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let typed = form.get("values").and_then(|v| v.get(name)).filter(|v| !v.is_null());
    let value = shown(kind, typed.or_else(|| call.named("value")));
    let mut root = Map::new();
    let mut put = |key: &str, value: Value| root.insert(key.to_owned(), value);
    put("kind", json!(input_type(kind)));
    // Passwords are never sent back, and browsers refuse a value for files.
    put("keeps", json!(!matches!(kind, "password" | "file")));
    put("switch", json!(kind == "switch"));
    put("id", json!(id));
    put("name", json!(name));
    put("label", json!(call.named_str("label")));
    put("hint", json!(hint));
    put("error", json!(error));
    put("described", json!(described));
    put("required", json!(call.flag("required").unwrap_or(false)));
    put("optional", json!(call.flag("optional").unwrap_or(false)));
    put("readonly", json!(call.flag("readonly").unwrap_or(false)));
    put("checked", json!(checked(&form, name, call.named("value"))));
    put("prefix", json!(prefix(call, kind)));
    put("suffix", json!(call.named_str("suffix")));
    put("rows", json!(call.named("rows").and_then(Value::as_u64).unwrap_or(4)));
    put("attributes", attributes(call, kind));
    put("options", options(call, &id, &value)?);
    put("value", json!(value));
    call.render(template, root)
}

/// `{{error_summary "name email * note" fields=questions email=(t "web-field-email")}}`: what is wrong, with links to the
/// fields; nothing when all is well. Fields are named by their labels: by the named parameter, by the label of that name in
/// `fields` (a list of `{name, label}`, labels as texts or `{key, args}`), else by that of the list they are in (`windows` for `windows/0`). The text says in
/// which order the form has them, with `*` for those of `fields`; what it does not name comes last.
pub(crate) fn error_summary(call: &Call<'_, '_>) -> Result<String, RenderError> {
    let form = form(call);
    let mut errors = Vec::new();
    for (name, error) in form.get("errors").and_then(Value::as_object).into_iter().flatten() {
        if let Some(text) = message(call, error)? {
            errors.push((place_of(call, name), name, text));
        }
    }
    errors.sort_by_key(|(place, ..)| *place);
    let general = match form.get("error") {
        Some(error) => message(call, error)?,
        None => None,
    };
    if errors.is_empty() && general.is_none() {
        return Ok(String::new());
    }
    let mut lines = Vec::new();
    for (_, name, text) in errors {
        let label = label_of(call, name)?;
        lines.push(json!({ "href": format!("#f-{}", id_part(name)), "text": text, "label": label }));
    }
    let root = json!({ "errors": lines, "general": general });
    call.render("web/form/summary", root.as_object().cloned().unwrap_or_default())
}

/// The fields that a form makes of a list: name and label.
fn listed<'a>(call: &'a Call<'_, '_>) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let fields = call.named("fields").and_then(Value::as_array);
    let pair = |field: &'a Value| Some((field.get("name")?.as_str()?, field.get("label")?));
    fields.into_iter().flatten().filter_map(pair)
}

/// The list that a field is in: `windows` for `windows/0/opens`.
fn list_of(name: &str) -> &str {
    name.split(['/', '.', '[']).next().unwrap_or(name)
}

/// A label is given as a text, or as `{key, args}` of the catalogues.
fn label_of(call: &Call<'_, '_>, name: &str) -> Result<Option<String>, RenderError> {
    let listed = || listed(call).find(|(one, _)| *one == name).map(|(_, label)| label);
    match call.named(name).or_else(listed).or_else(|| call.named(list_of(name))) {
        Some(label) => message(call, label),
        None => Ok(None),
    }
}

/// Where a form has a field: as its order says, those of `fields` in their own order; then what the order leaves out.
fn place_of(call: &Call<'_, '_>, name: &str) -> (usize, usize) {
    let order: Vec<&str> = call.param(0).and_then(Value::as_str).unwrap_or_default().split(' ').collect();
    let at = |wanted: &str| order.iter().position(|one| *one == wanted);
    if let Some(place) = at(name).or_else(|| at(list_of(name))) {
        return (place, 0);
    }
    if let Some(within) = listed(call).position(|(one, _)| one == name) {
        return (at("*").unwrap_or(order.len() + 1), within);
    }
    (order.len() + if call.named(name).is_some() { 0 } else { 2 }, 0)
}

fn template(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "text" | "email" | "tel" | "url" | "password" | "number" | "date" | "time" | "datetime-local"
        | "search" | "money" | "file" => "web/form/input",
        "hidden" => "web/form/hidden",
        "textarea" => "web/form/textarea",
        "select" => "web/form/select",
        "radio" => "web/form/radio",
        "checkbox" | "switch" => "web/form/checkbox",
        _ => return None,
    })
}

fn input_type(kind: &str) -> &str {
    if kind == "money" { "text" } else { kind }
}

/// The form a field belongs to: the `form` parameter, else `form` of the page's data.
fn form(call: &Call<'_, '_>) -> Value {
    call.named("form").or_else(|| call.root.get("form")).cloned().unwrap_or(Value::Null)
}

/// An error as text: given as text, or as `{key, args}` of the catalogues.
fn message(call: &Call<'_, '_>, error: &Value) -> Result<Option<String>, RenderError> {
    match error {
        Value::String(text) if !text.is_empty() => Ok(Some(text.clone())),
        Value::Object(map) => {
            let key = map.get("key").and_then(Value::as_str).ok_or_else(|| fail("an error without key"))?;
            call.text(key, map.get("args").unwrap_or(&Value::Null)).map(Some)
        }
        _ => Ok(None),
    }
}

/// A name as part of an id: everything but letters, digits, `-` and `_` becomes `-`.
fn id_part(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

fn shown(kind: &str, value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::Object(map)) if kind == "money" => {
            let amount = map.get("amount").and_then(Value::as_i64).unwrap_or_default();
            let currency = map.get("currency").and_then(Value::as_str).unwrap_or_default();
            money::digits(amount, money::exponent(currency), "", ".")
        }
        _ => String::new(),
    }
}

/// Once anything was typed, a box is on only if it was sent; before that its `value` says.
fn checked(form: &Value, name: &str, initial: Option<&Value>) -> bool {
    let values = form.get("values").and_then(Value::as_object).filter(|v| !v.is_empty());
    let value = match values {
        Some(values) => values.get(name),
        None => initial,
    };
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => matches!(text.as_str(), "on" | "true" | "1" | "yes"),
        _ => false,
    }
}

fn prefix(call: &Call<'_, '_>, kind: &str) -> Option<String> {
    let given = call.named_str("prefix").map(str::to_owned);
    let currency = call.named_str("currency").filter(|_| kind == "money");
    given.or_else(|| currency.map(|c| money::symbol(c).unwrap_or(c).to_owned()))
}

fn attributes(call: &Call<'_, '_>, kind: &str) -> Value {
    let mut list = Vec::new();
    for name in PASSED {
        if let Some(value) = call.named(name) {
            list.push(json!({ "name": name, "value": shown(kind, Some(value)) }));
        }
    }
    if kind == "money" && call.named("inputmode").is_none() {
        list.push(json!({ "name": "inputmode", "value": "decimal" }));
    }
    Value::Array(list)
}

/// What can be chosen. A label is text, or `{key, args}` of the catalogues.
fn options(call: &Call<'_, '_>, id: &str, chosen: &str) -> Result<Value, RenderError> {
    let given = call.named("options").and_then(Value::as_array);
    let list = given.into_iter().flatten().enumerate().map(|(place, option)| {
        let value = shown("", option.get("value"));
        let label = message(call, option.get("label").unwrap_or(&Value::Null))?.unwrap_or_default();
        Ok::<_, RenderError>(json!({
            "selected": value == chosen,
            "value": value,
            "label": label,
            "hint": option.get("hint").and_then(Value::as_str),
            "disabled": option.get("disabled").and_then(Value::as_bool).unwrap_or(false),
            // The first one carries the field's own id, so that the error summary leads to it.
            "id": if place == 0 { id.to_owned() } else { format!("{id}-{place}") },
        }))
    });
    Ok(Value::Array(list.collect::<Result<_, _>>()?))
}
