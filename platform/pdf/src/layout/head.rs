//! The head of the first page: who, what, to whom, when.

use super::{
    Frame, Op, Owner,
    sheet::{Block, Place, Sheet},
    style::{BRAND, DETAIL, GAP, LABEL, MARGIN, NAME, NUMBER, STAMP, Style, TEXT, TITLE},
};
use crate::{
    Entry, Party,
    tree::{Id, Role},
};

/// Around the words of the stamp.
const PADDING: (f32, f32) = (11.0, 5.0);
/// Lines that a name with its address may take: all of the head fits on its page.
const ADDRESS: usize = 24;
const LONGEST: usize = 6;

impl Sheet<'_> {
    pub fn head(&mut self) {
        let document = self.document;
        if !document.brand.is_empty() {
            let block = self.short_block(&document.brand, BRAND, self.width(), 2);
            let owner = self.paragraph(None);
            self.y = self.put(&block, Place::left(MARGIN, self.width()), self.y, owner) + 24.0;
        }
        let top = self.y;
        let stamp = self.document.stamp.as_deref().map(|words| self.stamp_block(words));
        let taken = stamp.as_ref().map_or(0.0, |block| widest(block) + 2.0 * PADDING.0 + GAP);
        let place = Place::left(MARGIN, self.width() - taken);
        if !document.title.is_empty() {
            let block = self.short_block(&document.title, TITLE.in_color(self.accent), place.width, 3);
            let owner = Owner::Element(self.tree.add(None, Role::Heading(1, document.title.clone())));
            self.y = self.put(&block, place, self.y, owner);
        }
        if !document.number.is_empty() {
            let block = self.short_block(&document.number, NUMBER, place.width, 2);
            let owner = self.paragraph(None);
            self.y = self.put(&block, place, self.y, owner);
        }
        let end = stamp.map_or(self.y, |block| self.stamp(&block, top));
        self.y = self.y.max(end) + 22.0;
        self.people();
    }

    fn stamp_block(&mut self, words: &str) -> Block {
        self.short_block(words, STAMP.in_color(self.accent), self.width() * 0.3, 3)
    }

    /// Draws it in the right corner; where it ends.
    fn stamp(&mut self, block: &Block, top: f32) -> f32 {
        let inner = widest(block);
        let (width, height) = (inner + 2.0 * PADDING.0, block.height() + 2.0 * PADDING.1);
        let (x, y) = (MARGIN + self.width() - width, top + 2.0);
        self.push(Op::Frame(Frame { x, y, width, height, color: self.accent, border: Some(1.2) }));
        let owner = self.paragraph(None);
        self.put(block, Place::left(x + PADDING.0, inner), y + PADDING.1, owner);
        y + height
    }

    /// Seller, buyer and facts beside each other.
    fn people(&mut self) {
        let document = self.document;
        let labels = &document.labels;
        let (narrow, wide) = ((self.width() - 2.0 * GAP) * 0.31, (self.width() - 2.0 * GAP) * 0.38);
        let top = self.y;
        let seller = self.party(&labels.seller, &document.seller, Place::left(MARGIN, narrow));
        let next = MARGIN + narrow + GAP;
        let buyer = self.party(&labels.buyer, &document.buyer, Place::left(next, narrow));
        let facts = self.facts(&document.facts, next + narrow + GAP, wide);
        let end = seller.max(buyer).max(facts);
        self.y = if end > top { end + 26.0 } else { top };
    }

    fn party(&mut self, label: &str, party: &Party, place: Place) -> f32 {
        let mut top = self.y;
        if *party == Party::default() {
            return top;
        }
        let section = Some(self.tree.add(None, Role::Section));
        if !label.is_empty() {
            let block = self.short_block(label, LABEL, place.width, 2);
            let owner = self.heading(section, label);
            top = self.put(&block, place, top, owner) + 1.0;
        }
        let owner = self.paragraph(section);
        top = self.address(party, place, top, owner);
        if !party.tax_id.is_empty() {
            let block = self.short_block(&party.tax_id, DETAIL, place.width, 3);
            let owner = self.paragraph(section);
            top = self.put(&block, place, top + 2.0, owner);
        }
        for (text, target) in [(&party.email, mail_link(&party.email)), (&party.web, web_link(&party.web))] {
            top = self.contact(section, text, target, place, top);
        }
        top
    }

    /// Name and address: one paragraph, its lines held apart by spaces.
    fn address(&mut self, party: &Party, place: Place, top: f32, owner: Owner) -> f32 {
        let mut parts: Vec<(&str, Style)> = party.lines.iter().map(|it| (it.as_str(), TEXT)).collect();
        if !party.name.is_empty() {
            parts.insert(0, (&party.name, NAME));
        }
        let mut top = top;
        let (count, mut room) = (parts.len(), ADDRESS);
        for (at, (text, style)) in parts.into_iter().enumerate() {
            let after = count - at - 1;
            let mut block =
                self.short_block(text, style, place.width, room.saturating_sub(after).clamp(1, LONGEST));
            room = room.saturating_sub(block.lines.len());
            if after > 0 {
                self.end_with_space(&mut block);
            }
            top = self.put(&block, place, top, owner);
        }
        top
    }

    fn contact(
        &mut self,
        parent: Option<Id>,
        text: &str,
        target: Option<String>,
        place: Place,
        top: f32,
    ) -> f32 {
        if text.is_empty() {
            return top;
        }
        let color = if target.is_some() { self.accent } else { DETAIL.color };
        let block = self.short_block(text, DETAIL.in_color(color), place.width, 3);
        let paragraph = self.tree.add(parent, Role::Paragraph);
        let owner = match target {
            Some(target) => self.tree.add(Some(paragraph), Role::Link(target)),
            None => paragraph,
        };
        self.put(&block, place, top, Owner::Element(owner))
    }

    fn facts(&mut self, facts: &[Entry], x: f32, width: f32) -> f32 {
        let mut top = self.y;
        if facts.is_empty() {
            return top;
        }
        let table = self.tree.add(None, Role::Table);
        let (label, value) = (width * 0.42, width * 0.58 - 6.0);
        let most = if facts.len() > 10 { 2 } else { 3 };
        for fact in facts {
            let row = Some(self.tree.add(Some(table), Role::Row));
            let head = Owner::Element(self.tree.add(row, Role::RowHead));
            let cell = Owner::Element(self.tree.add(row, Role::Cell));
            let left = self.short_block(&fact.label, LABEL, label, most);
            let right = self.short_block(&fact.value, TEXT, value, most);
            let after = self.put(&left, Place::left(x, label), top, head);
            let behind = self.put(&right, Place::right(x + width - value, value), top, cell);
            top = after.max(behind) + 1.5;
        }
        top
    }
}

