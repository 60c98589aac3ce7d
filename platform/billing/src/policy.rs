//! Permissions of paying, which are the platform's: they hold whatever modules are on. The host says who has them.

use kernel::Permission;

/// See all orders of the business.
pub const ORDERS_READ: Permission = Permission("platform:orders:read");
/// Take lists of orders, payments and refunds away as files, and see what came in and was paid out.
pub const ORDERS_EXPORT: Permission = Permission("platform:orders:export");
/// Mark orders as paid, and cancel them.
pub const ORDERS_WRITE: Permission = Permission("platform:orders:write");
/// Give money back.
pub const REFUNDS_WRITE: Permission = Permission("platform:refunds:write");
/// Choose how clients can pay.
pub const PAYMENTS_WRITE: Permission = Permission("platform:payments:write");
/// See, pay and cancel an order whose link one has.
pub const ORDER_LINK: Permission = Permission("platform:order_link:use");
/// See one's own orders.
pub const OWN_ORDERS: Permission = Permission("platform:own_orders:read");
/// End orders in time, ask providers for refunds, tell people; jobs only.
pub const BILLING_RUN: Permission = Permission("platform:billing:run");
/// See all subscriptions of the business.
pub const SUBSCRIPTIONS_READ: Permission = Permission("platform:subscriptions:read");
/// Pause, resume, change and end subscriptions.
pub const SUBSCRIPTIONS_WRITE: Permission = Permission("platform:subscriptions:write");
/// See one's own subscriptions and what one saved to pay with, and do with them what the plan allows.
pub const OWN_SUBSCRIPTIONS: Permission = Permission("platform:own_subscriptions:use");
