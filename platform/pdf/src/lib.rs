//! Receipts, invoices and credit notes as PDF: plain data in, bytes out.
//!
//! Words: a *document* is what is asked for; an *element* is a part of its structure that a screen reader
//! announces (heading, table, cell); an *op* is something drawn at a place on a page.
//!
//! On the way: [`Document`] → `limits` (cleaned, bounded texts) → `layout` (ops and elements, page by page) →
//! `paint` (bytes). Texts become glyphs in `shape` and lines in `wrap`.
//!
//! - Invariant: the crate holds no words of its own, no clock and no randomness; the same document gives the
//!   same bytes.
//! - Invariant: whatever the strings hold, the answer is a valid document, PDF/A-2a and PDF/UA-1 at once; the
//!   library refuses to write one that is not. A character that the font lacks is shown as `�` and can still be
//!   found and copied.
//! - Invariant: time and size are bounded by [`MAX_LINES`] and the lengths that [`Document`] names.

mod clean;
mod document;
mod layout;
mod limits;
mod paint;
mod shape;
mod tree;
mod wrap;

pub use document::{Document, Entry, Labels, Line, Paper, Party, Rgb, Total};
pub use limits::{MAX_LINES, MAX_NAME, MAX_TEXT, MAX_VALUE};

/// Why there is no document. None of these depends on what is in the texts.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More than there is room for; nothing is left out silently.
    #[error("a document has at most {may} {what}, this one has {there}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        there: usize,
        /// How many there may be.
        may: usize,
    },
    /// An embedded font can't be read.
    #[error("the font {0} can't be read")]
    Font(&'static str),
    /// The document was laid out and can't be written.
    #[error("the document can't be written: {0}")]
    Write(String),
}

/// The document as a PDF file.
///
/// # Errors
/// [`Error::TooMany`]; the others would be faults of this crate.
pub fn render(document: &Document) -> Result<Vec<u8>, Error> {
    let document = limits::bounded(document)?;
    let laid = layout::lay_out(&document)?;
    paint::paint(&document, laid)
}
