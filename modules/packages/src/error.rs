//! What can go wrong here, as problems.

use kernel::Problem;
use poem::http::StatusCode;

use crate::{model::Availability, queries::Refused};

/// An offer that can't be bought; `None` when it can.
pub(crate) fn unavailable(availability: Availability) -> Option<Problem> {
    Some(match availability {
        Availability::Open => return None,
        Availability::Hidden => Problem::not_found(),
        Availability::Archived => Problem::new(StatusCode::GONE, "offer_archived"),
        Availability::Over => Problem::new(StatusCode::GONE, "offer_over"),
        Availability::NotYet => Problem::conflict("offer_not_yet"),
        Availability::SoldOut => Problem::conflict("offer_sold_out"),
    })
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::SoldOut => Self::conflict("offer_sold_out"),
            Refused::Limit => Self::conflict("offer_limit"),
            Refused::Db(error) => error.into(),
        }
    }
}
