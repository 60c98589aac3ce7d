use events::Currency;

use super::{Every, MayCancel, OfferInput, OfferKind, OfferStatus, PlanTerms};

/// Words of the starter plans, in the language of whoever adds them: what they name → text.
pub(crate) type Words<'a> = &'a dyn Fn(&'static str) -> String;

/// The plans that most studios begin with: six weeks at once, half a year and a year by the month.
pub(crate) fn starter_plans(currency: Currency, words: Words<'_>) -> Vec<OfferInput> {
    let month = PlanTerms {
        credits_per_week: 5,
        periods: Some(6),
        may_cancel: MayCancel::AfterTerm,
        ..PlanTerms::monthly()
    };
    let six_weeks = PlanTerms {
        every: Every::Week,
        every_count: 6,
        periods: Some(1),
        may_cancel: MayCancel::Never,
        may_pause: false,
        may_change: false,
        ..month.clone()
    };
    let year = PlanTerms { periods: Some(12), ..month.clone() };
    let plan = |name: &'static str, summary: &'static str, major: i64, terms: PlanTerms| OfferInput {
        name: words(name),
        summary: words(summary),
        price: major.saturating_mul(10_i64.pow(currency.exponent())),
        status: OfferStatus::Active,
        plan: Some(terms),
        ..OfferInput::blank(OfferKind::Plan, currency)
    };
    let kickstarter = plan("kickstarter", "kickstarter_text", 297, six_weeks);
    let committed = plan("committed", "committed_text", 109, month);
    let totally = plan("totally", "totally_text", 99, year);
    vec![OfferInput { per_client: Some(1), featured: true, ..kickstarter }, committed, totally]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_make_sense_in_every_currency() {
        for code in Currency::codes() {
            let currency: Currency = code.parse().unwrap();
            let plans = starter_plans(currency, &|key| key.into());
            let unit = 10_i64.pow(currency.exponent());
            let prices: Vec<i64> = plans.iter().map(|plan| plan.price / unit).collect();
            assert_eq!(prices, [297, 109, 99], "{code}");
            for plan in plans {
                plan.checked(currency, None).unwrap();
            }
        }
    }
}
