//! What the mails say.

mod facts;
mod views;

use kernel::mail::{MailDef, MailView};

pub(crate) use facts::Facts;
pub(crate) use views::{
    Cancelled, CancelledCoach, CancelledMail, Confirmed, ConfirmedCoach, Declined, Expired, FollowUp, Held,
    Late, LateCoach, LateMail, Moved, NoteShared, Reminder, Requested, RequestedCoach, Rescheduled,
    RescheduledCoach,
};

/// All mails, for the host.
pub(crate) fn definitions() -> Vec<MailDef> {
    fn of<M: MailView>() -> MailDef {
        MailDef::of::<M>()
    }
    vec![
        of::<Cancelled>(),
        of::<CancelledCoach>(),
        of::<Confirmed>(),
        of::<ConfirmedCoach>(),
        of::<Declined>(),
        of::<Expired>(),
        of::<FollowUp>(),
        of::<Held>(),
        of::<Late>(),
        of::<LateCoach>(),
        of::<NoteShared>(),
        of::<Reminder>(),
        of::<Requested>(),
        of::<RequestedCoach>(),
        of::<Rescheduled>(),
        of::<RescheduledCoach>(),
    ]
}
