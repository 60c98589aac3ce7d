use kernel::{FieldError, Problem};

use crate::{ProviderError, Status};

/// Why billing refused.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// The form was sent before; its order stands under the same key.
    #[error("the form was sent before")]
    DoubleSubmit,
    /// Lines, prices or quantities make no sensible total.
    #[error("the lines make no total")]
    Total,
    /// The order can't go from its state into the wanted one.
    #[error("an order that is {from} can't become {to}")]
    State {
        /// Its state.
        from: Status,
        /// What was wanted.
        to: Status,
    },
    /// The amount or currency is not that of the order.
    #[error("the payment is not the amount of the order")]
    Amount,
    /// Nothing, or more than is left, is to be given back.
    #[error("{left} are left to be refunded")]
    RefundAmount {
        /// Minor units.
        left: i64,
    },
    /// The provider refused or can't be reached.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// A rule of the module that sold it failed.
    #[error("a rule of the selling module failed: {}", .0.code)]
    Rule(Box<Problem>),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

impl From<BillingError> for Problem {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::DoubleSubmit => Self::conflict("try_again"),
            BillingError::Total => Self::field("offer", "offer_price"),
            BillingError::State { from, .. } => Self::conflict("order_state").arg("state", from),
            BillingError::Amount => Self::conflict("payment_amount"),
            BillingError::RefundAmount { left } => {
                Self::invalid(vec![FieldError::new("amount", "refund_amount").arg("left", left)])
            }
            BillingError::Provider(error) => error.into(),
            BillingError::Rule(problem) => *problem,
            BillingError::Db(error) => error.into(),
        }
    }
}
