//! What stands on every page.

use super::{
    Owner,
    sheet::{Block, Place, Sheet},
    style::{FOOT, GAP, HAIR, MARGIN, SMALL},
};

/// For which page it is.
const PAGES: f32 = 96.0;
const LINES: usize = 4;
/// Between the rule and the small print.
const ABOVE: f32 = 7.0;

impl Sheet<'_> {
    fn foot(&mut self) -> Block {
        let width = self.width() - PAGES - GAP;
        self.short_block(&self.document.footer, SMALL, width, LINES)
    }

    /// Where the footer begins, with its rule.
    pub fn foot_top(&mut self) -> f32 {
        self.size.1 - FOOT - self.foot().height().max(SMALL.leading) - ABOVE
    }

    /// On top of the pages after the first one: whose they are and of what.
    pub fn running_head(&mut self) {
        let document = self.document;
        let half = (self.width() - GAP) / 2.0;
        let who = if document.brand.is_empty() { &document.seller.name } else { &document.brand };
        let left = self.short_block(who, SMALL, half, 1);
        self.put(&left, Place::left(MARGIN, half), 40.0, Owner::Header);
        let what = format!("{} {}", document.title, document.number);
        let right = self.short_block(what.trim(), SMALL, half, 1);
        self.put(&right, Place::right(MARGIN + half + GAP, half), 40.0, Owner::Header);
    }

    /// On every page, once all are there. The small print is read once, at the very end.
    pub fn feet(&mut self) {
        let (foot, top, count) = (self.foot(), self.foot_top(), self.pages.len());
        let mut pages = std::mem::take(&mut self.pages);
        for (at, page) in pages.iter_mut().enumerate() {
            self.pages = vec![std::mem::take(page)];
            self.rule(Place::left(MARGIN, self.width()), top, 0.5, HAIR);
            let label = self.document.labels.page.replace("{pages}", &count.to_string());
            let label =
                self.short_block(&label.replace("{page}", &(at + 1).to_string()), SMALL, PAGES, LINES);
            let right = Place::right(MARGIN + self.width() - PAGES, PAGES);
            self.put(&label, right, top + ABOVE, Owner::Footer);
            let last = at + 1 == count && !self.document.footer.is_empty();
            let owner = if last { self.paragraph(None) } else { Owner::Footer };
            self.put(&foot, Place::left(MARGIN, self.width()), top + ABOVE, owner);
            *page = self.pages.pop().unwrap_or_default();
        }
        self.pages = pages;
    }
}
