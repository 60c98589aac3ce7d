use billing::{
    Method, ORDERS_EXPORT, Payouts,
    office::{self, Taken},
};
use events::Instant;
use jiff::{Span, ToSpan, civil::Date, tz::TimeZone};
use kernel::{Ctx, Problem};

/// So many months are shown, this one included.
const MONTHS: i64 = 12;

/// What came in and went back in a month of the business's zone.
#[derive(Clone, Debug)]
pub(crate) struct Month {
    pub(crate) from: Instant,
    pub(crate) first: Date,
    pub(crate) last: Date,
    pub(crate) taken: Vec<Taken>,
}

/// What came in, and what providers hold.
#[derive(Clone, Debug)]
pub(crate) struct PayoutsOverview {
    /// The newest first.
    pub(crate) months: Vec<Month>,
    /// By way to pay; none where the provider could not be asked.
    pub(crate) held: Vec<(Method, Option<Payouts>)>,
}

/// What came in and went back in the last months, and what providers hold and paid out.
///
/// Invariant: providers are asked with no transaction open, and one that is away does not keep the rest from being shown.
pub(crate) async fn payouts(ctx: &Ctx) -> Result<PayoutsOverview, Problem> {
    let zone = TimeZone::get(&ctx.tenant().zone).unwrap_or(TimeZone::UTC);
    let spans = months(ctx.now(), &zone).ok_or_else(|| Problem::internal("no such month"))?;
    let months = ctx.tx(ORDERS_EXPORT, async |tx| {
        let mut months = Vec::new();
        for (first, last, from, until) in spans {
            months.push(Month { from, first, last, taken: office::taken(tx, from, until).await? });
        }
        Ok::<_, Problem>(months)
    });
    let mut months = months.await?;
    while months.len() > 1 && months.last().is_some_and(|month| month.taken.is_empty()) {
        months.pop();
    }
    let mut held = Vec::new();
    for method in Method::ALL.iter().copied() {
        let Ok(provider) = billing::installed().of(method) else { continue };
        match provider.payouts(ctx).await {
            Ok(None) => {}
            Ok(Some(payouts)) => held.push((method, Some(payouts))),
            Err(error) => {
                tracing::warn!(%method, %error, "payouts can't be shown");
                held.push((method, None));
            }
        }
    }
    Ok(PayoutsOverview { months, held })
}

/// First and last day of the latest months, and where they begin and end; the newest first.
fn months(now: Instant, zone: &TimeZone) -> Option<Vec<(Date, Date, Instant, Instant)>> {
    let this = now.timestamp().to_zoned(zone.clone()).date().first_of_month();
    let begin = |day: Date| Some(Instant::new(day.to_zoned(zone.clone()).ok()?.timestamp()));
    (0..MONTHS)
        .map(|back| {
            let first = this.checked_sub(Span::new().try_months(back).ok()?).ok()?;
            let next = first.checked_add(1.month()).ok()?;
            Some((first, next.yesterday().ok()?, begin(first)?, begin(next)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_months_without_gaps() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let all = months("2026-03-31T23:30:00Z".parse().unwrap(), &zone).unwrap();
        assert_eq!(all.len(), 12);
        assert_eq!(all[0].0.to_string(), "2026-04-01", "half past midnight in summer time");
        assert_eq!(all[0].2.to_string(), "2026-03-31T23:00:00Z");
        assert_eq!(all[1].1.to_string(), "2026-03-31");
        assert!(all.windows(2).all(|pair| pair[0].2 == pair[1].3), "each ends where the next begins");
    }
}
