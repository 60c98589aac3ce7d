//! Below the positions: sums, payments, notes.

use super::{
    Owner,
    sheet::{Block, Place, Sheet},
    style::{HEADING, MARGIN, NOTE, STRONG, SUM, Style},
};
use crate::tree::{Id, Role};

/// The part of the width that sums stand in, on the right.
const PART: f32 = 0.56;
/// Between rows, and around a sum that counts.
const ROW: f32 = 3.0;
const AROUND: f32 = 4.0;

struct Row {
    label: Block,
    value: Block,
    strong: bool,
}

impl Row {
    fn height(&self) -> f32 {
        let room = if self.strong { 2.0 * AROUND + 1.0 } else { 0.0 };
        self.label.height().max(self.value.height()) + ROW + room
    }
}

impl Sheet<'_> {
    /// What the sums will take.
    pub fn sums_height(&mut self) -> f32 {
        self.total_rows().iter().map(Row::height).sum::<f32>() + 8.0
    }

    /// Sums and payments.
    pub fn sums(&mut self) {
        let totals = self.total_rows();
        self.rows(&totals, None);
        let document = self.document;
        if document.payments.is_empty() {
            return;
        }
        let rows: Vec<Row> =
            document.payments.iter().map(|it| self.sum_row(&it.label, &it.value, false)).collect();
        let section = self.tree.add(None, Role::Section);
        self.y += 12.0;
        self.need((HEADING.leading + rows.iter().map(Row::height).sum::<f32>()).min(self.capacity()));
        self.small_heading(&document.labels.payments, section, self.sums_place());
        self.rows(&rows, Some(section));
    }

    fn total_rows(&mut self) -> Vec<Row> {
        let totals = &self.document.totals;
        totals.iter().map(|it| self.sum_row(&it.label, &it.value, it.strong)).collect()
    }

    fn sums_place(&self) -> Place {
        let width = self.width() * PART;
        Place::left(MARGIN + self.width() - width, width)
    }

    fn sum_row(&mut self, label: &str, value: &str, strong: bool) -> Row {
        let style: Style = if strong { STRONG } else { SUM };
        let width = self.sums_place().width;
        let room = width - 12.0;
        // The value takes what it needs, up to two thirds.
        let value_width = (self.natural(value, style) + 0.1).min(room * 0.66);
        let value = self.short_block(value, style, value_width, 6);
        let label = self.short_block(label, style, room - value_width, 6);
        Row { label, value, strong }
    }

    fn rows(&mut self, rows: &[Row], parent: Option<Id>) {
        if rows.is_empty() {
            return;
        }
        self.need(rows.iter().map(Row::height).sum::<f32>().min(self.capacity()));
        let table = self.tree.add(parent, Role::Table);
        let place = self.sums_place();
        for row in rows {
            self.need(row.height());
            if row.strong {
                self.rule(place, self.y + AROUND / 2.0, 1.0, self.accent);
                self.y += AROUND + 1.0;
            }
            let in_tree = Some(self.tree.add(Some(table), Role::Row));
            let head = Owner::Element(self.tree.add(in_tree, Role::RowHead));
            let cell = Owner::Element(self.tree.add(in_tree, Role::Cell));
            let left = self.put(&row.label, place, self.y, head);
            let right = self.put(&row.value, Place::right(place.x, place.width), self.y, cell);
            self.y = left.max(right) + ROW + if row.strong { AROUND } else { 0.0 };
        }
    }

    fn small_heading(&mut self, text: &str, section: Id, place: Place) {
        if !text.is_empty() {
            let block = self.short_block(text, HEADING, place.width, 2);
            let owner = self.heading(Some(section), text);
            self.y = self.put(&block, place, self.y, owner) + 2.0;
        }
    }

    /// Paragraphs, in lines one can read.
    pub fn notes(&mut self) {
        let document = self.document;
        if document.notes.is_empty() {
            return;
        }
        let section = self.tree.add(None, Role::Section);
        let place = Place::left(MARGIN, self.width().min(420.0));
        self.y += 22.0;
        self.need(HEADING.leading * 2.0 + 3.0 * NOTE.leading);
        self.small_heading(&document.labels.notes, section, place);
        for note in &document.notes {
            let block = self.block(note, NOTE, place.width);
            let owner = self.paragraph(Some(section));
            self.flow(&block, place, owner);
            self.y += 5.0;
        }
    }
}
