//! A client's side of ratings.

use diesel::{
    ExpressionMethods, Insertable, QueryResult, query_dsl::methods::FilterDsl as _, upsert::on_constraint,
};
use diesel_async::RunQueryDsl;
use events::{BookingId, Instant};
use kernel::Tx;

use crate::{model::note::RatingState, schema::booking_ratings as ratings};

/// A rating as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = ratings, check_for_backend(diesel::pg::Pg))]
pub(crate) struct NewRating {
    pub booking_id: BookingId,
    pub stars: i16,
    pub words: String,
    pub state: RatingState,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// Writes a rating, or changes it while nobody decided about it. Tells whether it did.
pub(crate) async fn rating_put(tx: &mut Tx, row: &NewRating) -> QueryResult<bool> {
    let written = diesel::insert_into(ratings::table)
        .values(row)
        .on_conflict(on_constraint("booking_ratings_pkey"))
        .do_update()
        .set((
            ratings::stars.eq(row.stars),
            ratings::words.eq(&row.words),
            ratings::updated_at.eq(row.updated_at),
        ))
        .filter(ratings::state.eq(RatingState::New))
        .execute(&mut **tx)
        .await?;
    Ok(written == 1)
}
