//! Texts without what can't be shown, or would show something else than it says.

/// Stands for what the font lacks, and for what means nothing outside of one computer.
pub const UNKNOWN: char = '\u{fffd}';

/// At most `max` characters of the text, cut with `…`.
///
/// Invariant: what comes out has no control character but `\n`, nothing that reorders text, nothing that is
/// for private use.
pub fn clean(text: &str, max: usize) -> String {
    let mut kept: String = String::new();
    let mut left = max;
    for c in text.chars().filter_map(shown) {
        if left == 0 {
            let end = kept.trim_end().len();
            kept.truncate(end);
            kept.push('…');
            return kept;
        }
        left -= 1;
        kept.push(c);
    }
    let start = kept.len() - kept.trim_start().len();
    kept.drain(..start);
    kept.truncate(kept.trim_end().len());
    kept
}

/// One line of it.
pub fn clean_line(text: &str, max: usize) -> String {
    clean(text, max).replace('\n', " ")
}

fn shown(c: char) -> Option<char> {
    match c {
        '\n' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        _ if c.is_control() || reorders(c) || is_invisible(c) => None,
        _ if is_private(c) => Some(UNKNOWN),
        _ => Some(c),
    }
}

/// Marks, embeddings, overrides and isolates of the bidirectional algorithm: an amount must not read backwards.
fn reorders(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{200b}' | '\u{200c}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Private use, and code points that will never be characters.
fn is_private(c: char) -> bool {
    let code = u32::from(c);
    matches!(code, 0xe000..=0xf8ff | 0xf_0000.. | 0xfdd0..=0xfdef) || code & 0xfffe == 0xfffe
}

/// Whether a line may end here. Spaces that hold a number together are none of these.
pub fn is_break(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_remains_that_lies_about_the_order() {
        assert_eq!(clean("a\u{202e}b\u{2066}c\u{200f}\u{61c}d", 99), "abcd");
        assert_eq!(clean("a\0b\u{7}\tc\r\nd", 99), "ab c\nd");
        assert_eq!(clean("\u{e000}x\u{fdd0}\u{ffff}", 99), "\u{fffd}x\u{fffd}\u{fffd}");
        assert_eq!(clean_line(" one\ntwo ", 99), "one two");
    }

    #[test]
    fn long_texts_are_cut_visibly() {
        assert_eq!(clean("abcdef", 6), "abcdef");
        assert_eq!(clean("abcdefg", 6), "abcdef…");
        assert_eq!(clean("abc   defg", 6), "abc…");
    }

    #[test]
    fn numbers_hold_together() {
        assert!(is_break(' ') && is_break('\u{3000}'));
        assert!(!is_break('\u{a0}') && !is_break('\u{202f}'));
    }
}
