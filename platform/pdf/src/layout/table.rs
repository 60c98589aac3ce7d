//! The positions.

use super::{
    Owner,
    sheet::{Align, Block, Place, Sheet},
    style::{COLUMN, DETAIL, GAP, HAIR, MARGIN, Style, TEXT},
};
use crate::{
    Line,
    shape::Run,
    tree::{Id, Role},
};

/// Above and below the words of a row.
const PADDING: f32 = 5.5;
/// A column of numbers is this wide at least and at most.
const NARROW: f32 = 26.0;
const WIDE: f32 = 118.0;
/// The names keep this part of the width.
const NAMES: f32 = 0.36;
/// A head of three lines.
const HEAD: f32 = 42.0;
/// Room for a row's beginning that is worth it.
const BEGINNING: f32 = 60.0;

struct Column<'a> {
    label: &'a str,
    cell: fn(&Line) -> &str,
    place: Place,
}

/// One cell: blocks below each other, and what they belong to.
struct Cell {
    blocks: Vec<Block>,
    place: Place,
    owner: Owner,
}

impl Cell {
    fn height(&self) -> f32 {
        self.blocks.iter().map(Block::height).sum()
    }
}

fn height(cells: &[Cell]) -> f32 {
    cells.iter().map(Cell::height).fold(0.0, f32::max)
}

impl<'a> Sheet<'a> {
    pub fn table(&mut self) {
        let lines = &self.document.lines;
        if lines.is_empty() {
            return;
        }
        let columns = self.columns();
        let table = self.tree.add(None, Role::Table);
        let head = self.tree.add(Some(table), Role::Head);
        let body = self.tree.add(Some(table), Role::Body);
        let sums = self.sums_height().min(self.capacity() / 2.0);
        for (at, line) in lines.iter().enumerate() {
            let cells = self.row_cells(&columns, body, line);
            let height = height(&cells) + 2.0 * PADDING;
            if at == 0 {
                // The head and its first row stand together.
                self.need(HEAD + if self.is_whole(height) { height } else { BEGINNING });
                self.table_head(&columns, Some(head));
            }
            // The last row goes along with the sums.
            let last = at > 0 && at + 1 == lines.len();
            self.row(&columns, cells, height, if last { sums } else { 0.0 });
        }
        self.y += 8.0;
    }

