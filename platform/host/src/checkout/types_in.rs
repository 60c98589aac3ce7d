//! What calls of the API say.

use billing::OnGone;
use events::{Currency, Money, OrderLineId};
use kernel::Problem;
use poem_openapi::Object;

use super::service::{PaidInput, RefundInput};

/// Staff say that an order was paid.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct MarkPaidIn {
    /// At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) note: Option<String>,
    /// When the order can't take the money any more (what it was for is gone, or it was cancelled): note the payment and
    /// owe the money to the client, instead of refusing. Left out: refuse.
    pub(super) give_back: Option<bool>,
    /// Which instalment was paid. Left out, or 0: the first, or the whole.
    #[oai(validator(minimum(value = "0"), maximum(value = "36")))]
    pub(super) instalment: Option<i32>,
}

impl From<MarkPaidIn> for PaidInput {
    fn from(body: MarkPaidIn) -> Self {
        let on_gone = if body.give_back == Some(true) { OnGone::GiveBack } else { OnGone::Refuse };
        Self { note: body.note.unwrap_or_default(), due: body.instalment.unwrap_or(0), on_gone }
    }
}

/// Money to be given back: an amount of the order, or of its lines.
#[derive(Clone, Debug, Object)]
pub(super) struct RefundIn {
    /// In the currency of the order, above zero, at most what is left. Left out when lines are given.
    amount: Option<Money>,
    /// So much of each of these lines; each line once.
    #[oai(validator(max_items = 100))]
    lines: Option<Vec<RefundLineIn>>,
    /// What is unused of each line, as the order's lines say; neither an amount nor lines then.
    unused: Option<bool>,
    /// The client reads it. At most 500 characters.
    #[oai(validator(max_length = 500))]
    reason: Option<String>,
}

/// How much of a line goes back.
#[derive(Clone, Debug, Object)]
pub(super) struct RefundLineIn {
    line: OrderLineId,
    /// Above zero, at most what is left of the line.
    amount: Money,
}

impl RefundIn {
    /// # Errors
    /// 422 when it does not say exactly one of amount, lines and unused, or another currency than the business's.
    pub(super) fn read(self, currency: Currency, key: String) -> Result<RefundInput, Problem> {
        let lines = self.lines.unwrap_or_default();
        let unused = self.unused == Some(true);
        let said = [self.amount.is_some(), !lines.is_empty(), unused];
        if said.into_iter().filter(|said| *said).count() != 1 {
            return Err(Problem::field("amount", "refund_either"));
        }
        let money = self.amount.iter().chain(lines.iter().map(|line| &line.amount));
        if money.clone().any(|money| money.currency != currency) {
            return Err(Problem::field("amount", "refund_currency"));
        }
        Ok(RefundInput {
            amount: self.amount.map_or(0, |money| money.amount),
            lines: lines.into_iter().map(|line| (line.line, line.amount.amount)).collect(),
            unused,
            reason: self.reason.unwrap_or_default(),
            key,
        })
    }
}

/// Staff undo an order for which no money came.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct UndoIn {
    /// The client reads it. At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) reason: Option<String>,
}

/// Who the invoice of an order is for.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct BillToIn {
    /// Company and address, a few lines; empty: the buyer's name. At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) bill_to: String,
    /// Their tax number. At most 60 characters.
    #[oai(validator(max_length = 60))]
    pub(super) buyer_tax_id: Option<String>,
}

/// Staff say that they have paid a refund back.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct PaidBackIn {
    /// At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) note: Option<String>,
}
