use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, SelectableHelper, dsl,
    pg::Pg,
    sql_types::{BigInt, Bool, Text},
};
use diesel_async::RunQueryDsl;
use events::{ClientId, Currency, Instant, Money, OrderId};
use kernel::{Cursor, Tx, fixed};
use serde::Serialize;

use crate::{
    Method, Order, Status,
    papers::{credit_note_typed, invoice_typed},
    schema::{disputes, orders, refunds},
};

diesel::define_sql_function! {
    /// Where a text stands in another; 0: nowhere.
    fn strpos(text: Text, part: Text) -> Integer;
}
diesel::define_sql_function! {
    /// In lower case, as the database folds it.
    fn lower(text: Text) -> Text;
}

/// A search looks for so many words; further ones are left out.
const WORDS: usize = 6;

crate::text_enum! {
    /// What somebody has to do about an order.
    pub enum Needs {
        /// An instalment is still to come.
        Owed = "owed",
        /// An instalment is overdue.
        Overdue = "overdue",
        /// A cardholder's bank wants money back.
        Disputed = "disputed",
        /// Money is to be paid back by hand, or its provider refused.
        RefundOwed = "refund_owed",
    }
}

/// A time from its start until before its end; open where nothing is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// From here on.
    pub from: Option<Instant>,
    /// Until before here.
    pub until: Option<Instant>,
}

/// Which orders are wanted. Empty parts do not narrow a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// In this state.
    pub status: Option<Status>,
    /// Paid this way.
    pub method: Option<Method>,
    /// Sold by this module; empty: by any.
    pub module: String,
    /// Of this client.
    pub client: Option<ClientId>,
    /// Placed in this time.
    pub placed: Span,
    /// With something to do.
    pub needs: Option<Needs>,
    /// The number of an order, an invoice (`INV-00042`) or a credit note (`CN-00007`), or words of which the buyer's name or
    /// e-mail contains each.
    pub search: String,
}

/// Which part of a list that begins with the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// From its beginning.
    First,
    /// What stands behind this row.
    After(Cursor),
    /// What stands before this row, the nearest.
    Before(Cursor),
}

/// How many orders a filter finds, and what they come to in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// How many.
    pub orders: i64,
    /// Their totals together.
    pub total: Money,
}

/// The query that a filter makes.
pub(super) type Filtered<'a, S> = orders::BoxedQuery<'a, Pg, S>;

/// Narrows a query of orders.
macro_rules! narrowed {
    ($query:expr, $filter:expr, $now:expr) => {{
        let (mut query, filter) = ($query, $filter);
        if let Some(status) = filter.status {
            query = query.filter(orders::status.eq(status));
        }
        if let Some(method) = filter.method {
            query = query.filter(orders::provider.eq(method));
        }
        if !filter.module.is_empty() {
            query = query.filter(orders::module.eq(filter.module.clone()));
        }
        if let Some(client) = filter.client {
            query = query.filter(orders::client_id.eq(client));
        }
        if let Some(from) = filter.placed.from {
            query = query.filter(orders::created_at.ge(from));
        }
        if let Some(until) = filter.placed.until {
            query = query.filter(orders::created_at.lt(until));
        }
        query = match filter.needs {
            None => query,
            Some(Needs::Owed) => query.filter(orders::next_due_at.is_not_null()),
            Some(Needs::Overdue) => query.filter(orders::next_due_at.lt($now)),
            Some(Needs::Disputed) => {
                let open = fixed::<Bool>("state IN ('open', 'under_review')");
                query.filter(orders::id.eq_any(disputes::table.filter(open).select(disputes::order_id)))
            }
            Some(Needs::RefundOwed) => {
                let open = fixed::<Bool>("state <> 'done' AND (provider = 'manual' OR state = 'failed')");
                query.filter(orders::id.eq_any(refunds::table.filter(open).select(refunds::order_id)))
            }
        };
        match Search::of(&filter.search) {
            Search::Nothing => query,
            Search::Number(number) => query.filter(orders::number.eq(number)),
            Search::Invoice(number) => query.filter(orders::invoice_number.eq(number)),
            Search::CreditNote(number) => {
                let of = refunds::table.filter(refunds::credit_note_number.eq(number));
                query.filter(orders::id.eq_any(of.select(refunds::order_id)))
            }
            Search::Words(words) => words
                .into_iter()
                .fold(query, |query, word| query.filter(strpos(orders::search, lower(word)).gt(0))),
        }
    }};
}
pub(super) use narrowed;

