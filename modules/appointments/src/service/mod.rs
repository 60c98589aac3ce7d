//! Use cases: permission, rules, queries, ledger, event. The API and the pages both call these.

pub(crate) mod blackouts;
pub(crate) mod book;
pub(crate) mod cancel;
pub(crate) mod decide;
pub(crate) mod history;
pub(crate) mod lists;
pub(crate) mod overrides;
pub(crate) mod pay;
pub(crate) mod reschedule;
pub(crate) mod schedules;
pub(crate) mod slots;
pub(crate) mod types;
