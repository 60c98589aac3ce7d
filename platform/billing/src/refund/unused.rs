use events::{OrderId, OrderLineId};
use kernel::{Problem, Tx};

use super::{
    Refund, Why,
    ask::{Wanted, go},
    lines::{LineBack, lines_back},
    read::{by_source, refundable},
};
use crate::{PaymentStatus, by_id, dues, lines, lock, payments, rules_of, subscriptions::share};

/// How much of what a line gave is unused, as the module says that sold it: seven of ten credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The line.
    pub line: OrderLineId,
    /// What can still be used.
    pub unused: i64,
    /// What was given.
    pub of: i64,
}

/// The same with what it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnusedWorth {
    /// How much of what.
    pub part: Unused,
    /// Minor units: the part of what was paid for the line, half up, and at most what is left of it.
    pub amount: i64,
}

/// What the unused part of each line is worth, as far as money came for it: of a line that is paid in parts, what was paid so
/// far counts. Lines that gave nothing that can be counted are left out, and so is what is worth nothing.
///
/// # Errors
/// 404 for an unknown order, and what the selling module's rule answers.
pub async fn unused(tx: &mut Tx, order: OrderId) -> Result<Vec<UnusedWorth>, Problem> {
    let order = by_id(tx, order).await?.ok_or_else(Problem::not_found)?;
    let (back, left) = (lines_back(tx, order.id).await?, refundable(tx, order.id).await?);
    if left == 0 {
        return Ok(Vec::new());
    }
    let paid = payments(tx, order.id).await?;
    let came = paid.iter().filter(|one| one.status == PaymentStatus::Succeeded).map(|one| one.amount).sum();
    let lines: Vec<_> = back.iter().map(|one| one.line.clone()).collect();
    let parts = (rules_of(&order.module).unused)(tx, &lines).await?;
    Ok(worth(&parts, &back, Came { came, total: order.total, left }))
}

/// Gives back what is unused of each line, and takes it back: it can't be used any more, and of instalments that are open
/// nothing is owed any more for these lines. Otherwise as [`crate::refund_by_lines`].
///
/// # Errors
/// As [`crate::refund_by_lines`]; 409 `refund_nothing_unused` when it is worth nothing.
pub async fn refund_unused(
    tx: &mut Tx,
    order: OrderId,
    source: &str,
    why: Why<'_>,
) -> Result<Refund, Problem> {
    let order = lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    if let Some(before) = by_source(tx, source).await?.filter(|before| before.order_id == order.id) {
        return Ok(before);
    }
    let mut back: Vec<_> =
        unused(tx, order.id).await?.into_iter().map(|one| (one.part.line, one.amount)).collect();
    if back.is_empty() {
        return Err(Problem::conflict("refund_nothing_unused"));
    }
    let amount = back.iter().map(|(_, amount)| amount).sum();
    // Nothing more is to come of these lines, so nothing more is owed for them.
    let off = owed_for(&back, &lines_back(tx, order.id).await?, dues::to_come(tx, order.id).await?);
    for ((_, back), off) in back.iter_mut().zip(&off) {
        *back += off;
    }
    let lowers = off.iter().sum();
    let made =
        Box::pin(go(tx, order.id, Wanted { amount, lowers, lines: back.clone(), source, why })).await?;
    let mut forfeited = lines(tx, order.id).await?;
    forfeited.retain(|line| back.iter().any(|(id, _)| *id == line.id));
    (rules_of(&order.module).forfeit)(tx, &order, &forfeited).await?;
    Ok(made)
}

/// How much of what is still to come is for each of these lines, of which so much goes back as money: in proportion to what is
/// left of all lines then, rounded down, and all of it when no other line has anything left. Never more than is left of a
/// line. Pure.
fn owed_for(back: &[(OrderLineId, i64)], lines: &[LineBack], to_come: i64) -> Vec<i64> {
    let money = |id: OrderLineId| back.iter().find(|(line, _)| *line == id).map_or(0, |(_, amount)| *amount);
    let left = |one: &LineBack| i128::from((one.left() - money(one.line.id)).max(0));
    let whole: i128 = lines.iter().map(left).sum();
    let of = |id: &OrderLineId| lines.iter().find(|one| one.line.id == *id).map_or(0, left);
    let others = whole > back.iter().map(|(id, _)| of(id)).sum();
    let mut rest = i128::from(to_come.max(0)).min(whole);
    let wanted = rest;
    let mut off: Vec<i64> = Vec::new();
    for (id, _) in back {
        let part = (wanted * of(id)).checked_div(whole).unwrap_or(0);
        rest -= part;
        off.push(i64::try_from(part).unwrap_or(0));
    }
    if !others {
        // What rounding left over: no other line is there that it could be for.
        for (part, (id, _)) in off.iter_mut().zip(back) {
            let more = rest.min(of(id) - i128::from(*part));
            rest -= more;
            *part += i64::try_from(more).unwrap_or(0);
        }
    }
    off
}

/// The money of an order: what came, of how much, and what can still go back.
#[derive(Clone, Copy, Debug)]
struct Came {
    came: i64,
    total: i64,
    left: i64,
}

