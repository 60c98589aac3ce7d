//! Which lots pay, and which get credits back. Pure.

use events::{Instant, LotId};

/// A lot as far as spending looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLot {
    /// The lot.
    pub id: LotId,
    /// How many credits it holds.
    pub balance: i32,
    /// When it expires.
    pub expires_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

/// Credits moved from or to one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The lot.
    pub lot: LotId,
    /// How many, more than zero.
    pub credits: i32,
}

/// The usable credits do not suffice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// How many more it would take.
    pub missing: i32,
}

/// Takes `credits` from the lots that are not expired: the one that expires first, then the oldest, then by id. Lots that
/// never expire come last.
///
/// # Errors
/// [`Short`] when they hold too few; nothing is taken then.
pub fn plan_spend(lots: &[OpenLot], credits: i32, now: Instant) -> Result<Vec<Take>, Short> {
    let mut usable: Vec<&OpenLot> =
        lots.iter().filter(|lot| lot.balance > 0 && lot.expires_at.is_none_or(|at| at > now)).collect();
    usable.sort_by_key(|lot| (lot.expires_at.is_none(), lot.expires_at, lot.created_at, lot.id));
    let mut missing = credits;
    let mut takes = Vec::new();
    for lot in usable {
        if missing <= 0 {
            break;
        }
        let credits = lot.balance.min(missing);
        missing -= credits;
        takes.push(Take { lot: lot.id, credits });
    }
    if missing > 0 { Err(Short { missing }) } else { Ok(takes) }
}

/// How much of a spend goes back to each of its lots when `credits` of it are returned: in reverse, so that what would
/// have expired last is whole again first. Never more than was taken.
#[must_use]
pub fn plan_refund(taken: &[Take], credits: i32) -> Vec<Take> {
    let mut left = credits;
    let mut back = Vec::new();
    for take in taken.iter().rev() {
        let credits = take.credits.min(left);
        if credits > 0 {
            left -= credits;
            back.push(Take { lot: take.lot, credits });
        }
    }
    back
}

/// What goes of lots in the order given when `keep` credits of them may stay.
#[must_use]
pub fn plan_cut(held: &[Take], keep: i32) -> Vec<Take> {
    let sum: i32 = held.iter().map(|take| take.credits).sum();
    let mut excess = sum.saturating_sub(keep.max(0));
    let mut gone = Vec::new();
    for take in held {
        let credits = take.credits.min(excess);
        if credits > 0 {
            excess -= credits;
            gone.push(Take { lot: take.lot, credits });
        }
    }
    gone
}

/// How keys of appointment types begin.
const APPOINTMENT: &str = "apt_";

/// Why a lot paid and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was made for what it paid: such credits go before those that pay for everything.
    MadeFor,
    /// Of all that could pay, it expires first.
    ExpiresFirst,
    /// Nothing that expires could pay (any more); it is the oldest.
    Oldest,
}

impl Why {
    /// Of a lot that paid. What was made for an appointment type pays for nothing else and is never mixed with others
    /// ([`super::spend_made_for`]).
    #[must_use]
    pub fn of(expires_at: Option<Instant>, pays_for: &[String]) -> Self {
        if pays_for.iter().any(|key| key.starts_with(APPOINTMENT)) {
            return Self::MadeFor;
        }
        if expires_at.is_some() { Self::ExpiresFirst } else { Self::Oldest }
    }
}

#[cfg(test)]
mod tests {
    use events::Id;
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Instant {
        Instant::new(jiff::Timestamp::from_second(second).unwrap())
    }
    fn lot(id: u128, balance: i32, expires: Option<i64>, created: i64) -> OpenLot {
        OpenLot {
            id: Id::from_uuid(uuid::Uuid::from_u128(id)),
            balance,
            expires_at: expires.map(at),
            created_at: at(created),
        }
    }
    fn any_lots() -> impl Strategy<Value = Vec<OpenLot>> {
        let one = (0..20_i32, proptest::option::of(0..200_i64), 0..50_i64);
        proptest::collection::vec(one, 0..12).prop_map(|all| {
            let numbered = all.into_iter().zip(1_u128..);
            numbered.map(|((balance, expires, created), id)| lot(id, balance, expires, created)).collect()
        })
    }
    fn usable(lots: &[OpenLot], now: Instant) -> i32 {
        lots.iter().filter(|lot| lot.expires_at.is_none_or(|at| at > now)).map(|lot| lot.balance).sum()
    }

    #[test]
    fn the_first_to_expire_pays_first() {
        let lots =
            [lot(1, 5, None, 0), lot(2, 5, Some(300), 9), lot(3, 2, Some(200), 9), lot(4, 5, Some(300), 8)];
        let takes = plan_spend(&lots, 9, at(100)).unwrap();
        let order: Vec<_> = takes.iter().map(|take| (take.lot.uuid().as_u128(), take.credits)).collect();
        assert_eq!(order, [(3, 2), (4, 5), (2, 2)]);
    }
    #[test]
    fn a_lot_is_gone_at_the_moment_it_expires() {
        assert_eq!(plan_spend(&[lot(1, 1, Some(100), 0)], 1, at(100)), Err(Short { missing: 1 }));
        assert!(plan_spend(&[lot(1, 1, Some(100), 0)], 1, at(99)).is_ok());
    }

