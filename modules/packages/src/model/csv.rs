//! Lines of comma-separated values (RFC 4180) that no spreadsheet takes for formulas.

/// One line, with its end.
pub(crate) fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\r\n"
}

/// A cell. What a spreadsheet would run as a formula gets an apostrophe in front; a plain number stays one.
fn quoted(text: &str) -> String {
    let is_number = text.parse::<i64>().is_ok();
    let may_run = text.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r'])
        || text.starts_with(['\t', '\r', '\n']);
    let text = if may_run && !is_number { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n', ';', '\t']) || text.starts_with('\'') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_is_a_formula() {
        assert_eq!(line(&["a", "-3", "+5", "a, \"b\""]), "a,-3,+5,\"a, \"\"b\"\"\"\r\n");
        assert_eq!(line(&["=1+1", "@x", "-a", " =2"]), "\"'=1+1\",\"'@x\",\"'-a\",\"' =2\"\r\n");
    }
    proptest! {
        #[test]
        fn a_cell_stays_one_cell_and_is_no_formula(text in "\\PC{0,12}|[=+@,\"\\r\\n\\t-]{1,6}[a-z0-9]{0,4}") {
            let written = line(&[&text]);
            let inner = written.strip_suffix("\r\n").unwrap();
            let read = match inner.strip_prefix('"') {
                Some(rest) => rest.strip_suffix('"').unwrap().replace("\"\"", "\""),
                None => inner.to_owned(),
            };
            let guarded = format!("'{text}");
            prop_assert!(read == text || read == guarded);
            prop_assert!(read.parse::<i64>().is_ok() || !read.trim_start().starts_with(['=', '+', '-', '@']));
        }
    }
}
