//! What one may do here, and who may unless a tenant says otherwise.

use events::MemberId;
use kernel::{
    Ctx, Permission, PermissionDef,
    roles::{EVERYONE, MANAGERS, SIGNED_IN, STAFF},
};

/// See what is bookable and when: types and slots.
pub(crate) const TYPES_READ: Permission = Permission("appointments:types:read");
/// Create and change appointment types.
pub(crate) const TYPES_WRITE: Permission = Permission("appointments:types:write");
/// See coaches' weekly windows.
pub(crate) const AVAILABILITY_READ: Permission = Permission("appointments:availability:read");
/// Change any coach's weekly windows.
pub(crate) const AVAILABILITY_WRITE: Permission = Permission("appointments:availability:write");
/// Change one's own weekly windows.
pub(crate) const OWN_AVAILABILITY_WRITE: Permission = Permission("appointments:own_availability:write");
/// Book for oneself.
pub(crate) const BOOKINGS_CREATE: Permission = Permission("appointments:bookings:create");
/// See, cancel and add to a calendar a booking whose link one has.
pub(crate) const BOOKING_LINK: Permission = Permission("appointments:booking_link:use");
/// See one's own bookings in the client area.
pub(crate) const OWN_BOOKINGS_READ: Permission = Permission("appointments:own_bookings:read");
/// See bookings of clients: those one takes part in as coach, or with [`BOOKINGS_ALL`] everybody's.
pub(crate) const BOOKINGS_READ: Permission = Permission("appointments:bookings:read");
/// Do with the bookings of all coaches what one may do with one's own.
pub(crate) const BOOKINGS_ALL: Permission = Permission("appointments:bookings:all");
/// Cancel bookings.
pub(crate) const BOOKINGS_CANCEL: Permission = Permission("appointments:bookings:cancel");

/// Book for a client, move, approve, decline, complete.
pub(crate) const BOOKINGS_WRITE: Permission = Permission("appointments:bookings:write");
/// Choose how much of the price comes back when staff cancel.
pub(crate) const BOOKINGS_REFUND: Permission = Permission("appointments:bookings:refund");

/// Write notes on bookings, and change one's own.
pub(crate) const NOTES_WRITE: Permission = Permission("appointments:notes:write");
/// Change and delete anybody's notes on bookings.
pub(crate) const NOTES_MANAGE: Permission = Permission("appointments:notes:manage");
/// Approve and hide what clients said.
pub(crate) const RATINGS_WRITE: Permission = Permission("appointments:ratings:write");
/// Make and take away the private address of one's own calendar.
pub(crate) const OWN_CALENDAR: Permission = Permission("appointments:own_calendar:write");
/// Read the calendar whose private address one has.
pub(crate) const CALENDAR_LINK: Permission = Permission("appointments:calendar_link:use");

pub(crate) const PERMISSIONS: &[PermissionDef] = &[
    PermissionDef { permission: TYPES_READ, holders: EVERYONE },
    PermissionDef { permission: TYPES_WRITE, holders: MANAGERS },
    PermissionDef { permission: AVAILABILITY_READ, holders: STAFF },
    PermissionDef { permission: AVAILABILITY_WRITE, holders: MANAGERS },
    PermissionDef { permission: OWN_AVAILABILITY_WRITE, holders: STAFF },
    PermissionDef { permission: BOOKINGS_CREATE, holders: EVERYONE },
    PermissionDef { permission: BOOKING_LINK, holders: EVERYONE },
    PermissionDef { permission: OWN_BOOKINGS_READ, holders: SIGNED_IN },
    PermissionDef { permission: BOOKINGS_READ, holders: STAFF },
    PermissionDef { permission: BOOKINGS_ALL, holders: MANAGERS },
    PermissionDef { permission: BOOKINGS_CANCEL, holders: STAFF },
    PermissionDef { permission: BOOKINGS_WRITE, holders: STAFF },
    PermissionDef { permission: BOOKINGS_REFUND, holders: MANAGERS },
    PermissionDef { permission: NOTES_WRITE, holders: STAFF },
    PermissionDef { permission: NOTES_MANAGE, holders: MANAGERS },
    PermissionDef { permission: RATINGS_WRITE, holders: MANAGERS },
    PermissionDef { permission: OWN_CALENDAR, holders: SIGNED_IN },
    PermissionDef { permission: CALENDAR_LINK, holders: EVERYONE },
];

/// Whose bookings the acting person works with: `None`: everybody's. Coaches have their own, those with
/// [`BOOKINGS_ALL`] and what the product does by itself all.
pub(crate) fn reach(ctx: &Ctx) -> Option<MemberId> {
    if ctx.may(BOOKINGS_ALL) { None } else { ctx.actor().staff().map(|staff| staff.member) }
}
