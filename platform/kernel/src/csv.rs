//! Tables as files (RFC 4180) that spreadsheets open as they are meant.
//!
//! - Invariant: what people typed is never read as a formula: a text that begins like one gets an apostrophe before it.
//! - Invariant: a file begins with the mark of UTF-8, without which Excel takes it for something else.

/// The first bytes of a file.
pub const MARK: &str = "\u{feff}";

/// What stands in one place of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// What somebody typed, or may have.
    Text(String),
    /// A number, code or time of our own making.
    Plain(String),
}

impl Cell {
    /// What somebody typed.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
    /// A value of our own making.
    #[must_use]
    pub fn plain(value: impl ToString) -> Self {
        Self::Plain(value.to_string())
    }
    /// A value that may be missing.
    #[must_use]
    pub fn maybe(value: Option<impl ToString>) -> Self {
        Self::Plain(value.map(|value| value.to_string()).unwrap_or_default())
    }
}

/// Adds one line.
pub fn line(out: &mut String, cells: &[Cell]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        match cell {
            Cell::Plain(value) => quoted(out, value),
            Cell::Text(text) if is_formula(text) => quoted(out, &format!("'{text}")),
            Cell::Text(text) => quoted(out, text),
        }
    }
    out.push_str("\r\n");
}

/// Whether a spreadsheet may read it as a formula, also behind white space and in full width.
fn is_formula(text: &str) -> bool {
    let first = text.trim_start_matches([' ', '\u{a0}', '\u{3000}']).chars().next();
    first.is_some_and(|c| "=+-@\t\r\n\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(c))
}

fn quoted(out: &mut String, value: &str) {
    let plain = !value.contains([',', '"', '\r', '\n', ';', '\t']) && value.trim() == value;
    if plain {
        out.push_str(value);
    } else {
        out.push('"');
        out.push_str(&value.replace('"', "\"\""));
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[Cell]) -> String {
        let mut out = String::new();
        line(&mut out, cells);
        out
    }

    #[test]
    fn what_is_quoted() {
        let cells = [Cell::text("Reed, Sam"), Cell::text("said \"hi\""), Cell::plain(12), Cell::text("a\nb")];
        assert_eq!(written(&cells), "\"Reed, Sam\",\"said \"\"hi\"\"\",12,\"a\nb\"\r\n");
        assert_eq!(written(&[Cell::text(""), Cell::maybe(None::<i64>)]), ",\r\n");
    }
    #[test]
    fn a_cell_stays_one_cell_and_is_no_formula_whatever_it_holds() {
        let signs = ["", "=", "-", "a", "1", " ", ",", ";", "\"", "'", "\r", "\n", "\t"];
        for (a, b, c) in signs.iter().flat_map(|a| signs.iter().flat_map(move |b| signs.map(|c| (*a, *b, c))))
        {
            let text = format!("{a}{b}{c}");
            let line = written(&[Cell::text(&text)]);
            let inner = line.strip_suffix("\r\n").unwrap();
            let read = match inner.strip_prefix('"') {
                Some(rest) => rest.strip_suffix('"').unwrap().replace("\"\"", "\""),
                None => inner.to_owned(),
            };
            assert!(read == text || read == format!("'{text}"), "{text:?} became {read:?}");
            assert!(!read.trim_start().starts_with(['=', '+', '-', '@']), "{text:?} became {read:?}");
            assert!(
                inner.starts_with('"') || !inner.contains([',', ';', '"', '\r', '\n', '\t']),
                "{inner:?}"
            );
        }
    }
    #[test]
    fn no_formula_gets_in() {
        for text in ["=1+1", "+44 20", "-x", "@SUM(A1)", "\t=1", " =1", "\r=1", "\u{ff1d}1"] {
            let cell = written(&[Cell::text(text)]);
            let inner = cell.trim_start_matches('"');
            assert!(inner.starts_with('\''), "{cell}");
        }
        assert_eq!(written(&[Cell::plain("-5.00")]), "-5.00\r\n", "our own numbers stay numbers");
        assert_eq!(written(&[Cell::text("a=b")]), "a=b\r\n");
    }
}