    /// Columns that say something, each as wide as it needs; the names take the rest.
    fn columns(&mut self) -> Vec<Column<'a>> {
        let labels = &self.document.labels;
        let all: [(&str, fn(&Line) -> &str); 4] = [
            (&labels.quantity, |line| &line.quantity),
            (&labels.unit_price, |line| &line.unit_price),
            (&labels.tax, |line| &line.tax),
            (&labels.amount, |line| &line.amount),
        ];
        let lines = &self.document.lines;
        let said = all
            .into_iter()
            .filter(|(label, cell)| !label.is_empty() || lines.iter().any(|line| !cell(line).is_empty()));
        let mut numbers: Vec<Column<'a>> = Vec::new();
        for (label, cell) in said {
            let width = self.column_width(label, cell);
            numbers.push(Column { label, cell, place: Place::right(0.0, width) });
        }
        let may = self.width() * (1.0 - NAMES);
        let total = |widest: f32| numbers.iter().map(|it| it.place.width.min(widest) + GAP).sum::<f32>();
        // Too wide together: the widest give way.
        let mut widest = WIDE;
        while total(widest) > may && widest > NARROW {
            widest -= 1.0;
        }
        let total = total(widest);
        let name = self.width() - total;
        let mut columns =
            vec![Column { label: &labels.name, cell: |line| &line.name, place: Place::left(MARGIN, name) }];
        let mut x = MARGIN + name;
        for mut column in numbers {
            let width = column.place.width.min(widest);
            column.place = Place::right(x + GAP, width);
            x += GAP + width;
            columns.push(column);
        }
        columns
    }

    fn column_width(&mut self, label: &str, cell: fn(&Line) -> &str) -> f32 {
        let mut width = self.natural(label, COLUMN).max(NARROW);
        for line in &self.document.lines {
            width = width.max(self.natural(cell(line), TEXT));
        }
        // What fits exactly must not wrap by a rounding.
        width.min(WIDE) + 0.1
    }

    /// Once in the structure, and again on top of each page.
    fn table_head(&mut self, columns: &[Column<'_>], head: Option<Id>) {
        let row = head.map(|head| self.tree.add(Some(head), Role::Row));
        let mut cells = Vec::new();
        for column in columns {
            let block = self.short_block(column.label, COLUMN, column.place.width, 3);
            let owner = match row {
                Some(row) => Owner::Element(self.tree.add(Some(row), Role::ColumnHead)),
                None => Owner::Header,
            };
            cells.push(Cell { blocks: vec![block], place: column.place, owner });
        }
        let height = height(&cells);
        for cell in &cells {
            for block in &cell.blocks {
                // Heads of several lines stand on one ground.
                self.put(block, cell.place, self.y + height - block.height(), cell.owner);
            }
        }
        self.y += height + 5.0;
        let across = Place::left(MARGIN, self.width());
        self.rule(across, self.y, 1.0, self.accent);
        self.y += 1.0;
    }

    fn row_cells(&mut self, columns: &[Column<'_>], body: Id, line: &Line) -> Vec<Cell> {
        let row = self.tree.add(Some(body), Role::Row);
        let mut cells = Vec::new();
        for column in columns {
            let owner = Owner::Element(self.tree.add(Some(row), Role::Cell));
            let mut blocks = vec![self.block((column.cell)(line), TEXT, column.place.width)];
            if let (Align::Left, Some(detail)) = (column.place.align, &line.detail) {
                for block in &mut blocks {
                    self.end_with_space(block);
                }
                blocks.push(self.block(detail, DETAIL, column.place.width));
            }
            cells.push(Cell { blocks, place: column.place, owner });
        }
        cells
    }

    /// Whether a page can hold a row of this height.
    fn is_whole(&self, height: f32) -> bool {
        height + HEAD < self.capacity()
    }

    /// Draws a row whole where a page can hold it, with `keep` below it.
    fn row(&mut self, columns: &[Column<'_>], cells: Vec<Cell>, height: f32, keep: f32) {
        let room = if self.is_whole(height) { height + keep } else { BEGINNING };
        if self.y + room > self.bottom {
            self.next_page();
            self.table_head(columns, None);
        }
        self.y += PADDING;
        self.cells(columns, cells);
        let across = Place::left(MARGIN, self.width());
        self.rule(across, self.y + PADDING, 0.5, HAIR);
        self.y += PADDING + 0.5;
    }

    /// Draws cells beside each other; what doesn't fit goes on below the head of the next page.
    fn cells(&mut self, columns: &[Column<'_>], cells: Vec<Cell>) {
        let mut left: Vec<(Place, Owner, Vec<Piece>)> =
            cells.into_iter().map(|cell| (cell.place, cell.owner, pieces(cell.blocks))).collect();
        loop {
            let top = self.y;
            let mut deepest = top;
            for (place, owner, pieces) in &mut left {
                let mut y = top;
                while let Some((run, style)) = pieces.pop_if(|(_, style)| y + style.leading <= self.bottom) {
                    self.line(&run, style, *place, y, *owner);
                    y += style.leading;
                }
                deepest = deepest.max(y);
            }
            self.y = deepest;
            if left.iter().all(|(_, _, pieces)| pieces.is_empty()) {
                return;
            }
            self.next_page();
            self.table_head(columns, None);
            self.y += PADDING;
        }
    }
}

type Piece = (Run, Style);

/// Line by line, the first one last.
fn pieces(blocks: Vec<Block>) -> Vec<Piece> {
    let lines =
        blocks.into_iter().flat_map(|block| block.lines.into_iter().map(move |run| (run, block.style)));
    let mut pieces: Vec<Piece> = lines.collect();
    pieces.reverse();
    pieces
}
