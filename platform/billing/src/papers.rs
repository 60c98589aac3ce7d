//! Numbers of invoices and credit notes: one after the other in each business, without gaps.

use diesel::{ExpressionMethods, upsert::on_constraint};
use diesel_async::RunQueryDsl;
use kernel::Tx;

use crate::{BillingError, Order, Refund, schema::document_counters as table};

/// A series of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Series {
    /// Of what was paid.
    Invoice,
    /// Of what goes back.
    CreditNote,
}

impl Series {
    const fn mark(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::CreditNote => "CN",
        }
    }
    fn label(self, number: i64) -> String {
        format!("{}-{number:05}", self.mark())
    }
    /// The number that a label names, as people type it: `INV-00042`, `inv 42`.
    fn read(self, text: &str) -> Option<i64> {
        let (mark, number) = text.trim().split_at_checked(self.mark().len())?;
        if !mark.eq_ignore_ascii_case(self.mark()) {
            return None;
        }
        number.trim_start_matches(['-', ' ', '#']).parse().ok().filter(|number| *number > 0)
    }
}

/// The next number of a credit note. The counter's row stays locked until the refund is committed or given up, so none is
/// left out. (That of an invoice is given by the database at the end of the transaction, see the trigger `number_invoice`.)
///
/// Lock order: the order, then this, as late as can be.
pub(crate) async fn next_credit_note(tx: &mut Tx) -> Result<i64, BillingError> {
    let counted = diesel::insert_into(table::table)
        .values((table::series.eq("credit_note"), table::last.eq(1_i64)))
        .on_conflict(on_constraint("document_counters_pkey"))
        .do_update()
        .set(table::last.eq(table::last + 1))
        .returning(table::last);
    Ok(counted.get_result(&mut **tx).await?)
}

/// The number of an invoice that somebody searches for.
pub(crate) fn invoice_typed(text: &str) -> Option<i64> {
    Series::Invoice.read(text)
}

/// The number of a credit note that somebody searches for.
pub(crate) fn credit_note_typed(text: &str) -> Option<i64> {
    Series::CreditNote.read(text)
}

impl Order {
    /// The number of its invoice as it stands on it: `INV-00042`. None until it is paid.
    #[must_use]
    pub fn invoice(&self) -> Option<String> {
        self.invoice_number.map(|number| Series::Invoice.label(number))
    }
}

impl Refund {
    /// The number of its credit note as it stands on it: `CN-00007`.
    #[must_use]
    pub fn credit_note(&self) -> Option<String> {
        self.credit_note_number.map(|number| Series::CreditNote.label(number))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_as_people_type_them() {
        assert_eq!(
            (Series::Invoice.label(42), Series::CreditNote.label(123_456)),
            ("INV-00042".into(), "CN-123456".into())
        );
        for text in ["INV-00042", "inv-42", " Inv 42 ", "INV#42", "inv42"] {
            assert_eq!(invoice_typed(text), Some(42), "{text}");
            assert_eq!(credit_note_typed(text), None, "{text}");
        }
        for text in ["", "IN", "INV-", "INV-0", "INVOICE 42", "42", "Ingrid", "ïnv-1", "INV--x", "CN-42"] {
            assert_eq!(invoice_typed(text), None, "{text}");
        }
        assert_eq!(credit_note_typed("cn-7"), Some(7));
    }
    proptest! {
        #[test]
        fn a_label_is_found_again(number in 1..=i64::MAX) {
            prop_assert_eq!(invoice_typed(&Series::Invoice.label(number)), Some(number));
            prop_assert_eq!(credit_note_typed(&Series::CreditNote.label(number)), Some(number));
        }
        #[test]
        fn anything_may_be_typed(text in ".*") {
            prop_assert!(invoice_typed(&text).is_none_or(|number| number > 0));
        }
    }
}
