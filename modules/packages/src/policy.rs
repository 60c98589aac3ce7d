//! What one may do here, and who may unless a tenant says otherwise.

use kernel::{
    Permission, PermissionDef,
    roles::{EVERYONE, MANAGERS, SIGNED_IN, STAFF},
};

/// See what is for sale.
pub(crate) const OFFERS_READ: Permission = Permission("packages:offers:read");
/// See drafts and archived offers, create and change offers.
pub(crate) const OFFERS_WRITE: Permission = Permission("packages:offers:write");
/// Buy for oneself.
pub(crate) const ORDERS_CREATE: Permission = Permission("packages:orders:create");
/// See, pay and cancel an order whose link one has.
pub(crate) const ORDER_LINK: Permission = Permission("packages:order_link:use");
/// See all orders of the business.
pub(crate) const ORDERS_READ: Permission = Permission("packages:orders:read");
/// Mark orders as paid, and cancel them.
pub(crate) const ORDERS_WRITE: Permission = Permission("packages:orders:write");
/// See one's own orders and credits.
pub(crate) const OWN_READ: Permission = Permission("packages:own:read");
/// See any client's credits.
pub(crate) const CREDITS_READ: Permission = Permission("packages:credits:read");
/// Hand out and write off credits: what the platform itself does.
pub(crate) const CREDITS_WRITE: Permission = Permission("packages:credits:write");
/// Choose how clients can pay.
pub(crate) const PAYMENTS_WRITE: Permission = Permission("packages:payments:write");

pub(crate) const PERMISSIONS: &[PermissionDef] = &[
    PermissionDef { permission: OFFERS_READ, holders: EVERYONE },
    PermissionDef { permission: OFFERS_WRITE, holders: MANAGERS },
    PermissionDef { permission: ORDERS_CREATE, holders: EVERYONE },
    PermissionDef { permission: ORDER_LINK, holders: EVERYONE },
    PermissionDef { permission: ORDERS_READ, holders: STAFF },
    PermissionDef { permission: ORDERS_WRITE, holders: MANAGERS },
    PermissionDef { permission: OWN_READ, holders: SIGNED_IN },
    PermissionDef { permission: CREDITS_READ, holders: STAFF },
    PermissionDef { permission: CREDITS_WRITE, holders: MANAGERS },
    PermissionDef { permission: PAYMENTS_WRITE, holders: MANAGERS },
];
