//! Documents, read back with another library.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "helpers of tests fail the test, as the tests themselves do"
)]

mod hostile;
mod reader;
mod sample;

use pdf::{Document, Entry, Error, Line, Paper, render};
use reader::Reader;

#[test]
fn everything_that_was_said_can_be_read() {
    let document = sample::invoice();
    let text = Reader::open(&render(&document).unwrap()).text();
    let mut said =
        vec![document.brand.clone(), document.title.clone(), document.number.clone(), "Paid".into()];
    for party in [&document.seller, &document.buyer] {
        said.extend([party.name.clone(), party.tax_id.clone(), party.email.clone(), party.web.clone()]);
        said.extend(party.lines.clone());
    }
    for entry in document.facts.iter().chain(&document.payments) {
        said.extend([entry.label.clone(), entry.value.clone()]);
    }
    said.extend(document.totals.iter().flat_map(|it| [it.label.clone(), it.value.clone()]));
    for line in &document.lines {
        said.extend([
            line.name.clone(),
            line.detail.clone().unwrap(),
            line.unit_price.clone(),
            line.tax.clone(),
        ]);
    }
    said.extend(document.notes.iter().cloned());
    said.extend(document.footer.lines().map(ToOwned::to_owned));
    said.push("Page 1 of 1".into());
    for it in said {
        assert!(text.contains(&it), "{it:?} is not in {text}");
    }
}

#[test]
fn other_alphabets_can_be_read_and_copied() {
    let text = Reader::open(&render(&sample::letters()).unwrap()).text();
    for it in [
        "Τιμολόγιο",
        "Анна Сергеевна",
        "Київ, Україна",
        "Łódź Žižek",
        "Tiếng Việt",
        "ἀρχαία",
        "−1\u{202f}234,50\u{a0}€",
    ] {
        assert!(text.contains(it), "{it:?} is not in {text}");
    }
    assert!(text.contains("reversed") && !text.contains('\u{202e}'));
}

#[test]
fn what_the_font_lacks_stays_in_the_text() {
    // Said by the marks around the sign; the other library reads signs alone.
    let file = Reader::open(&render(&sample::letters()).unwrap());
    let actual = file.actual_texts();
    let seen = file.text();
    for it in ["🎉", "👨\u{200d}👩\u{200d}👧", "日", "本", "語", "★"] {
        assert!(seen.contains(it) || actual.iter().any(|text| text == it), "{it:?} is not in {actual:?}");
    }
}

#[test]
fn properties_are_what_was_given() {
    let file = Reader::open(&render(&sample::invoice()).unwrap());
    assert_eq!(file.info("Title"), "Invoice No. 2026-0142");
    assert_eq!(file.info("Author"), "Maya Lindqvist Coaching");
    assert_eq!(file.info("CreationDate"), "D:20261121093000Z");
    assert_eq!(file.catalog_text("Lang"), "en");
    let xmp = file.xmp();
    assert!(xmp.contains("<pdfuaid:part>1</pdfuaid:part>"), "{xmp}");
    assert!(xmp.contains("<pdfaid:part>2</pdfaid:part>") && xmp.contains("<pdfaid:conformance>A<"), "{xmp}");
}

#[test]
fn its_structure_is_one_that_can_be_followed() {
    let file = Reader::open(&render(&sample::long(60)).unwrap());
    assert!(file.page_count() > 2);
    let roles = file.roles();
    let count = |role: &str| roles.iter().filter(|it| *it == role).count();
    assert_eq!(count("H1"), 1);
    assert_eq!(count("H2"), 4, "from, to, payments, notes");
    // Facts, positions, sums, payments: the head of the positions is repeated on pages, not in the structure.
    assert_eq!(count("Table"), 4);
    assert_eq!(count("THead"), 1);
    assert_eq!(count("TH"), 5 + 4 + 3 + 1);
    assert_eq!(count("TR"), 61 + 4 + 3 + 1);
    assert_eq!(count("TD"), 60 * 5 + 4 + 3 + 1);
    assert_eq!(count("Link"), 3);
    let first = |role: &str| roles.iter().position(|it| it == role).unwrap();
    assert!(first("H1") < first("H2") && first("H2") < first("Table"), "{roles:?}");
    assert_eq!(
        file.links(),
        [
            "mailto:hello@maya-coaching.example",
            "https://maya-coaching.example",
            "mailto:jonas@okafor.example"
        ]
    );
}

