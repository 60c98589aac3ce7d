//! What the business's own office reads: lists with their sums, exports in pages, what came in, what waits to be done.
//!
//! **Words.** The *needs* of an order are what somebody has to do about it. A *span* is a time from its start until before
//! its end.

mod bill_to;
mod export;
mod flags;
mod list;
mod takings;
mod todo;

pub use bill_to::{BILL_TO_DAYS, BillTo, may_bill_to, set_bill_to};
pub use export::{Moved, OrderHead, codes_of, lines_of, moved, orders_after, payments_after, refunds_after};
pub use flags::{Flags, flags};
pub use list::{Needs, OrderFilter, Side, Span, Sum, page, sums};
pub use takings::{Taken, taken};
pub use todo::{Todo, todo};
