//! One OpenAPI document a tenant (active modules only), and a full one.
#![expect(
    clippy::indexing_slicing,
    reason = "reading a JSON value by name gives null where there is nothing"
)]

use serde_json::{Map, Value, json};

/// Merges the documents of several APIs. With a slug, paths are the tenant's own; without, they keep `{slug}`.
#[must_use]
pub fn merge<'a>(specs: impl Iterator<Item = &'a Value>, slug: Option<&str>, origin: &str) -> Value {
    let (mut paths, mut schemas, mut tags) = (Map::new(), Map::new(), Vec::new());
    for spec in specs {
        for (path, item) in spec["paths"].as_object().into_iter().flatten() {
            let own = slug.map_or_else(|| path.clone(), |slug| path.replace("{slug}", slug));
            paths.insert(own, operations(path, item.clone(), slug.is_none()));
        }
        for (name, schema) in spec["components"]["schemas"].as_object().into_iter().flatten() {
            schemas.insert(name.clone(), nullable(schema.clone()));
        }
        tags.extend(spec["tags"].as_array().into_iter().flatten().cloned());
    }
    json!({
        "openapi": "3.0.0",
        "info": {
            "title": "Coaching platform API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Problems are RFC 9457 documents. Lists are paged by cursor. Unsafe calls may carry an \
                            Idempotency-Key: the same call again gets the same answer and has no second effect.",
        },
        "servers": [{ "url": origin }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "login": { "type": "apiKey", "in": "cookie", "name": "__Host-login" } },
        },
    })
}

/// The operations of a path with what poem-openapi leaves out: the slug, the idempotency key, security.
fn operations(path: &str, mut item: Value, with_slug: bool) -> Value {
    if with_slug && path.contains("{slug}") {
        let slug = json!([{
            "name": "slug", "in": "path", "required": true, "description": "The tenant.",
            "schema": { "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$" },
        }]);
        if let Some(item) = item.as_object_mut() {
            item.insert("parameters".into(), slug);
        }
    }
    for method in ["get", "put", "post", "patch", "delete"] {
        let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else { continue };
        operation.get_mut("parameters").into_iter().for_each(bounded);
        operation.insert("security".into(), json!([{}, { "login": [] }]));
        if method != "get" && path.contains("{slug}") {
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            if let Some(list) = parameters.as_array_mut() {
                list.push(json!({
                    "name": "Idempotency-Key", "in": "header", "required": false,
                    "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
                }));
            }
        }
    }
    item
}

/// What an object may leave out may be null as well: so it is read, and so it is written.
fn nullable(mut schema: Value) -> Value {
    let required = schema["required"].clone();
    let needed = |name: &String| required.as_array().is_some_and(|names| names.iter().any(|it| it == name));
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (_, property) in properties.into_iter().flatten().filter(|(name, _)| !needed(name)) {
        if property.get("$ref").is_some() {
            // What stands beside a reference does not count.
            *property = json!({ "allOf": [property.clone()] });
        }
        property["nullable"] = json!(true);
    }
    schema
}

/// How much a page of a list may hold, as `kernel::Paging` reads it.
fn bounded(parameters: &mut Value) {
    for parameter in parameters.as_array_mut().into_iter().flatten().filter(|it| it["name"] == "limit") {
        let schema = &mut parameter["schema"];
        (schema["minimum"], schema["maximum"], schema["default"]) = (json!(1), json!(100), json!(25));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_with_and_without_slug() {
        let spec = json!({ "paths": { "/api/v1/{slug}/x": { "post": { "responses": {} } } }, "components": { "schemas": { "X": {} } } });
        let full = merge([&spec].into_iter(), None, "http://h");
        assert_eq!(full["paths"]["/api/v1/{slug}/x"]["parameters"][0]["name"], "slug");
        assert_eq!(full["paths"]["/api/v1/{slug}/x"]["post"]["parameters"][0]["name"], "Idempotency-Key");
        let own = merge([&spec].into_iter(), Some("ada"), "http://h");
        assert!(own["paths"]["/api/v1/ada/x"]["parameters"].is_null());
        assert_eq!(own["components"]["schemas"]["X"], json!({}));
    }

    #[test]
    fn what_may_be_left_out_may_be_null() {
        let schema = json!({ "required": ["a"], "properties": { "a": { "type": "string" }, "b": { "$ref": "#/x" }, "c": {} } });
        let read = nullable(schema);
        assert!(read["properties"]["a"]["nullable"].is_null());
        assert_eq!(read["properties"]["b"], json!({ "allOf": [{ "$ref": "#/x" }], "nullable": true }));
        assert_eq!(read["properties"]["c"]["nullable"], true);
    }

    #[test]
    fn pages_of_lists_are_bounded() {
        let spec = json!({ "paths": { "/x": { "get": { "parameters": [{ "name": "limit", "schema": {} }, { "name": "q" }] } } } });
        let list = &merge([&spec].into_iter(), None, "/")["paths"]["/x"]["get"]["parameters"];
        assert_eq!(list[0]["schema"], json!({ "minimum": 1, "maximum": 100, "default": 25 }));
        assert_eq!(list[1], json!({ "name": "q" }));
    }
}
