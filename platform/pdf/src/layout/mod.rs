//! Where everything stands: pages of ops, and the structure they belong to.

mod color;
mod foot;
mod head;
mod sheet;
mod style;
mod sums;
mod table;

use crate::{
    Document, Error, Rgb,
    shape::{Run, Weight},
    tree::{Id, Tree},
};

/// A document laid out.
pub struct Laid {
    /// Width and height of each page, in points.
    pub size: (f32, f32),
    /// What is drawn, page by page.
    pub pages: Vec<Vec<Op>>,
    /// What it means.
    pub tree: Tree,
}

/// Something drawn. Places are in points from the upper left corner.
pub enum Op {
    /// One line of text.
    Text(Text),
    /// A rule or a frame.
    Frame(Frame),
    /// Nothing to see: an empty cell is a cell, too.
    Nothing(Owner),
}

/// One line of text.
pub struct Text {
    /// Its left end.
    pub x: f32,
    /// Its baseline.
    pub y: f32,
    /// Its glyphs.
    pub run: Run,
    /// How heavy.
    pub weight: Weight,
    /// How large.
    pub size: f32,
    /// In which colour.
    pub color: Rgb,
    /// What it belongs to.
    pub owner: Owner,
}

/// A rectangle, filled or with a border: always an ornament.
pub struct Frame {
    /// Its left.
    pub x: f32,
    /// Its top.
    pub y: f32,
    /// Its width.
    pub width: f32,
    /// Its height.
    pub height: f32,
    /// Of the filling, or of the border.
    pub color: Rgb,
    /// How thick the border is; without one it is filled.
    pub border: Option<f32>,
}

/// What something drawn belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// An element that is read.
    Element(Id),
    /// What is repeated on top of pages.
    Header,
    /// What is repeated at the foot of pages.
    Footer,
    /// Means nothing.
    Ornament,
}

impl Op {
    /// What it belongs to.
    pub fn owner(&self) -> Owner {
        match self {
            Self::Text(text) => text.owner,
            Self::Frame(_) => Owner::Ornament,
            Self::Nothing(owner) => *owner,
        }
    }
}

/// Lays a cleaned, bounded document out.
pub fn lay_out(document: &Document) -> Result<Laid, Error> {
    let mut sheet = sheet::Sheet::new(document)?;
    sheet.head();
    sheet.table();
    sheet.sums();
    sheet.notes();
    sheet.feet();
    Ok(sheet.laid())
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{Entry, Line, Paper, Party, Total, limits::bounded};

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            "[a-z]{1,9}( [a-z]{1,9}){0,5}",
            "[A-Z]{1,300}",
            "(wide words ){1,200}",
            "[0-9.,]{1,100}",
            "(x\\n){1,300}"
        ]
    }

    fn document() -> impl Strategy<Value = Document> {
        let entry = || (text(), text()).prop_map(|(label, value)| Entry { label, value });
        let lists =
            (vec(entry(), 0..17), vec(vec(text(), 6), 0..30), vec(entry(), 0..40), vec(text(), 0..20));
        (vec(text(), 12), lists, any::<bool>()).prop_map(|(words, (facts, lines, sums, more), letter)| {
            let word = |at: usize| words[at].clone();
            let line = |it: Vec<String>| Line {
                name: it[0].clone(),
                detail: Some(it[1].clone()),
                quantity: it[2].clone(),
                unit_price: it[3].clone(),
                tax: it[4].clone(),
                amount: it[5].clone(),
            };
            let party = Party {
                name: word(0),
                lines: more.clone(),
                tax_id: word(1),
                email: "maya@a-rather-long-name-of-a-domain.example.org".into(),
                web: word(3),
            };
            let sum = |(at, it): (usize, &Entry)| Total {
                strong: at % 3 == 0,
                ..Total::new(it.label.clone(), it.value.clone())
            };
            Document {
                paper: if letter { Paper::Letter } else { Paper::A4 },
                brand: word(4),
                title: word(5),
                number: word(6),
                stamp: Some(word(7)),
                footer: word(8),
                seller: party.clone(),
                buyer: party,
                facts,
                lines: lines.into_iter().map(line).collect(),
                totals: sums.iter().enumerate().map(sum).collect(),
                payments: sums,
                notes: more,
                ..Document::default()
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn nothing_leaves_its_page_or_meets_the_footer(document in document()) {
            let document = bounded(&document).unwrap();
            let laid = lay_out(&document).unwrap();
            let (left, right) = (style::MARGIN - 0.1, laid.size.0 - style::MARGIN + 0.1);
            for page in &laid.pages {
                let foot = page.iter().filter_map(|op| match op {
                    Op::Frame(frame) if frame.height == 0.5 => Some(frame.y),
                    _ => None,
                });
                let foot = foot.fold(0.0, f32::max);
                let last = laid.tree.last();
                for op in page {
                    let Op::Text(text) = op else { continue };
                    let end = text.x + text.run.width * text.size;
                    prop_assert!(text.x >= left && end <= right, "{} to {end}: {}", text.x, text.run.text);
                    let small_print = text.owner == Owner::Footer || text.owner == Owner::Element(last);
                    let limit = if small_print { laid.size.1 - 20.0 } else { foot };
                    prop_assert!(text.y > 20.0 && text.y < limit, "{} of {limit}: {}", text.y, text.run.text);
                }
            }
        }
    }
}
