//! Appointments: one client, one coach, one time.
//!
//! **Purpose.** A visitor picks an appointment type, a coach where there is a choice, a day and a time, and has a
//! booking; the coach sees it and may call it off; both get mails with a calendar file.
//!
//! **Words.** An *appointment type* is something bookable. A *window* is a stretch of a weekday in which a coach takes
//! appointments; all windows of a coach are their *schedule*. A *slot* is a start on offer. A *booking* is one
//! appointment; whoever has its *link* can see it and call it off. A *form key* makes two submits of one form one booking.
//!
//! **Invariants.**
//! - No double booking: the calendar ledger has a block for each booking in a state that holds time (of its own, or of the
//!   slot in which it has a seat), and the database lets no two blocks of a coach overlap, nor a slot take more than its
//!   seats.
//! - Nobody has paid and has neither a place nor the money back: a payment that comes too late takes the slot again, or is
//!   refunded in full by itself.
//! - A booking is made only of what the availability engine offers at that moment.
//! - State changes follow one table (`model/state.rs`) and are made in one place (`service/step.rs`): idempotent, audited,
//!   kept in the history, and told as an event.
//! - Public answers tell of free time and of one's own booking; never of other clients.

mod api;
mod error;
mod ics;
mod invite;
mod jobs;
mod mails;
mod model;
mod pages;
mod policy;
mod provision;
mod queries;
mod rooms;
mod schema;
mod service;
mod source;
mod widgets;

use kernel::{Api, Module, NavItem, NavPlace};

pub use rooms::{Door, Guest, Jitsi, VideoRooms, install_rooms};

pub use service::{credits::CREDIT_NAMES, holds::order_rules};

/// The module's name.
pub(crate) const MODULE: &str = "appointments";

const NAV: &[NavItem] = &[
    NavItem {
        place: NavPlace::Client,
        label: "appointments-nav-my-bookings",
        icon: "calendar",
        path: "/me/bookings",
        permission: policy::OWN_BOOKINGS_READ,
        order: 20,
    },
    NavItem {
        place: NavPlace::Studio,
        label: "appointments-nav-calendar",
        icon: "calendar",
        path: "/studio/calendar",
        permission: policy::BOOKINGS_READ,
        order: 19,
    },
    NavItem {
        place: NavPlace::Studio,
        label: "appointments-nav-bookings",
        icon: "calendar",
        path: "/studio/bookings",
        permission: policy::BOOKINGS_READ,
        order: 20,
    },
    NavItem {
        place: NavPlace::Studio,
        label: "appointments-nav-availability",
        icon: "clock",
        path: "/studio/availability",
        permission: policy::AVAILABILITY_READ,
        order: 21,
    },
    NavItem {
        place: NavPlace::Studio,
        label: "appointments-nav-types",
        icon: "tag",
        path: "/studio/appointment-types",
        permission: policy::TYPES_WRITE,
        order: 22,
    },
];

/// The module, for the list of modules.
#[must_use]
pub fn module() -> Module {
    Module {
        id: MODULE,
        title: "appointments-module-title",
        summary: "appointments-module-summary",
        permissions: policy::PERMISSIONS,
        api: || {
            Api::new((
                api::TypesApi,
                api::AvailabilityApi,
                api::HoursApi,
                api::BookingsApi,
                api::ClientsApi,
                api::NotesApi,
            ))
        },
        pages: pages::routes,
        nav: NAV,
        views: pages::views::definitions,
        block_samples: widgets::samples,
        mails: mails::definitions,
        source: source::source,
        jobs: jobs::jobs,
        reactions: jobs::REACTIONS,
        schedules: &[],
        widgets: widgets::WIDGETS,
        provision: provision::provision,
    }
}
