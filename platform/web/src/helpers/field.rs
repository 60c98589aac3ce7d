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
    put("options", options(call, &id, &value));
    put("value", json!(value));
    call.render(template, root)
}

/// `{{error_summary email=(t "web-field-email")}}`: what is wrong, with links to the fields (named by their labels
/// where those are given); nothing when all is well.
pub(crate) fn error_summary(call: &Call<'_, '_>) -> Result<String, RenderError> {
    let form = form(call);
    let mut errors = Vec::new();
    for (name, error) in form.get("errors").and_then(Value::as_object).into_iter().flatten() {
        if let Some(text) = message(call, error)? {
            errors.push(json!({
                "href": format!("#f-{}", id_part(name)), "text": text, "label": call.named_str(name),
            }));
        }
    }
    let general = match form.get("error") {
        Some(error) => message(call, error)?,
        None => None,
    };
    if errors.is_empty() && general.is_none() {
        return Ok(String::new());
    }
    let root = json!({ "errors": errors, "general": general });
    call.render("web/form/summary", root.as_object().cloned().unwrap_or_default())
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

fn options(call: &Call<'_, '_>, id: &str, chosen: &str) -> Value {
    let given = call.named("options").and_then(Value::as_array);
    let list = given.into_iter().flatten().enumerate().map(|(place, option)| {
        let value = shown("", option.get("value"));
        json!({
            "selected": value == chosen,
            "value": value,
            "label": option.get("label").and_then(Value::as_str).unwrap_or_default(),
            "hint": option.get("hint").and_then(Value::as_str),
            "disabled": option.get("disabled").and_then(Value::as_bool).unwrap_or(false),
            // The first one carries the field's own id, so that the error summary leads to it.
            "id": if place == 0 { id.to_owned() } else { format!("{id}-{place}") },
        })
    });
    Value::Array(list.collect())
}
