//! Each code has a text.

use std::collections::BTreeSet;

use fluent_syntax::ast::Entry;
use plugins::{Capability, FailureCode, Refusal, TEXTS_EN};

#[test]
fn each_code_has_a_text_and_each_text_a_code() {
    let texts = fluent_syntax::parser::parse(TEXTS_EN).expect("the texts are Fluent");
    let there: BTreeSet<String> = texts
        .body
        .iter()
        .filter_map(|entry| match entry {
            Entry::Message(message) => Some(message.id.name.to_owned()),
            _ => None,
        })
        .collect();
    let some = String::new;
    let refusals = [
        Refusal::TooLarge(0),
        Refusal::NotComponent,
        Refusal::Invalid(some()),
        Refusal::TooComplex(some()),
        Refusal::UnknownImport(some()),
        Refusal::NoHandler,
        Refusal::CompileTime,
        Refusal::CompileMemory,
        Refusal::Unavailable(some()),
    ];
    let failures = FailureCode::ALL.map(FailureCode::message_key);
    let capabilities = Capability::ALL.map(Capability::message_key);
    let needed: BTreeSet<String> =
        failures.into_iter().chain(capabilities).chain(refusals.iter().map(Refusal::message_key)).collect();
    assert_eq!(there, needed);
    for code in FailureCode::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
}
