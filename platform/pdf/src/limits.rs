//! A document within bounds.

use crate::{
    Document, Entry, Error, Labels, Line, Party, Total,
    clean::{clean, clean_line},
};

/// Lines of a document.
pub const MAX_LINES: usize = 1_000;
/// Characters of a name, of a line of an address, of a label.
pub const MAX_NAME: usize = 400;
/// Characters of an amount, a date, a quantity.
pub const MAX_VALUE: usize = 200;
/// Characters of a detail, a note, the footer.
pub const MAX_TEXT: usize = 4_000;

const ADDRESS_LINES: usize = 12;
const FACTS: usize = 16;
const ENTRIES: usize = 100;

/// The same document, cleaned and within bounds.
pub fn bounded(document: &Document) -> Result<Document, Error> {
    few("lines", document.lines.len(), MAX_LINES)?;
    few("facts", document.facts.len(), FACTS)?;
    few("totals", document.totals.len(), ENTRIES)?;
    few("payments", document.payments.len(), ENTRIES)?;
    few("notes", document.notes.len(), ENTRIES)?;
    let text = |it: &String| clean(it, MAX_TEXT);
    Ok(Document {
        locale: language(&document.locale),
        paper: document.paper,
        accent: document.accent,
        created: document.created,
        brand: name(&document.brand),
        title: name(&document.title),
        number: value(&document.number),
        stamp: document.stamp.as_deref().map(value).filter(|it| !it.is_empty()),
        labels: labels(&document.labels),
        seller: party(&document.seller),
        buyer: party(&document.buyer),
        facts: document.facts.iter().map(entry).collect(),
        lines: document.lines.iter().map(line).collect(),
        totals: document.totals.iter().map(total).collect(),
        payments: document.payments.iter().map(entry).collect(),
        notes: document.notes.iter().map(text).filter(|it| !it.is_empty()).collect(),
        footer: text(&document.footer),
    })
}

fn few(what: &'static str, there: usize, may: usize) -> Result<(), Error> {
    if there > may { Err(Error::TooMany { what, there, may }) } else { Ok(()) }
}

fn name(text: &str) -> String {
    clean_line(text, MAX_NAME)
}

fn value(text: &str) -> String {
    clean_line(text, MAX_VALUE)
}

/// A language tag as RFC 3066 has them, or "undetermined".
fn language(tag: &str) -> String {
    let fits = |part: &str, first: bool| {
        let letter = |c: char| c.is_ascii_alphabetic() || (!first && c.is_ascii_digit());
        (1..=8).contains(&part.len()) && part.chars().all(letter)
    };
    let tag = tag.replace('_', "-");
    let right = tag.len() <= 35 && tag.split('-').enumerate().all(|(at, part)| fits(part, at == 0));
    if right { tag } else { "und".to_owned() }
}

fn labels(from: &Labels) -> Labels {
    Labels {
        seller: name(&from.seller),
        buyer: name(&from.buyer),
        name: name(&from.name),
        quantity: name(&from.quantity),
        unit_price: name(&from.unit_price),
        tax: name(&from.tax),
        amount: name(&from.amount),
        payments: name(&from.payments),
        notes: name(&from.notes),
        page: value(&from.page),
    }
}

fn party(from: &Party) -> Party {
    let mut lines: Vec<String> = from.lines.iter().map(|it| name(it)).filter(|it| !it.is_empty()).collect();
    if lines.len() > ADDRESS_LINES {
        let rest = lines.split_off(ADDRESS_LINES - 1);
        lines.push(name(&rest.join(", ")));
    }
    Party {
        name: name(&from.name),
        lines,
        tax_id: name(&from.tax_id),
        email: name(&from.email),
        web: name(&from.web),
    }
}

fn entry(from: &Entry) -> Entry {
    Entry { label: name(&from.label), value: value(&from.value) }
}

fn total(from: &Total) -> Total {
    Total { label: name(&from.label), value: value(&from.value), strong: from.strong }
}

fn line(from: &Line) -> Line {
    Line {
        name: name(&from.name),
        detail: from.detail.as_deref().map(|it| clean(it, MAX_TEXT)).filter(|it| !it.is_empty()),
        quantity: value(&from.quantity),
        unit_price: value(&from.unit_price),
        tax: value(&from.tax),
        amount: value(&from.amount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_tags() {
        assert_eq!(language("de_CH"), "de-CH");
        assert_eq!(language("en"), "en");
        for wrong in ["", "-", "en--us", "e n", "ßß", "abcdefghij", "1a"] {
            assert_eq!(language(wrong), "und", "{wrong}");
        }
    }

    #[test]
    fn a_long_address_keeps_its_end() {
        let lines = (1..=14).map(|at| format!("line {at}")).collect();
        let party = party(&Party { lines, ..Party::default() });
        assert_eq!(party.lines.len(), ADDRESS_LINES);
        assert_eq!(party.lines.last().unwrap(), "line 12, line 13, line 14");
    }

    #[test]
    fn too_many_lines_are_refused_not_dropped() {
        let document = Document { lines: vec![Line::default(); MAX_LINES + 1], ..Document::default() };
        assert!(matches!(bounded(&document), Err(Error::TooMany { what: "lines", there: 1_001, .. })));
    }
}
