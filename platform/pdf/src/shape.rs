//! Words become glyphs.

use std::{collections::HashMap, ops::Range, rc::Rc};

use rustybuzz::{Direction, Face, Feature, Script, ShapePlan, UnicodeBuffer, ttf_parser::Tag};
use unicode_segmentation::UnicodeSegmentation;

use crate::{Error, clean::UNKNOWN};

/// Noto Sans: Latin, Greek, Cyrillic; figures of one width.
pub const REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
/// Its bold.
pub const BOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");

/// A letter with more marks than this is no letter of a language: its marks would climb over other lines.
const MARKS: usize = 6;

/// How heavy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// Text.
    Regular,
    /// Headings, names, sums.
    Bold,
}

/// A glyph and where it stands, in parts of the font size.
#[derive(Debug, Clone)]
pub struct Glyph {
    /// In the font.
    pub id: u32,
    /// To the next one.
    pub advance: f32,
    /// Moved to the right.
    pub dx: f32,
    /// Moved up.
    pub dy: f32,
    /// The bytes of the run's text that it shows.
    pub range: Range<usize>,
}

/// Glyphs on one line.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// What it says. Invariant: glyphs' ranges lie within, on characters' borders.
    pub text: String,
    /// What is seen.
    pub glyphs: Vec<Glyph>,
    /// In parts of the font size.
    pub width: f32,
}

impl Run {
    /// Puts another one behind.
    pub fn append(&mut self, other: &Run) {
        self.append_part(other, 0..other.glyphs.len());
    }

    /// Puts some glyphs of another one behind.
    pub fn append_part(&mut self, other: &Run, glyphs: Range<usize>) {
        let glyphs = other.glyphs.get(glyphs).unwrap_or_default();
        let (Some(first), Some(last)) = (glyphs.first(), glyphs.last()) else { return };
        let (start, behind) = (first.range.start, self.text.len());
        self.text.push_str(other.text.get(start..last.range.end).unwrap_or_default());
        let moved = |range: &Range<usize>| range.start - start + behind..range.end - start + behind;
        self.glyphs.extend(glyphs.iter().map(|it| Glyph { range: moved(&it.range), ..it.clone() }));
        self.width += glyphs.iter().map(|it| it.advance).sum::<f32>();
    }

    /// A space at the end of a line, for those who read the text: it takes no room.
    pub fn end_with(&mut self, space: &Run) {
        let width = self.width;
        self.append(space);
        self.width = width;
    }
}

/// Shapes words, each once.
pub struct Shaper {
    regular: Font,
    bold: Font,
}

struct Font {
    face: Face<'static>,
    plans: Vec<(Script, ShapePlan)>,
    words: HashMap<String, Rc<Run>>,
}

impl Shaper {
    /// With the embedded fonts.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { regular: Font::new("regular", REGULAR)?, bold: Font::new("bold", BOLD)? })
    }

    /// A word, or a space.
    pub fn word(&mut self, weight: Weight, text: &str) -> Rc<Run> {
        let font = match weight {
            Weight::Regular => &mut self.regular,
            Weight::Bold => &mut self.bold,
        };
        if let Some(known) = font.words.get(text) {
            return known.clone();
        }
        let run = Rc::new(font.shape(text));
        font.words.insert(text.to_owned(), run.clone());
        run
    }
}

impl Font {
    fn new(name: &'static str, bytes: &'static [u8]) -> Result<Self, Error> {
        let face = Face::from_slice(bytes, 0).ok_or(Error::Font(name))?;
        Ok(Self { face, plans: Vec::new(), words: HashMap::new() })
    }

    fn shape(&mut self, text: &str) -> Run {
        let mut buffer = UnicodeBuffer::new();
        for (at, cluster) in text.grapheme_indices(true) {
            self.fill(&mut buffer, at, cluster);
        }
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        let script = buffer.script();
        if !self.plans.iter().any(|(known, _)| *known == script) {
            self.plans.push((script, plan(&self.face, script)));
        }
        let Some((_, plan)) = self.plans.iter().find(|(known, _)| *known == script) else {
            return Run::default();
        };
        let shaped = rustybuzz::shape_with_plan(&self.face, plan, buffer);
        self.run(text, &shaped)
    }

