//! The published interface: the committed document, its form, and the events.

use serde_json::Value;
use testkit::{TestApp, TestTenant, operations};

use crate::golden;

#[tokio::test]
async fn the_committed_document_is_the_servers() {
    let app = TestApp::start().await;
    let now = serde_json::to_string_pretty(&app.app.full_openapi()).unwrap() + "\n";
    let file = testkit::workspace().join("docs/openapi.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert!(kept == now, "docs/openapi.json is not what the server says: cargo xtask openapi");
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_operation_is_described() {
    let app = TestApp::start().await;
    let document = app.app.full_openapi();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let pointer =
            reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let all = operations(&document);
    assert!(all.len() > 20, "{}", all.len());
    let mut wrong = Vec::new();
    for operation in &all {
        let (name, document) = (operation.name(), &operation.document);
        if document["tags"].get(0).is_none() {
            wrong.push(format!("{name}: no tag"));
        }
        if document["summary"].as_str().is_none_or(|text| text.trim().is_empty() || text.ends_with('.')) {
            wrong.push(format!("{name}: no summary, or one that ends like a sentence"));
        }
        let problem = document.pointer("/responses/default/content/application~1problem+json/schema/$ref");
        if problem.and_then(Value::as_str) != Some("#/components/schemas/Problem")
            && !name.ends_with("/openapi.json")
        {
            wrong.push(format!("{name}: nothing is said of problems"));
        }
        if operation.method != "GET"
            && operation.path.contains("{slug}")
            && !document["parameters"].to_string().contains("Idempotency-Key")
        {
            wrong.push(format!("{name}: no Idempotency-Key"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut names: Vec<&str> =
        all.iter().filter_map(|operation| operation.document["operationId"].as_str()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "an operationId twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenants_document_is_served_with_its_own_paths() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let own = tenant.visitor().api("GET", "/openapi.json", None).await.expect(200).json();
    let full = app.visitor().open("/api/openapi.json").await.expect(200).json();
    let paths = |document: &Value| document["paths"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&full).len(), paths(&own).len(), "with every module on, it is the whole");
    assert!(paths(&own).iter().all(|path| !path.contains("{slug}")));
    assert!(paths(&own).iter().any(|path| path.starts_with(&format!("/api/v1/{}/", tenant.slug))));
    tenant.finish().await;
}

#[test]
fn published_events_keep_their_form() {
    let all: Vec<Value> = events::catalogue()
        .iter()
        .map(|event| serde_json::json!({ "name": event.name, "version": event.version, "module": event.module, "sample": event.sample }))
        .collect();
    golden::compare("events.json", &(serde_json::to_string_pretty(&all).unwrap() + "\n"));
}
