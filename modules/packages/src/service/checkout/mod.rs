//! From a wish to an order: what it comes to, and the transaction that makes it.

mod guest;
mod input;
mod place;
mod plan;
mod pricing;

pub(crate) use input::{Buyer, CheckoutInput, Wanted};
pub(crate) use place::{checkout, ways_to_pay};
pub(in crate::service) use place::{free, sold_lines, take};
pub(crate) use plan::PlanQuote;
pub(in crate::service) use plan::{has_place, other_plans, take_place};
pub(crate) use pricing::{Beside, Priced, price};

use kernel::{Problem, Tries, TryLimit};

/// Wrong codes by one address: enough for a typing mistake, too few for a search.
const CODE_TRIES: TryLimit = TryLimit { tries: 20, seconds: 900 };

/// Does something with codes that somebody typed. Each try counts, and one whose codes are all known is taken back.
pub(crate) async fn slowed<T>(
    tries: &Tries,
    typed: bool,
    work: impl Future<Output = Result<T, Problem>>,
    unknown: impl Fn(&T) -> bool,
) -> Result<T, Problem> {
    if !typed {
        return work.await;
    }
    tries.count("code", CODE_TRIES).await?;
    let done = work.await;
    let guess = match &done {
        Ok(value) => unknown(value),
        Err(problem) => problem.fields.iter().any(|error| error.code == "code_unknown"),
    };
    if !guess {
        tries.forgive("code", CODE_TRIES).await;
    }
    done
}
