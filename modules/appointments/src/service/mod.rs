//! Use cases: permission, rules, queries, ledger, event. The API and the pages both call these.

pub(crate) mod blackouts;
pub(crate) mod book;
mod book_input;
pub(crate) mod calendar;
pub(crate) mod cancel;
pub(crate) mod decide;
pub(crate) mod desk;
pub(crate) mod explain;
pub(crate) mod faults;
pub(crate) mod feeds;
pub(crate) mod history;
pub(crate) mod holds;
pub(crate) mod late;
pub(crate) mod lists;
pub(crate) mod mine;
pub(crate) mod notes;
pub(crate) mod overrides;
pub(crate) mod pay;
mod place;
pub(crate) mod ratings;
pub(crate) mod ratings_staff;
pub(crate) mod reschedule;
pub(crate) mod schedules;
pub(crate) mod slots;
mod step;
mod tell;
pub(crate) mod types;
