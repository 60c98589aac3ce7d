//! What the platform itself brings to a tenant, whatever modules are on: permissions and navigation.

use kernel::{
    NavItem, NavPlace, Permission, PermissionDef,
    roles::{EVERYONE, MANAGERS, SIGNED_IN, STAFF, SYSTEM},
};

/// See the public page.
pub const PUBLIC_READ: Permission = Permission("platform:public:read");
/// Use idempotency keys on unsafe API calls.
pub const IDEMPOTENCY_USE: Permission = Permission("platform:idempotency:use");
/// Open the client area.
pub const ME_READ: Permission = Permission("platform:me:read");
/// Open the studio.
pub const STUDIO_READ: Permission = Permission("platform:studio:read");
/// See clients.
pub const CLIENTS_READ: Permission = Permission("platform:clients:read");
/// Write notes about clients.
pub const CLIENTS_WRITE: Permission = Permission("platform:clients:write");
/// See the settings.
pub const SETTINGS_READ: Permission = Permission("platform:settings:read");
/// Switch modules.
pub const FEATURES_WRITE: Permission = Permission("platform:features:write");
/// See automations and their runs.
pub const AUTOMATIONS_READ: Permission = Permission("platform:automations:read");
/// Install automations, grant capabilities, switch them.
pub const AUTOMATIONS_WRITE: Permission = Permission("platform:automations:write");
/// Run automations; jobs only.
pub const AUTOMATIONS_RUN: Permission = Permission("platform:automations:run");

/// The platform's own permissions with their holders.
pub const PERMISSIONS: &[PermissionDef] = &[
    PermissionDef { permission: PUBLIC_READ, holders: EVERYONE },
    PermissionDef { permission: IDEMPOTENCY_USE, holders: EVERYONE },
    PermissionDef { permission: ME_READ, holders: SIGNED_IN },
    PermissionDef { permission: STUDIO_READ, holders: STAFF },
    PermissionDef { permission: CLIENTS_READ, holders: STAFF },
    PermissionDef { permission: CLIENTS_WRITE, holders: STAFF },
    PermissionDef { permission: SETTINGS_READ, holders: MANAGERS },
    PermissionDef { permission: FEATURES_WRITE, holders: MANAGERS },
    PermissionDef { permission: billing::ORDER_LINK, holders: EVERYONE },
    PermissionDef { permission: billing::OWN_ORDERS, holders: SIGNED_IN },
    PermissionDef { permission: billing::ORDERS_READ, holders: STAFF },
    PermissionDef { permission: billing::ORDERS_EXPORT, holders: MANAGERS },
    PermissionDef { permission: billing::ORDERS_WRITE, holders: MANAGERS },
    PermissionDef { permission: billing::REFUNDS_WRITE, holders: MANAGERS },
    PermissionDef { permission: billing::PAYMENTS_WRITE, holders: MANAGERS },
    PermissionDef { permission: billing::SUBSCRIPTIONS_READ, holders: STAFF },
    PermissionDef { permission: billing::SUBSCRIPTIONS_WRITE, holders: MANAGERS },
    PermissionDef { permission: billing::OWN_SUBSCRIPTIONS, holders: SIGNED_IN },
    PermissionDef { permission: billing::BILLING_RUN, holders: SYSTEM },
    PermissionDef { permission: AUTOMATIONS_READ, holders: MANAGERS },
    PermissionDef { permission: AUTOMATIONS_WRITE, holders: MANAGERS },
    PermissionDef { permission: AUTOMATIONS_RUN, holders: SYSTEM },
    PermissionDef { permission: crate::mailing::SEND, holders: SYSTEM },
];

/// The platform's own navigation; modules' items are sorted in by their order.
pub const NAV: &[NavItem] = &[
    nav(NavPlace::Studio, "server-nav-dashboard", "home", "/studio", STUDIO_READ, 0),
    nav(NavPlace::Studio, "checkout-nav-orders", "card", "/studio/orders", billing::ORDERS_READ, 50),
    nav(
        NavPlace::Studio,
        "subscriptions-nav",
        "clock",
        "/studio/subscriptions",
        billing::SUBSCRIPTIONS_READ,
        51,
    ),
    nav(
        NavPlace::Client,
        "subscriptions-nav-mine",
        "clock",
        "/me/subscriptions",
        billing::OWN_SUBSCRIPTIONS,
        51,
    ),
    nav(NavPlace::Client, "checkout-nav-my-orders", "card", "/me/orders", billing::OWN_ORDERS, 50),
    nav(NavPlace::Studio, "server-nav-clients", "users", "/studio/clients", CLIENTS_READ, 60),
    nav(NavPlace::Studio, "server-nav-automations", "bolt", "/studio/automations", AUTOMATIONS_READ, 80),
    nav(NavPlace::Studio, "server-nav-settings", "settings", "/studio/settings", SETTINGS_READ, 90),
    nav(NavPlace::Public, "server-nav-studio", "home", "/studio", STUDIO_READ, 100),
    nav(NavPlace::Client, "server-nav-studio", "external", "/studio", STUDIO_READ, 100),
    nav(NavPlace::Client, "server-nav-me", "home", "/me", ME_READ, 0),
];

/// Pages that lie in an item by what they are about, not by their address: paying belongs to orders.
pub const LIES_IN: &[(&str, &str)] = &[
    ("/studio/payments", "/studio/orders"),
    ("/studio/offers/payments", "/studio/orders"),
    ("/studio/offers/taxes", "/studio/orders"),
    ("/me/payment-methods", "/me/subscriptions"),
];

const fn nav(
    place: NavPlace,
    label: &'static str,
    icon: &'static str,
    path: &'static str,
    permission: Permission,
    order: i32,
) -> NavItem {
    NavItem { place, label, icon, path, permission, order }
}
