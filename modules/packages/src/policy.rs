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
/// See one's own credits.
pub(crate) const OWN_READ: Permission = Permission("packages:own:read");
/// See any client's credits.
pub(crate) const CREDITS_READ: Permission = Permission("packages:credits:read");
/// Hand out and write off credits: what the platform itself does.
pub(crate) const CREDITS_WRITE: Permission = Permission("packages:credits:write");
/// Make, change and archive coupons.
pub(crate) const COUPONS_WRITE: Permission = Permission("packages:coupons:write");
/// See, make and block gift vouchers.
pub(crate) const VOUCHERS_WRITE: Permission = Permission("packages:vouchers:write");

pub(crate) const PERMISSIONS: &[PermissionDef] = &[
    PermissionDef { permission: OFFERS_READ, holders: EVERYONE },
    PermissionDef { permission: OFFERS_WRITE, holders: MANAGERS },
    PermissionDef { permission: ORDERS_CREATE, holders: EVERYONE },
    PermissionDef { permission: OWN_READ, holders: SIGNED_IN },
    PermissionDef { permission: CREDITS_READ, holders: STAFF },
    PermissionDef { permission: CREDITS_WRITE, holders: MANAGERS },
    PermissionDef { permission: COUPONS_WRITE, holders: MANAGERS },
    PermissionDef { permission: VOUCHERS_WRITE, holders: MANAGERS },
];