#[test]
fn empty_cells_keep_the_table_whole() {
    let mut document = sample::long(3);
    document.lines[1] = Line { name: "Free".into(), ..Line::default() };
    let roles = Reader::open(&render(&document).unwrap()).roles();
    assert_eq!(roles.iter().filter(|it| *it == "TD").count(), 3 * 5 + 4 + 3 + 1);
    for line in &mut document.lines {
        line.tax.clear();
    }
    document.labels.tax.clear();
    let roles = Reader::open(&render(&document).unwrap()).roles();
    assert_eq!(
        roles.iter().filter(|it| *it == "TD").count(),
        3 * 4 + 4 + 3 + 1,
        "a column without words is none"
    );
}

#[test]
fn pages_break_between_rows_and_repeat_their_head() {
    let file = Reader::open(&render(&sample::long(300)).unwrap());
    let pages = file.page_count();
    assert!((10..20).contains(&pages), "{pages}");
    for page in 1..=pages {
        let text = file.page_text(page);
        assert!(text.contains(&format!("Page {page} of {pages}")), "{text}");
        assert!(text.contains("Description") && text.contains("Amount"), "{text}");
        assert!(page == 1 || text.contains("Invoice No. 2026-0142"), "{text}");
    }
    let all = file.text();
    for line in sample::long(300).lines {
        assert_eq!(all.matches(&format!("{} ", line.name)).count(), 1, "{}", line.name);
    }
    let last = file.page_text(pages);
    assert!(last.contains("€2537.00") && last.contains("€590.00"), "the last row goes along with the sums");
}

#[test]
fn a_row_longer_than_a_page_goes_on_on_the_next() {
    let mut document = sample::invoice();
    let detail: String = (0..1_200).map(|at| format!("{at}\n")).collect();
    document.lines[0].detail = Some(detail);
    let file = Reader::open(&render(&document).unwrap());
    let all = file.text();
    assert!(file.page_count() > 5);
    for at in [0, 1, 500, 900] {
        assert!(all.contains(&format!(" {at} ")), "{at}");
    }
}

#[test]
fn the_same_document_has_the_same_bytes() {
    for document in [sample::invoice(), sample::long(80), sample::letters()] {
        let first = render(&document).unwrap();
        let second = std::thread::spawn(move || render(&document).unwrap()).join().unwrap();
        assert!(first == second);
    }
    let later = Document { created: "2026-11-22T00:00:00Z".parse().unwrap(), ..sample::invoice() };
    assert!(render(&later).unwrap() != render(&sample::invoice()).unwrap());
}

#[test]
fn long_words_are_broken_and_none_is_lost() {
    let file = Reader::open(&render(&sample::wide()).unwrap());
    let text: String = file.text().chars().filter(|c| !c.is_whitespace()).collect();
    assert_eq!(text.matches('x').count(), 300 + 3, "three addresses end in .example");
    for it in ["hauptbetriebswerkbauunterbeamtengesellschaftmbH&Co.KG", "€123,456,789,012,345,678,901,234.00"]
    {
        assert!(text.contains(it), "{it} is not in {text}");
    }
}

#[test]
fn a_receipt_can_be_short() {
    let file = Reader::open(&render(&sample::bare()).unwrap());
    assert_eq!(file.page_count(), 1);
    assert_eq!(
        file.text().split_whitespace().collect::<Vec<_>>(),
        ["Receipt", "Session", "$80.00", "Total", "$80.00"]
    );
    assert_eq!(file.info("Title"), "Receipt");
}

#[test]
fn paper_comes_in_two_sizes() {
    let size = |paper| Reader::open(&render(&Document { paper, ..sample::invoice() }).unwrap()).page_size();
    assert_eq!(size(Paper::A4), (595, 842));
    assert_eq!(size(Paper::Letter), (612, 792));
}

#[test]
fn files_are_small() {
    let size = |document| render(&document).unwrap().len();
    assert!(size(sample::invoice()) < 60_000);
    assert!(size(sample::letters()) < 80_000);
    assert!(size(sample::long(300)) < 400_000);
}

#[test]
fn too_much_is_refused() {
    let facts = vec![Entry::default(); 17];
    let answer = render(&Document { facts, ..sample::invoice() });
    assert!(matches!(answer, Err(Error::TooMany { what: "facts", there: 17, may: 16 })), "{answer:?}");
}