/// Pure. Together never more than can still go back.
fn worth(parts: &[Unused], lines: &[LineBack], money: Came) -> Vec<UnusedWorth> {
    let mut left = money.left;
    let mut all = Vec::new();
    for part in parts {
        let Some(line) = lines.iter().find(|one| one.line.id == part.line) else { continue };
        let paid = share(line.line.payable(), money.came.clamp(0, money.total), money.total);
        let amount = share(paid, part.unused.clamp(0, part.of), part.of).min(line.left()).min(left);
        if amount > 0 {
            left -= amount;
            all.push(UnusedWorth { part: *part, amount });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{LineRole, OrderLine};

    fn line(number: u128, amount: i64, back: i64) -> LineBack {
        let line = OrderLine {
            id: events::Id::from_uuid(uuid::Uuid::from_u128(number)),
            order_id: events::Id::from_uuid(uuid::Uuid::from_u128(9)),
            module: "packages".into(),
            item: "prd".into(),
            name: "Ten classes".into(),
            unit_price: amount,
            quantity: 1,
            amount,
            detail: serde_json::Value::Null,
            role: LineRole::Item,
            taken_off: 0,
            voucher: 0,
            tax: 0,
            tax_name: String::new(),
            tax_bp: 0,
            tax_inclusive: true,
        };
        LineBack { line, back }
    }
    fn part(line: &LineBack, unused: i64, of: i64) -> Unused {
        Unused { line: line.line.id, unused, of }
    }

    #[test]
    fn a_deposit_goes_back_in_proportion() {
        let ten = line(1, 10_000, 0);
        let amounts = |parts: &[Unused], line: &LineBack, money| -> Vec<i64> {
            worth(parts, std::slice::from_ref(line), money).iter().map(|one| one.amount).collect()
        };
        let deposit = Came { came: 2_500, total: 10_000, left: 2_500 };
        assert_eq!(amounts(&[part(&ten, 7, 10)], &ten, deposit), [1_750], "three of ten sessions were held");
        let whole = Came { came: 10_000, total: 10_000, left: 10_000 };
        assert_eq!(amounts(&[part(&ten, 1, 3)], &ten, whole), [3_333]);
        assert_eq!(amounts(&[part(&ten, 2, 3)], &ten, whole), [6_667], "half up");
        assert_eq!(amounts(&[part(&ten, 0, 10)], &ten, whole), Vec::<i64>::new());
        let back = line(1, 10_000, 9_000);
        assert_eq!(amounts(&[part(&back, 7, 10)], &back, whole), [1_000], "no more than is left");
    }
    #[test]
    fn what_is_owed_for_other_lines_stays_owed() {
        let (ten, towel) = (line(1, 10_000, 0), line(2, 5_000, 0));
        let lines = [ten.clone(), towel];
        // A third was paid; seven of ten are unused: £23.33 of the £33.33 that were paid for them go back.
        assert_eq!(owed_for(&[(ten.line.id, 2_333)], &lines, 10_000), [6_052]);
        assert_eq!(owed_for(&[(ten.line.id, 2_333)], &lines[..1], 6_667), [6_667], "no other line");
        assert_eq!(owed_for(&[(ten.line.id, 2_333)], &lines, 0), [0]);
    }
    proptest! {
        #[test]
        fn never_more_is_let_off_than_is_left(
            all in proptest::collection::vec((1..=100_000_i64, 0..=100_i64, 0..=100_i64, any::<bool>()), 1..6), percent in 0..=100_i64,
        ) {
            let lines: Vec<LineBack> = all.iter().zip(1_u128..).map(|((amount, back, ..), id)| line(id, *amount, amount * back / 100)).collect();
            let back: Vec<_> = lines.iter().zip(&all).filter(|(_, one)| one.3)
                .map(|(line, one)| (line.line.id, line.left() * one.2 / 100)).collect();
            let to_come = lines.iter().map(LineBack::left).sum::<i64>() * percent / 100;
            let off = owed_for(&back, &lines, to_come);
            prop_assert!(off.iter().sum::<i64>() <= to_come);
            for ((id, money), off) in back.iter().zip(&off) {
                let line = lines.iter().find(|one| one.line.id == *id).unwrap();
                prop_assert!(*off >= 0 && money + off <= line.left());
            }
            if back.len() == lines.len() {
                let rest: i64 = lines.iter().map(LineBack::left).sum::<i64>() - back.iter().map(|one| one.1).sum::<i64>();
                prop_assert_eq!(off.iter().sum::<i64>(), to_come.min(rest), "of all lines all is let off");
            }
        }
        #[test]
        fn never_more_than_came(
            all in proptest::collection::vec((1..=1_000_000_i64, 0..=20_i64, 1..=20_i64, 0..=100_i64), 1..6), percent in 0..=100_i64,
        ) {
            let lines: Vec<LineBack> = all.iter().zip(1_u128..).map(|((amount, _, _, back), id)| line(id, *amount, amount * back / 100)).collect();
            let parts: Vec<Unused> = lines.iter().zip(&all).map(|(line, (_, unused, of, _))| part(line, *unused, *of)).collect();
            let total: i64 = all.iter().map(|one| one.0).sum();
            let came = total * percent / 100;
            let back: i64 = lines.iter().map(|one| one.back).sum();
            let left = (came - back).max(0);
            let worth = worth(&parts, &lines, Came { came, total, left });
            prop_assert!(worth.iter().map(|one| one.amount).sum::<i64>() <= left);
            for one in &worth {
                let line = lines.iter().find(|line| line.line.id == one.part.line).unwrap();
                prop_assert!(one.amount > 0 && one.amount <= line.left());
            }
        }
    }
}
