//! Reads an OpenAPI document into the page that shows it.
#![expect(
    clippy::indexing_slicing,
    reason = "reading a JSON value by name gives null where there is nothing"
)]

use std::collections::BTreeMap;

use serde_json::Value;

use crate::studio::{ApiDocs, ApiGroup, ApiOperation, ApiParameter};

/// The page for a document.
#[must_use]
pub fn read(document: &Value, href: &str, tenant: Option<String>) -> ApiDocs {
    let mut groups: BTreeMap<String, Vec<ApiOperation>> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "put", "patch", "delete"] {
            let Some(operation) = item.get(method) else { continue };
            let tag = operation["tags"][0].as_str().unwrap_or("Other").to_owned();
            groups.entry(tag).or_default().push(operation_of(path, method, operation));
        }
    }
    let group =
        |(name, operations): (String, Vec<ApiOperation>)| ApiGroup { id: anchor(&name), name, operations };
    ApiDocs { document_href: href.to_owned(), tenant, groups: groups.into_iter().map(group).collect() }
}

fn operation_of(path: &str, method: &str, operation: &Value) -> ApiOperation {
    let text = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
    let answers = operation["responses"].as_object();
    let good = answers
        .and_then(|all| all.iter().find(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer));
    ApiOperation {
        id: anchor(&format!("{method} {path}")),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text("summary"),
        description: text("description"),
        parameters: operation["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
        body: schema(&operation["requestBody"]["content"]),
        answer: good.and_then(|answer| schema(&answer["content"])),
    }
}

fn parameter(parameter: &Value) -> ApiParameter {
    let text = |name: &str| parameter[name].as_str().unwrap_or_default().to_owned();
    ApiParameter {
        name: text("name"),
        place: text("in"),
        required: parameter["required"] == Value::Bool(true),
        schema: parameter["schema"].to_string(),
        description: text("description"),
    }
}

fn schema(content: &Value) -> Option<String> {
    let first = content.as_object()?.values().next()?;
    serde_json::to_string_pretty(&first["schema"]).ok()
}

fn anchor(text: &str) -> String {
    let dashed: String =
        text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
