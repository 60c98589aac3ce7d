//! What pages show.

mod account;
mod audits;
mod card;
mod events;

use ::events::{Instant, Money};
use kernel::ViewDef;

pub(crate) use account::AccountPage;
pub(crate) use audits::AuditsPage;
pub(crate) use card::{CardPage, SavedLine, WaitPage};
pub(crate) use events::{EventPage, EventsPage};

pub(crate) fn all() -> Vec<ViewDef> {
    vec![
        ViewDef::of::<AccountPage>(),
        ViewDef::of::<EventsPage>(),
        ViewDef::of::<EventPage>(),
        ViewDef::of::<AuditsPage>(),
        ViewDef::of::<CardPage>(),
        ViewDef::of::<WaitPage>(),
    ]
}

fn moment() -> Instant {
    Instant::new(jiff::Timestamp::constant(1_764_000_000, 0))
}
fn money(amount: i64) -> Money {
    Money::new(amount, "GBP".parse().unwrap_or_else(|_| unreachable!("GBP is a listed currency")))
}