    #[test]
    fn what_was_made_for_an_appointment_type_says_so() {
        let keys = |key: &str| vec![key.to_owned()];
        assert_eq!(Why::of(Some(at(1)), &keys("apt_1")), Why::MadeFor);
        assert_eq!(Why::of(None, &keys("apt_1")), Why::MadeFor);
        assert_eq!(Why::of(Some(at(1)), &keys("yoga")), Why::ExpiresFirst);
        assert_eq!(Why::of(None, &[]), Why::Oldest);
    }

    proptest! {
        #[test]
        fn takes_exactly_what_is_asked_or_nothing(lots in any_lots(), credits in 1..60_i32, now in 0..200_i64) {
            let (now, have) = (at(now), usable(&lots, at(now)));
            match plan_spend(&lots, credits, now) {
                Ok(takes) => {
                    prop_assert_eq!(takes.iter().map(|take| take.credits).sum::<i32>(), credits);
                    for take in &takes {
                        let lot = lots.iter().find(|lot| lot.id == take.lot).unwrap();
                        prop_assert!(take.credits > 0 && take.credits <= lot.balance);
                        prop_assert!(lot.expires_at.is_none_or(|at| at > now));
                    }
                }
                Err(short) => prop_assert_eq!(short.missing, credits - have),
            }
        }
        #[test]
        fn what_stays_never_expires_before_what_was_taken(lots in any_lots(), credits in 1..60_i32, now in 0..200_i64) {
            let Ok(takes) = plan_spend(&lots, credits, at(now)) else { return Ok(()) };
            let end = |lot: &OpenLot| lot.expires_at.map_or(i64::MAX, |at| at.timestamp().as_second());
            let latest = takes.iter().map(|take| end(lots.iter().find(|lot| lot.id == take.lot).unwrap())).max().unwrap();
            for lot in lots.iter().filter(|lot| end(lot) > now) {
                let taken = takes.iter().find(|take| take.lot == lot.id).map_or(0, |take| take.credits);
                prop_assert!(lot.balance == taken || end(lot) >= latest);
            }
        }
        #[test]
        fn the_order_of_the_lots_does_not_matter(lots in any_lots(), credits in 1..60_i32, now in 0..200_i64) {
            let mut turned = lots.clone();
            turned.reverse();
            prop_assert_eq!(plan_spend(&lots, credits, at(now)), plan_spend(&turned, credits, at(now)));
        }
        #[test]
        fn a_return_gives_back_no_more_than_was_taken(lots in any_lots(), credits in 1..60_i32, back in 0..80_i32) {
            let Ok(takes) = plan_spend(&lots, credits, at(0)) else { return Ok(()) };
            let returned = plan_refund(&takes, back);
            prop_assert_eq!(returned.iter().map(|take| take.credits).sum::<i32>(), back.min(credits));
            for take in &returned {
                let taken = takes.iter().find(|one| one.lot == take.lot).unwrap();
                prop_assert!(take.credits > 0 && take.credits <= taken.credits);
            }
        }

        #[test]
        fn a_cut_leaves_what_may_stay_and_takes_the_first(amounts in proptest::collection::vec(1..20_i32, 0..9), keep in 0..80_i32) {
            let held: Vec<Take> = amounts.iter().zip(1_u128..).map(|(credits, id)| Take { lot: lot(id, 0, None, 0).id, credits: *credits }).collect();
            let (sum, gone) = (amounts.iter().sum::<i32>(), plan_cut(&held, keep));
            prop_assert_eq!(sum - gone.iter().map(|take| take.credits).sum::<i32>(), sum.min(keep));
            // All of them but the last one whole.
            for (take, of) in gone.iter().zip(&held).rev().skip(1) {
                prop_assert_eq!(take, of);
            }
        }
        #[test]
        fn what_is_said_of_each_lot_that_paid_is_true(lots in any_lots(), credits in 1..60_i32, now in 0..200_i64) {
            let Ok(takes) = plan_spend(&lots, credits, at(now)) else { return Ok(()) };
            let of = |take: &Take| lots.iter().find(|lot| lot.id == take.lot).unwrap();
            for take in &takes {
                let passed_over = lots.iter().filter(|lot| lot.balance > 0 && lot.expires_at.is_none_or(|end| end > at(now)))
                    .filter(|lot| takes.iter().all(|other| other.lot != lot.id));
                for other in passed_over {
                    match Why::of(of(take).expires_at, &[]) {
                        Why::MadeFor => return Err(TestCaseError::fail("these pay for everything")),
                        Why::ExpiresFirst => prop_assert!(other.expires_at.is_none_or(|end| Some(end) >= of(take).expires_at)),
                        Why::Oldest => prop_assert!(other.expires_at.is_none() && other.created_at >= of(take).created_at),
                    }
                }
            }
        }
    }
}