fn widest(block: &Block) -> f32 {
    block.lines.iter().map(|line| line.width * block.style.size).fold(0.0, f32::max)
}

/// An address one can write to. What looks like anything else is text.
fn mail_link(text: &str) -> Option<String> {
    let (name, domain) = text.split_once('@')?;
    let plain = |it: &str, more: &str| {
        !it.is_empty() && it.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    (plain(name, ".+-_'") && plain(domain, ".-") && domain.contains('.')).then(|| format!("mailto:{text}"))
}

/// An address one can visit: `https://…`, `http://…`, or a bare name of a host.
fn web_link(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let safe = |it: &str| it.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?#&=%+,".contains(c));
    let host = rest.unwrap_or(text).split(['/', '?', '#']).next().unwrap_or_default();
    let named = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:".contains(c));
    match rest {
        Some(rest) if named && safe(rest) => Some(text.to_owned()),
        None if named && safe(text) => Some(format!("https://{text}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_go_where_they_say() {
        assert_eq!(mail_link("maya@example.org").as_deref(), Some("mailto:maya@example.org"));
        for wrong in ["", "maya", "a@b", "a@b.c?subject=x", "a b@c.de", "a@b.c\u{202e}"] {
            assert_eq!(mail_link(wrong), None, "{wrong}");
        }
        assert_eq!(web_link("maya.example.org/x").as_deref(), Some("https://maya.example.org/x"));
        assert_eq!(web_link("http://example.org").as_deref(), Some("http://example.org"));
        for wrong in
            ["", "javascript:alert(1)", "data:text/html,x", "localhost", "https://a b.c", "file:///etc"]
        {
            assert_eq!(web_link(wrong), None, "{wrong}");
        }
    }
}