/// What was typed into the search.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Search {
    Nothing,
    Number(i64),
    Invoice(i64),
    CreditNote(i64),
    Words(Vec<String>),
}

impl Search {
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim();
        if let Ok(number) = text.trim_start_matches('#').parse::<i64>() {
            return Self::Number(number);
        }
        if let Some(number) = invoice_typed(text) {
            return Self::Invoice(number);
        }
        if let Some(number) = credit_note_typed(text) {
            return Self::CreditNote(number);
        }
        let words: Vec<String> = text.split_whitespace().take(WORDS).map(str::to_owned).collect();
        if words.is_empty() { Self::Nothing } else { Self::Words(words) }
    }
}

/// A part of the list of orders, the newest first: at most `limit` of them, and one more that says whether the list goes on
/// in the direction that was asked for (the first one when it was asked for what stands before a row).
///
/// # Errors
/// When the database refuses.
pub async fn page(tx: &mut Tx, filter: &OrderFilter, side: Side, limit: i64) -> QueryResult<Vec<Order>> {
    // First which, by an index that holds what is filtered by; then the rows of those few.
    let query: Filtered<'_, _> = orders::table.select(orders::id).into_boxed();
    let query = narrowed!(query, filter, tx.ctx().now());
    let query = match side {
        Side::First => query,
        Side::After(row) => {
            let tie = orders::created_at.lt(row.at).or(orders::id.lt(OrderId::from_uuid(row.id)));
            query.filter(orders::created_at.le(row.at)).filter(tie)
        }
        Side::Before(row) => {
            let tie = orders::created_at.gt(row.at).or(orders::id.gt(OrderId::from_uuid(row.id)));
            query.filter(orders::created_at.ge(row.at)).filter(tie)
        }
    };
    let query = match side {
        Side::First | Side::After(_) => query.order((orders::created_at.desc(), orders::id.desc())),
        Side::Before(_) => query.order((orders::created_at.asc(), orders::id.asc())),
    };
    let ids: Vec<OrderId> = query.limit(limit + 1).load(&mut **tx).await?;
    let found = orders::table.filter(orders::id.eq_any(ids)).select(Order::as_select());
    found.order((orders::created_at.desc(), orders::id.desc())).load(&mut **tx).await
}

/// What a filter finds in all, by currency; nothing when it finds none.
///
/// # Errors
/// When the database refuses.
pub async fn sums(tx: &mut Tx, filter: &OrderFilter) -> QueryResult<Vec<Sum>> {
    let sum = fixed::<BigInt>("coalesce(sum(total), 0)::bigint");
    let query = orders::table.group_by(orders::currency).select((orders::currency, dsl::count_star(), sum));
    let query = narrowed!(query.into_boxed(), filter, tx.ctx().now());
    let rows: Vec<(Currency, i64, i64)> = query.order(orders::currency).load(&mut **tx).await?;
    Ok(rows
        .into_iter()
        .map(|(currency, orders, total)| Sum { orders, total: Money::new(total, currency) })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for() {
        assert_eq!(Search::of("  "), Search::Nothing);
        assert_eq!(Search::of(" #1042 "), Search::Number(1042));
        assert_eq!(Search::of("1042"), Search::Number(1042));
        assert_eq!(Search::of(" inv-00042"), Search::Invoice(42));
        assert_eq!(Search::of("CN-7"), Search::CreditNote(7));
        assert_eq!(Search::of("Sam  Reed"), Search::Words(vec!["Sam".into(), "Reed".into()]));
        assert_eq!(Search::of("50%"), Search::Words(vec!["50%".into()]), "no wildcard");
        let Search::Words(words) = Search::of(&"a ".repeat(100)) else { panic!("words") };
        assert_eq!(words.len(), WORDS);
    }
}
