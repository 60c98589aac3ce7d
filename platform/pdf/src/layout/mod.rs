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