    /// What the reader takes for one character: as it is, or one sign for all of it.
    fn fill(&self, buffer: &mut UnicodeBuffer, at: usize, cluster: &str) {
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        let visible = |c: &char| !matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
        let shown = |c: char| if self.has(c) { Some(c) } else { stand_in(c).filter(|it| self.has(*it)) };
        let chars: Option<Vec<char>> = cluster.chars().filter(visible).map(shown).collect();
        match chars {
            Some(chars) if (1..=MARKS).contains(&chars.len()) => {
                for c in chars {
                    buffer.add(c, start);
                }
            }
            _ => buffer.add(UNKNOWN, start),
        }
    }

    fn has(&self, c: char) -> bool {
        self.face.glyph_index(c).is_some()
    }

    fn run(&self, text: &str, shaped: &rustybuzz::GlyphBuffer) -> Run {
        let unknown = self.face.glyph_index(UNKNOWN).map_or(0, |id| u32::from(id.0));
        let em = f32::from(i16::try_from(self.face.units_per_em()).unwrap_or(1_000));
        let part = |units: i32| i16::try_from(units).map_or(0.0, f32::from) / em;
        let mut run = Run { text: text.to_owned(), ..Run::default() };
        let mut end = text.len();
        let mut start = end;
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()).rev() {
            let at = usize::try_from(info.cluster).unwrap_or_default();
            if at < start {
                (start, end) = (at, if run.glyphs.is_empty() { text.len() } else { start });
            }
            run.glyphs.push(Glyph {
                id: if info.glyph_id == 0 { unknown } else { info.glyph_id },
                advance: part(position.x_advance),
                dx: part(position.x_offset),
                dy: part(position.y_offset),
                range: start..end,
            });
        }
        run.glyphs.reverse();
        run.width = run.glyphs.iter().map(|it| it.advance).sum();
        run
    }
}

fn plan(face: &Face<'_>, script: Script) -> ShapePlan {
    // One glyph a letter: what is copied is what was written.
    let off = |tag: &[u8; 4]| Feature::new(Tag::from_bytes(tag), 0, ..);
    ShapePlan::new(face, Direction::LeftToRight, Some(script), None, &[off(b"liga"), off(b"clig")])
}

/// What looks the same, for characters that numbers are formatted with.
fn stand_in(c: char) -> Option<char> {
    match c {
        '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some('\u{a0}'),
        '\u{2010}' | '\u{2011}' => Some('-'),
        '\u{2212}' => Some('–'),
        '\u{2713}' | '\u{2714}' => Some('•'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Rc<Run> {
        Shaper::new().unwrap().word(Weight::Regular, text)
    }

    fn pieces(run: &Run) -> Vec<&str> {
        run.glyphs.iter().map(|it| &run.text[it.range.clone()]).collect()
    }

    #[test]
    fn each_glyph_knows_its_text() {
        assert_eq!(pieces(&run("Ώτα")), ["Ώ", "τ", "α"]);
        assert_eq!(pieces(&run("office")), ["o", "f", "f", "i", "c", "e"]);
        assert_eq!(pieces(&run("e\u{301}a")), ["e\u{301}", "a"]);
    }

    #[test]
    fn what_the_font_lacks_is_one_visible_sign() {
        let unknown = run("\u{fffd}").glyphs[0].id;
        let family = run("a👨\u{200d}👩\u{200d}👧b");
        assert_eq!(pieces(&family), ["a", "👨\u{200d}👩\u{200d}👧", "b"]);
        assert_eq!(family.glyphs[1].id, unknown);
        assert_eq!(run("日本").glyphs.len(), 2);
        let climbing = format!("a{}", "\u{301}".repeat(50));
        assert_eq!(run(&climbing).glyphs.len(), 1);
        assert_eq!(run(&climbing).glyphs[0].id, unknown);
    }

    #[test]
    fn formatted_numbers_have_all_their_characters() {
        let unknown = run("\u{fffd}").glyphs[0].id;
        let number = run("\u{2212}1\u{202f}234,50\u{a0}€₽₴₺₹zł Kč");
        assert!(number.glyphs.iter().all(|it| it.id != unknown));
        let digits = run("0123456789");
        assert!(digits.glyphs.iter().all(|it| it.advance == digits.glyphs[0].advance));
    }

    #[test]
    fn parts_keep_their_places() {
        let mut line = Run::default();
        line.append(&run("ab"));
        line.append_part(&run("Ωж日z"), 1..3);
        assert_eq!(line.text, "abж日");
        assert_eq!(pieces(&line), ["a", "b", "ж", "日"]);
    }
}
