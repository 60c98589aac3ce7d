use serde_json::{Map, Value, json};

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    /// Whether it must be given.
    pub required: bool,
    /// Its schema.
    pub schema: Value,
}

/// An operation of the API.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `GET`, `POST` …
    pub method: String,
    /// As the document writes it: `/api/v1/{slug}/bookings/{id}`.
    pub path: String,
    /// Without the slug: `/bookings/{id}`.
    pub short: String,
    /// All but the slug and the idempotency key.
    pub parameters: Vec<Parameter>,
    /// Media type and schema of the body, if it takes one.
    pub body: Option<(String, Value)>,
    /// As the document has it.
    pub document: Value,
}

impl Operation {
    /// `POST /bookings`: as it is written in golden files.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.short)
    }
    /// Names of the parameters in its path.
    pub fn path_parameters(&self) -> impl Iterator<Item = &str> {
        self.parameters
            .iter()
            .filter(|parameter| parameter.place == "path")
            .map(|parameter| parameter.name.as_str())
    }
    /// The path with each parameter replaced.
    #[must_use]
    pub fn path_with(&self, mut value: impl FnMut(&str) -> String) -> String {
        let mut path = self.short.clone();
        for name in self.path_parameters() {
            path = path.replace(&format!("{{{name}}}"), &value(name));
        }
        path
    }
}

/// Every operation of a document that lies below a tenant.
#[must_use]
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "put", "post", "patch", "delete"] {
            let operation = &item[method];
            if operation.is_object() {
                all.push(read(method, path, operation));
            }
        }
    }
    all
}

fn read(method: &str, path: &str, operation: &Value) -> Operation {
    let listed = operation["parameters"].as_array().into_iter().flatten().map(parameter);
    let parameters = listed.filter(|one| one.name != "slug" && one.name != "Idempotency-Key").collect();
    let content = operation["requestBody"]["content"].as_object();
    let body = content.and_then(|content| content.iter().next());
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        short: path.replacen("/api/v1/{slug}", "", 1),
        parameters,
        body: body.map(|(kind, media)| (kind.clone(), media["schema"].clone())),
        document: operation.clone(),
    }
}

fn parameter(parameter: &Value) -> Parameter {
    let text = |name: &str| parameter[name].as_str().unwrap_or_default().to_owned();
    Parameter {
        name: text("name"),
        place: text("in"),
        required: parameter["required"] == json!(true),
        schema: parameter["schema"].clone(),
    }
}

/// A value of a schema: what is required, as small as can be. `known` gives values by property name where any will not do.
#[must_use]
pub fn sample(document: &Value, schema: &Value, known: &dyn Fn(&str, &Value) -> Option<Value>) -> Value {
    value(document, schema, "", known, 0)
}

fn value(
    document: &Value,
    schema: &Value,
    name: &str,
    known: &dyn Fn(&str, &Value) -> Option<Value>,
    depth: usize,
) -> Value {
    assert!(depth < 20, "a schema that contains itself: {schema}");
    if let Some(found) = known(name, schema) {
        return found;
    }
    if let Some(target) =
        schema["$ref"].as_str().and_then(|target| target.strip_prefix("#/components/schemas/"))
    {
        return value(document, &document["components"]["schemas"][target], name, known, depth + 1);
    }
    if let Some(part) = ["allOf", "anyOf", "oneOf"].iter().find_map(|word| schema[*word].get(0)) {
        return value(document, part, name, known, depth + 1);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("object") => object(document, schema, known, depth),
        Some("array") => json!([]),
        // A schema writes its least value as 1.0.
        Some("integer") => schema["minimum"]
            .as_f64()
            .and_then(|least| format!("{least:.0}").parse::<i64>().ok())
            .map_or(json!(1), Value::from),
        Some("number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(true),
        _ if schema["format"] == "date-time" => json!("2026-11-24T10:00:00Z"),
        _ => json!(format!("{name} x")),
    }
}

fn object(
    document: &Value,
    schema: &Value,
    known: &dyn Fn(&str, &Value) -> Option<Value>,
    depth: usize,
) -> Value {
    let mut out = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let required =
            schema["required"].as_array().is_some_and(|list| list.iter().any(|entry| entry == name.as_str()));
        if let Some(found) = known(name, property) {
            out.insert(name.clone(), found);
        } else if required {
            out.insert(name.clone(), value(document, property, name, known, depth + 1));
        }
    }
    Value::Object(out)
}
