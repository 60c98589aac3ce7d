//! The page that is being written, and those before it.

use super::{
    Frame, Laid, Op, Owner, Text, color,
    style::{MARGIN, NEXT_TOP, SMALL, Style, TOP},
};
use crate::{
    Document, Error, Paper, Rgb,
    shape::{Run, Shaper},
    tree::{Id, Role, Tree},
    wrap,
};

/// To which side lines lean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Lines of one look.
pub struct Block {
    /// The lines.
    pub lines: Vec<Run>,
    /// Their look.
    pub style: Style,
}

impl Block {
    /// In points.
    pub fn height(&self) -> f32 {
        self.lines.iter().map(|_| self.style.leading).sum()
    }
}

/// Where a block stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its left.
    pub x: f32,
    /// Its width.
    pub width: f32,
    /// To which side.
    pub align: Align,
}

impl Place {
    /// Of words.
    pub fn left(x: f32, width: f32) -> Self {
        Self { x, width, align: Align::Left }
    }

    /// Of numbers.
    pub fn right(x: f32, width: f32) -> Self {
        Self { x, width, align: Align::Right }
    }
}

/// All pages up to now. `y` is where the next thing stands.
pub struct Sheet<'a> {
    pub document: &'a Document,
    pub tree: Tree,
    pub pages: Vec<Vec<Op>>,
    pub y: f32,
    pub size: (f32, f32),
    /// Where the footer's room begins.
    pub bottom: f32,
    /// The tenant's colour for text.
    pub accent: Rgb,
    shaper: Shaper,
}

impl<'a> Sheet<'a> {
    pub fn new(document: &'a Document) -> Result<Self, Error> {
        let size = match document.paper {
            Paper::A4 => (595.276, 841.89),
            Paper::Letter => (612.0, 792.0),
        };
        let mut sheet = Self {
            document,
            tree: Tree::default(),
            pages: vec![Vec::new()],
            y: TOP,
            size,
            bottom: size.1,
            accent: color::readable(document.accent),
            shaper: Shaper::new()?,
        };
        sheet.bottom = sheet.foot_top() - SMALL.leading;
        sheet.strip(6.0);
        Ok(sheet)
    }

    pub fn laid(self) -> Laid {
        Laid { size: self.size, pages: self.pages, tree: self.tree }
    }

    /// Between the margins.
    pub fn width(&self) -> f32 {
        self.size.0 - 2.0 * MARGIN
    }

    /// What a page after the first one holds.
    pub fn capacity(&self) -> f32 {
        self.bottom - NEXT_TOP
    }

    pub fn push(&mut self, op: Op) {
        if let Some(page) = self.pages.last_mut() {
            page.push(op);
        }
    }

    /// A new page, if this one has less room than that. True if it is a new one.
    pub fn need(&mut self, height: f32) -> bool {
        let full = self.y + height > self.bottom;
        if full {
            self.next_page();
        }
        full
    }

    pub fn next_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = NEXT_TOP;
        self.strip(3.0);
        self.running_head();
    }

    fn strip(&mut self, height: f32) {
        let (width, color) = (self.size.0, self.document.accent);
        self.push(Op::Frame(Frame { x: 0.0, y: 0.0, width, height, color, border: None }));
    }

    /// The text in lines of a width.
    pub fn block(&mut self, text: &str, style: Style, width: f32) -> Block {
        Block { lines: wrap::wrap(&mut self.shaper, style.weight, text, width / style.size), style }
    }

    /// The text in at most so many lines.
    pub fn short_block(&mut self, text: &str, style: Style, width: f32, most: usize) -> Block {
        let width = width / style.size;
        Block { lines: wrap::wrap_some(&mut self.shaper, style.weight, text, width, most), style }
    }

    /// For those who read the text: another word follows.
    pub fn end_with_space(&mut self, block: &mut Block) {
        let space = self.shaper.word(block.style.weight, " ");
        if let Some(last) = block.lines.last_mut().filter(|line| !line.glyphs.is_empty()) {
            last.end_with(&space);
        }
    }

    /// How wide the text would like to be.
    pub fn natural(&mut self, text: &str, style: Style) -> f32 {
        wrap::natural(&mut self.shaper, style.weight, text) * style.size
    }

    /// Draws one line whose top is at `top`.
    pub fn line(&mut self, run: &Run, style: Style, place: Place, top: f32, owner: Owner) {
        let x = match place.align {
            Align::Left => place.x,
            Align::Right => place.x + place.width - run.width * style.size,
        };
        // Capitals stand about in the middle; lines of one height beside each other share their ground.
        let y = top + style.leading * 0.763;
        let Style { weight, size, color, .. } = style;
        if run.glyphs.is_empty() {
            self.push(Op::Nothing(owner));
        } else {
            self.push(Op::Text(Text { x, y, run: run.clone(), weight, size, color, owner }));
        }
    }

    /// Draws a block that has room, from `top` on; where it ends.
    pub fn put(&mut self, block: &Block, place: Place, top: f32, owner: Owner) -> f32 {
        let mut top = top;
        for run in &block.lines {
            self.line(run, block.style, place, top, owner);
            top += block.style.leading;
        }
        top
    }

    /// Draws a block line by line, on new pages where one is full.
    pub fn flow(&mut self, block: &Block, place: Place, owner: Owner) {
        for run in &block.lines {
            self.need(block.style.leading);
            self.line(run, block.style, place, self.y, owner);
            self.y += block.style.leading;
        }
    }

    /// A rule across a place.
    pub fn rule(&mut self, place: Place, y: f32, height: f32, color: Rgb) {
        self.push(Op::Frame(Frame { x: place.x, y, width: place.width, height, color, border: None }));
    }

    /// A heading between the parts of the page.
    pub fn heading(&mut self, parent: Option<Id>, text: &str) -> Owner {
        Owner::Element(self.tree.add(parent, Role::Heading(2, text.to_owned())))
    }

    /// A paragraph.
    pub fn paragraph(&mut self, parent: Option<Id>) -> Owner {
        Owner::Element(self.tree.add(parent, Role::Paragraph))
    }
}
