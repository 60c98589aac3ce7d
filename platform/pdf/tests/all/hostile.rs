//! Whatever the strings hold, there is a document, and soon.

use std::time::{Duration, Instant};

use pdf::{Document, Entry, Labels, Line, Party, Rgb, Total, render};
use proptest::{collection::vec, option, prelude::*};

use crate::{reader::Reader, sample};

/// Any text, with what is dangerous in it more often than by chance.
fn text() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        ".{0,12}",
        "[A-Za-z0-9 ,.€\u{a0}-]{0,40}",
        "\\PC{0,20}",
        "[\u{0}-\u{1f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff0}-\u{ffff}]{0,6}",
        "[\u{300}-\u{36f}\u{e000}-\u{e010}\u{1f300}-\u{1f600}\u{fe0f}\u{200d}\u{590}-\u{6ff}\u{900}-\u{9ff}]{0,12}",
        "\\n{0,3}",
        "[x]{0,200}",
    ];
    vec(parts, 0..4).prop_map(|all| all.concat())
}

fn party() -> impl Strategy<Value = Party> {
    (text(), vec(text(), 0..16), text(), text(), text()).prop_map(|(name, lines, tax_id, email, web)| Party {
        name,
        lines,
        tax_id,
        email,
        web,
    })
}

fn entries(most: usize) -> impl Strategy<Value = Vec<Entry>> {
    vec((text(), text()).prop_map(|(label, value)| Entry { label, value }), 0..most)
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (text(), option::of(text()), text(), text(), text(), text()).prop_map(
        |(name, detail, quantity, unit_price, tax, amount)| Line {
            name,
            detail,
            quantity,
            unit_price,
            tax,
            amount,
        },
    );
    vec(line, 0..12)
}

fn labels() -> impl Strategy<Value = Labels> {
    vec(text(), 10).prop_map(|mut all| {
        let mut next = || all.pop().unwrap_or_default();
        Labels {
            seller: next(),
            buyer: next(),
            name: next(),
            quantity: next(),
            unit_price: next(),
            tax: next(),
            amount: next(),
            payments: next(),
            notes: next(),
            page: next(),
        }
    })
}

fn document() -> impl Strategy<Value = Document> {
    let words = (text(), text(), text(), text(), option::of(text()), text());
    let lists = (entries(16), lines(), entries(6), entries(6), vec(text(), 0..5));
    let rest =
        (labels(), party(), party(), any::<[u8; 3]>(), -100_000_000_000_i64..100_000_000_000, any::<bool>());
    (words, lists, rest).prop_map(|(words, lists, rest)| {
        let total =
            |(at, it): (usize, Entry)| Total { label: it.label, value: it.value, strong: at % 2 == 0 };
        Document {
            locale: words.0,
            brand: words.1,
            title: words.2,
            number: words.3,
            stamp: words.4,
            footer: words.5,
            facts: lists.0,
            lines: lists.1,
            totals: lists.2.into_iter().enumerate().map(total).collect(),
            payments: lists.3,
            notes: lists.4,
            labels: rest.0,
            seller: rest.1,
            buyer: rest.2,
            accent: Rgb(rest.3[0], rest.3[1], rest.3[2]),
            created: jiff::Timestamp::from_second(rest.4).unwrap(),
            paper: if rest.5 { pdf::Paper::A4 } else { pdf::Paper::Letter },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_strings_make_a_document(document in document()) {
        let bytes = render(&document).unwrap();
        let file = Reader::open(&bytes);
        prop_assert!(file.page_count() >= 1);
        let cells = file.roles().iter().filter(|it| *it == "TD").count();
        let pairs = document.facts.len() + document.totals.len() + document.payments.len();
        prop_assert!(cells >= document.lines.len() + pairs, "{cells}");
    }
}

#[test]
fn very_long_texts_take_no_long_time() {
    for unit in ["x", "word ", "👩\u{200d}🚀", "e\u{301}\u{302}", "\n", "\u{202e}\u{0}", "-", "日"] {
        let long = unit.repeat(10_000);
        let entry = || Entry::new(long.clone(), long.clone());
        let party = || Party {
            name: long.clone(),
            lines: vec![long.clone(); 30],
            email: long.clone(),
            ..Party::default()
        };
        let document = Document {
            brand: long.clone(),
            title: long.clone(),
            number: long.clone(),
            stamp: Some(long.clone()),
            seller: party(),
            buyer: party(),
            facts: (0..16).map(|_| entry()).collect(),
            lines: vec![Line {
                name: long.clone(),
                detail: Some(long.clone()),
                amount: long.clone(),
                ..Line::default()
            }],
            totals: vec![Total::strong(long.clone(), long.clone())],
            payments: vec![entry()],
            notes: vec![long.clone()],
            footer: long.clone(),
            ..sample::invoice()
        };
        let started = Instant::now();
        let bytes = render(&document).unwrap();
        let took = started.elapsed();
        assert!(took < Duration::from_secs(10), "{unit:?}: {took:?}");
        assert!(bytes.len() < 1_000_000, "{unit:?}: {}", bytes.len());
    }
}
