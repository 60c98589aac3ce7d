/// A LIKE pattern that finds `text` anywhere and as it is: its own wildcards are escaped.
#[must_use]
pub fn contains_pattern(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_search_text_means_itself() {
        assert_eq!(super::contains_pattern("50%_\\"), "%50\\%\\_\\\\%");
        assert_eq!(super::contains_pattern(""), "%%");
    }
}
