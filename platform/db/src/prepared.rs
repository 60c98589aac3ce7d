//! Statements whose text is part of the program, kept prepared.

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};

/// A statement that a connection keeps. See [`prepared`].
#[derive(Clone, Copy, Debug)]
pub struct Prepared<Q>(Q);

/// A statement that is run often and whose text is one of few: an `UPDATE`, an upsert, an `INSERT` of a few rows. Diesel can't
/// know how many texts such a statement may have, so without this a connection parses and plans it anew each time it runs, and
/// waits for that before it runs it. Not for one whose text follows from input, such as a number of rows without a limit:
/// connections keep what they were given.
#[must_use]
pub const fn prepared<Q>(query: Q) -> Prepared<Q> {
    Prepared(query)
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

/// Statements are kept by their text.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use diesel::{debug_query, prelude::*};

    use super::*;

    diesel::table! { things (id) { id -> Int4, size -> Int4, } }

    fn can_be_kept(query: &dyn QueryFragment<Pg>) -> bool {
        query.is_safe_to_cache_prepared(&Pg).unwrap()
    }

    #[test]
    fn a_change_and_some_rows_can_be_kept_and_say_what_they_said() {
        let change = || diesel::update(things::table.find(1)).set(things::size.eq(2));
        let rows = || {
            let rows: Vec<_> = (1..3).map(|id| (things::id.eq(id), things::size.eq(4))).collect();
            diesel::insert_into(things::table).values(rows)
        };
        assert!(!can_be_kept(&change()) && !can_be_kept(&rows()));
        assert!(can_be_kept(&prepared(change())) && can_be_kept(&prepared(rows())));
        assert_eq!(
            debug_query::<Pg, _>(&prepared(change())).to_string(),
            debug_query::<Pg, _>(&change()).to_string()
        );
    }
}
