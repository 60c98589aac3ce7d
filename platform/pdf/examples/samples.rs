//! Writes documents to look at into a folder, and how long each took.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool for a person, with data of its own"
)]

#[path = "../tests/all/sample.rs"]
mod sample;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let all = [
        ("invoice", sample::invoice()),
        ("forty", sample::long(40)),
        ("long", sample::long(300)),
        ("thousand", sample::long(1_000)),
        ("wide", sample::wide()),
        ("letters", sample::letters()),
        ("bare", sample::bare()),
    ];
    for (name, document) in all {
        pdf::render(&document).unwrap();
        let started = std::time::Instant::now();
        let bytes = pdf::render(&document).unwrap();
        let took = started.elapsed();
        println!("{name}: {} bytes, {took:?}", bytes.len());
        std::fs::write(format!("{folder}/{name}.pdf"), bytes).unwrap();
    }
}
