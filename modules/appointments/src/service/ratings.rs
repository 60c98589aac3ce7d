//! What clients say of their completed bookings.

use events::appointments::BookingRated;
use kernel::{Check, Ctx, Problem, Tx, audit};
use serde_json::json;

use super::cancel::check_token;
use crate::{
    model::{
        Booking, State,
        note::{RatingState, StaffRating},
    },
    policy::BOOKING_LINK,
    queries::{
        bookings::{booking_by_token, booking_for_step},
        notes::rating_of,
        ratings::{NewRating, rating_put},
    },
};

/// A rating as somebody typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RateInput {
    /// 1 to 5; nothing when none was chosen.
    pub stars: Option<i64>,
    /// May be empty.
    pub words: String,
}

impl RateInput {
    fn check(&self) -> Result<(i16, String), Problem> {
        let mut check = Check::new();
        check.require(self.stars.is_some(), "stars", "required");
        let stars = self.stars.map_or(0, |stars| check.number("stars", stars, 1, 5));
        let words = check.text("words", &self.words, 0, 2_000);
        check.finish()?;
        Ok((i16::try_from(stars).unwrap_or(0), words))
    }
}

/// Rates the booking of a link. Until somebody of the business decided about it, it can be changed; the same once more
/// changes nothing.
///
/// # Errors
/// 404 for an unknown token, 409 `not_completed` before it took place, 409 `rating_decided`, 422 with the fields at fault.
pub(crate) async fn rate(ctx: &Ctx, token: &str, input: &RateInput) -> Result<StaffRating, Problem> {
    check_token(token)?;
    let (stars, words) = input.check()?;
    ctx.tx(BOOKING_LINK, async |tx| {
        let id = booking_by_token(tx, token).await?.ok_or_else(Problem::not_found)?.id;
        // One at a time, so that only the first one is told.
        let booking = booking_for_step(tx, id).await?.ok_or_else(Problem::not_found)?;
        write(tx, &booking, stars, &words).await
    })
    .await
}

async fn write(tx: &mut Tx, booking: &Booking, stars: i16, words: &str) -> Result<StaffRating, Problem> {
    if booking.state != State::Completed {
        return Err(Problem::conflict("not_completed"));
    }
    let before = rating_of(tx, booking.id).await?;
    if let Some(same) = before.as_ref().filter(|before| before.stars == stars && before.words == words) {
        return Ok(same.clone());
    }
    let now = tx.ctx().now();
    let row = NewRating {
        booking_id: booking.id,
        stars,
        words: words.to_owned(),
        state: RatingState::New,
        created_at: now,
        updated_at: now,
    };
    if !rating_put(tx, &row).await? {
        return Err(Problem::conflict("rating_decided"));
    }
    if before.is_none() {
        tx.emit(&event(booking, stars, words)).await?;
    }
    audit(tx, "booking.rated", booking.id, json!({ "stars": stars })).await?;
    rating_of(tx, booking.id).await?.ok_or_else(|| Problem::internal("a rating that was just written"))
}

fn event(booking: &Booking, stars: i16, words: &str) -> BookingRated {
    BookingRated {
        booking: booking.id,
        appointment_type: booking.type_id,
        appointment_name: booking.type_name.clone(),
        client: booking.client_id,
        client_name: booking.client_name.clone(),
        client_email: booking.client_email.clone(),
        coach: booking.coach_id,
        start: booking.starts_at,
        end: booking.ends_at,
        stars,
        words: words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_one_to_five() {
        let codes = |stars, words: &str| {
            let refused = RateInput { stars, words: words.to_owned() }.check().err();
            refused.map_or_else(Vec::new, |problem| problem.fields.into_iter().map(|one| one.field).collect())
        };
        assert!(codes(Some(1), "").is_empty() && codes(Some(5), "Calm.").is_empty());
        assert_eq!(codes(None, ""), ["stars"]);
        assert_eq!(codes(Some(0), ""), ["stars"]);
        assert_eq!(codes(Some(6), &"x".repeat(2_001)), ["stars", "words"]);
    }
}
