//! What a document says. All words come from the caller, in the reader's language.

/// A colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// What it is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

/// A receipt, an invoice or a credit note: which one, `title` says.
///
/// Amounts, dates and quantities arrive formatted. Texts longer than the `MAX_…` of this crate are cut and end
/// with `…`. Empty texts and lists take no room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The language, as a tag (`en`, `de-CH`): screen readers choose their voice by it.
    pub locale: String,
    /// The paper.
    pub paper: Paper,
    /// The tenant's colour. Where text is drawn in it, it is darkened until one can read it.
    pub accent: Rgb,
    /// When the document was made; stands in its properties.
    pub created: jiff::Timestamp,
    /// The name the business goes by, on top.
    pub brand: String,
    /// "Invoice", "Receipt", "Credit note".
    pub title: String,
    /// The document's number as it is shown; it follows the title.
    pub number: String,
    /// "Paid": stands in a frame beside the title.
    pub stamp: Option<String>,
    /// Headings and column heads.
    pub labels: Labels,
    /// Who sells.
    pub seller: Party,
    /// Who buys.
    pub buyer: Party,
    /// Date, order, due date, way to pay. At most 16.
    pub facts: Vec<Entry>,
    /// What was sold, at most [`MAX_LINES`](crate::MAX_LINES).
    pub lines: Vec<Line>,
    /// Net, tax, total. At most 100, as payments and notes.
    pub totals: Vec<Total>,
    /// What was paid or given back, and when.
    pub payments: Vec<Entry>,
    /// Paragraphs below; `\n` begins a new line.
    pub notes: Vec<String>,
    /// Small print at the foot of each page, at most four lines.
    pub footer: String,
}

/// Headings and column heads. A column whose head and cells are all empty is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// Above the seller.
    pub seller: String,
    /// Above the buyer.
    pub buyer: String,
    /// Above the names of what was sold.
    pub name: String,
    /// Above the quantities.
    pub quantity: String,
    /// Above the unit prices.
    pub unit_price: String,
    /// Above the tax rates.
    pub tax: String,
    /// Above the amounts.
    pub amount: String,
    /// Above the payments.
    pub payments: String,
    /// Above the notes.
    pub notes: String,
    /// Which page of how many, with `{page}` and `{pages}` where the numbers belong.
    pub page: String,
}

/// The seller or the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// The name in law.
    pub name: String,
    /// The address, line by line. From the twelfth on they share one.
    pub lines: Vec<String>,
    /// The tax number with its label, as it is shown.
    pub tax_id: String,
    /// An address for mail; a link when it is one.
    pub email: String,
    /// A web address, with or without `https://`; a link when it is one.
    pub web: String,
}

/// A label and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// "Date".
    pub label: String,
    /// "21 November 2026".
    pub value: String,
}

/// One position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// More about it, small, below.
    pub detail: Option<String>,
    /// How many.
    pub quantity: String,
    /// What one costs.
    pub unit_price: String,
    /// The tax rate.
    pub tax: String,
    /// What all of them cost.
    pub amount: String,
}

/// A sum below the positions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Total {
    /// "Total".
    pub label: String,
    /// "€ 119.00".
    pub value: String,
    /// The sum that counts: larger, below a rule.
    pub strong: bool,
}

impl Entry {
    /// A label and what belongs to it.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

impl Total {
    /// A sum among others.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), strong: false }
    }

    /// The sum that counts.
    pub fn strong(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { strong: true, ..Self::new(label, value) }
    }
}
