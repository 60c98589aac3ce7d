crate::text_enum! {
    /// State of an order.
    pub enum Status {
        /// Being put together, inside the transaction that places it.
        Draft = "draft",
        /// Waits for its payment; what it reserves is kept until it expires.
        PendingPayment = "pending_payment",
        /// Paid in full, or free.
        Paid = "paid",
        /// Part of the money went back.
        PartiallyRefunded = "partially_refunded",
        /// All of the money went back.
        Refunded = "refunded",
        /// Given up by the client or by staff before it was paid.
        Cancelled = "cancelled",
        /// Not paid in time.
        Expired = "expired",
    }
}

impl Status {
    /// The one table of what may follow. A payment that comes late finds an expired order, and may still pay it when the
    /// seller can keep the promise.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use Status::{Cancelled, Draft, Expired, Paid, PartiallyRefunded, PendingPayment, Refunded};
        matches!(
            (self, next),
            (Draft, PendingPayment | Paid | Cancelled | Expired)
                | (PendingPayment, Paid | Cancelled | Expired)
                | (Expired, Paid)
                | (Paid, PartiallyRefunded | Refunded)
                | (PartiallyRefunded, PartiallyRefunded | Refunded)
        )
    }
    /// Whether it waits for money and holds what it reserved.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::PendingPayment)
    }
    /// Whether the money came in, whatever happened to it since.
    #[must_use]
    pub const fn was_paid(self) -> bool {
        matches!(self, Self::Paid | Self::PartiallyRefunded | Self::Refunded)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_round_trip() {
        for status in Status::ALL {
            assert_eq!(status.code().parse(), Ok(*status));
        }
        assert!("settled".parse::<Status>().is_err());
    }
    #[test]
    fn ends_are_ends() {
        for next in Status::ALL {
            assert!(!Status::Refunded.may_become(*next), "{next}");
            assert!(!Status::Cancelled.may_become(*next), "{next}");
            assert!(!next.may_become(Status::Draft), "{next}");
        }
    }
    proptest! {
        /// Whatever is tried in whatever order: money that came in is never forgotten, and an order is paid at most once.
        #[test]
        fn paid_is_reached_once_and_kept(tries in proptest::collection::vec(0..Status::ALL.len(), 0..40)) {
            let (mut now, mut times_paid) = (Status::Draft, 0);
            for next in tries.into_iter().map(|index| Status::ALL[index]) {
                if !now.may_become(next) {
                    continue;
                }
                prop_assert!(!now.was_paid() || next.was_paid());
                times_paid += i32::from(next == Status::Paid);
                now = next;
            }
            prop_assert!(times_paid <= 1);
            prop_assert_eq!(now.was_paid(), times_paid == 1);
        }
    }
}
