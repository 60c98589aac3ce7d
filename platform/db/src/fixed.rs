//! SQL that the query builder can't say, without giving up prepared statements.

use std::marker::PhantomData;

use diesel::{
    AppearsOnTable, Expression, QueryResult, SelectableExpression,
    expression::{TypedExpressionType, ValidGrouping, is_aggregate},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
};

/// A piece of SQL without parameters, part of the program. See [`fixed`].
#[derive(Clone, Copy, Debug)]
pub struct Fixed<ST> {
    sql: &'static str,
    of: PhantomData<ST>,
}

/// A piece of SQL as an expression of type `ST`: a constant that a partial index asks for, an aggregate. It can hold no
/// input. With `diesel::dsl::sql` a connection parses and plans the statement anew each time it runs, and waits for that;
/// with this it keeps it.
#[must_use]
pub const fn fixed<ST>(sql: &'static str) -> Fixed<ST> {
    Fixed { sql, of: PhantomData }
}

impl<ST: TypedExpressionType> Expression for Fixed<ST> {
    type SqlType = ST;
}

/// The type says nothing about the text: statements are kept by their text.
impl<ST> QueryId for Fixed<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> QueryFragment<Pg> for Fixed<ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.sql);
        Ok(())
    }
}

impl<ST, Table> AppearsOnTable<Table> for Fixed<ST> where Self: Expression {}
impl<ST, Table> SelectableExpression<Table> for Fixed<ST> where Self: AppearsOnTable<Table> {}
impl<ST, Grouped> ValidGrouping<Grouped> for Fixed<ST> {
    type IsAggregate = is_aggregate::Never;
}

#[cfg(test)]
mod tests {
    use diesel::{debug_query, prelude::*, sql_types::Bool};

    use super::*;

    diesel::table! { things (id) { id -> Int4, } }

    #[test]
    fn it_stands_in_a_statement_as_it_is_written() {
        let query = things::table.filter(fixed::<Bool>("id > 3")).select(things::id);
        let shown = debug_query::<Pg, _>(&query).to_string();
        assert!(shown.contains(r#"FROM "things" WHERE id > 3"#), "{shown}");
    }

    #[test]
    fn its_statement_can_be_kept_prepared_and_that_of_plain_sql_can_not() {
        let kept = things::table.filter(fixed::<Bool>("id > 3")).select(things::id);
        let plain = things::table.filter(diesel::dsl::sql::<Bool>("id > 3")).select(things::id);
        let can_be_kept = |query: &dyn QueryFragment<Pg>| query.is_safe_to_cache_prepared(&Pg).unwrap();
        assert!(can_be_kept(&kept));
        assert!(!can_be_kept(&plain));
    }
}
