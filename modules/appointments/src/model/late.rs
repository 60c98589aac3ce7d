//! A start that was agreed once and is wanted again.

use availability::Closing;
use events::Instant;
use kernel::Problem;

use super::offer::{Asked, Offer};

impl Offer {
    /// Whether all of these coaches have a start on offer, or would have if it were further ahead: for one that was agreed
    /// in time and let go since.
    ///
    /// # Errors
    /// 500 when the stored rules are none.
    pub(crate) fn is_open_but_for_notice(&self, asked: Asked<'_>, start: Instant) -> Result<bool, Problem> {
        let notice = |rule: &Closing| matches!(rule, Closing::Notice { .. });
        let explained = self.explain(asked, start)?;
        Ok(explained.is_some_and(|answer| answer.hosts.iter().all(|host| host.closed_by.iter().all(notice))))
    }
}
