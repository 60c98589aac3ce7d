//! Text becomes lines of a width.

use crate::{
    clean::is_break,
    shape::{Run, Shaper, Weight},
};

/// The lines of a text, each at most `width` (in parts of the font size). Lines end between words; a word that
/// is longer than a line is broken where it is full.
pub fn wrap(shaper: &mut Shaper, weight: Weight, text: &str, width: f32) -> Vec<Run> {
    let space = shaper.word(weight, " ");
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = Run::default();
        for (word, spaced) in pieces(paragraph) {
            let word = shaper.word(weight, word);
            let gap = if spaced && !line.glyphs.is_empty() { space.width } else { 0.0 };
            if !line.glyphs.is_empty() && line.width + gap + word.width > width {
                if spaced {
                    line.end_with(&space);
                }
                lines.push(std::mem::take(&mut line));
            } else if gap > 0.0 {
                line.append(&space);
            }
            fill(&mut line, &word, width, &mut lines);
        }
        lines.push(line);
    }
    lines
}

/// At most `most` lines; the last one says that there is more.
pub fn wrap_some(shaper: &mut Shaper, weight: Weight, text: &str, width: f32, most: usize) -> Vec<Run> {
    let mut lines = wrap(shaper, weight, text, width);
    if lines.len() > most {
        lines.truncate(most);
        let more = shaper.word(weight, "…");
        if let Some(last) = lines.last_mut() {
            while last.width + more.width > width && last.glyphs.len() > 1 {
                shorten(last);
            }
            last.append(&more);
        }
    }
    lines
}

/// How wide a text is when nothing wraps it.
pub fn natural(shaper: &mut Shaper, weight: Weight, text: &str) -> f32 {
    let widths: Vec<f32> = wrap(shaper, weight, text, f32::MAX).iter().map(|line| line.width).collect();
    widths.into_iter().fold(0.0, f32::max)
}

/// Puts a word on a line that may be too short for it.
fn fill(line: &mut Run, word: &Run, width: f32, lines: &mut Vec<Run>) {
    if line.width + word.width <= width {
        line.append(word);
        return;
    }
    let mut start = 0;
    while start < word.glyphs.len() {
        let end = cluster_end(word, start);
        let part: f32 = word.glyphs.get(start..end).unwrap_or_default().iter().map(|it| it.advance).sum();
        if !line.glyphs.is_empty() && line.width + part > width {
            lines.push(std::mem::take(line));
        }
        line.append_part(word, start..end);
        start = end;
    }
}

/// Glyphs of one character stay together.
fn cluster_end(word: &Run, start: usize) -> usize {
    let same = |(a, b): (usize, usize)| {
        let range = |at: usize| word.glyphs.get(at).map(|it| it.range.start);
        range(a) == range(b)
    };
    (start + 1..word.glyphs.len()).find(|at| !same((start, *at))).unwrap_or(word.glyphs.len())
}

fn shorten(run: &mut Run) {
    let Some(last) = run.glyphs.last().cloned() else { return };
    let keep = run.glyphs.iter().take_while(|it| it.range.start < last.range.start).count();
    let mut shorter = Run::default();
    shorter.append_part(run, 0..keep);
    *run = shorter;
}

/// Words, and whether a space stands before. Long compounds may also break behind `-` and `/`.
fn pieces(paragraph: &str) -> Vec<(&str, bool)> {
    let words = paragraph.split(is_break).filter(|word| !word.is_empty());
    words
        .flat_map(|word| word.split_inclusive(['-', '/', '–', '—']).enumerate())
        .map(first_is_spaced)
        .collect()
}

fn first_is_spaced((at, piece): (usize, &str)) -> (&str, bool) {
    (piece, at == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: f32) -> Vec<String> {
        let mut shaper = Shaper::new().unwrap();
        wrap(&mut shaper, Weight::Regular, text, width).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn lines_end_between_words() {
        assert_eq!(lines("one two three", 100.0), ["one two three"]);
        assert_eq!(lines("one two three", 4.5), ["one two ", "three"]);
        assert_eq!(lines("one\n\ntwo", 9.0), ["one", "", "two"]);
        assert_eq!(lines("  ", 9.0), [""]);
        assert_eq!(lines("well-known", 3.6), ["well-", "known"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken() {
        let long = "x".repeat(50);
        let broken = lines(&long, 5.0);
        assert!(broken.len() > 4, "{broken:?}");
        assert_eq!(broken.concat(), long);
        assert_eq!(lines("ab", 0.0), ["a", "b"]);
    }

    #[test]
    fn what_is_left_out_shows() {
        let mut shaper = Shaper::new().unwrap();
        let some = wrap_some(&mut shaper, Weight::Bold, "one two three four five", 5.0, 2);
        assert_eq!(some.len(), 2);
        assert!(some[1].text.ends_with('…') && some[1].width <= 5.0, "{some:?}");
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(text in "[a-zé😀 \u{a0}-]{0,80}", width in 2.0_f32..30.0) {
            let mut shaper = Shaper::new().unwrap();
            let lines = wrap(&mut shaper, Weight::Regular, &text, width);
            let squeezed = |text: &str| text.chars().filter(|c| !is_break(*c)).collect::<String>();
            let all: String = lines.iter().map(|line| line.text.as_str()).collect();
            proptest::prop_assert_eq!(squeezed(&all), squeezed(&text));
            proptest::prop_assert!(lines.iter().all(|line| line.width <= width + 0.001));
        }
    }
}
