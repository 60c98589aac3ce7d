use super::OfferId;

/// Where something in a list shall go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// One step towards the beginning.
    Up,
    /// One step towards the end.
    Down,
    /// In front of another one.
    Before(OfferId),
    /// Behind all others.
    Last,
}

/// The list with one of it in its new place; `None`: it is not in the list, or the one it shall stand in front of is not.
pub(crate) fn placed(list: &[OfferId], one: OfferId, to: Place) -> Option<Vec<OfferId>> {
    let from = list.iter().position(|id| *id == one)?;
    let mut rest: Vec<OfferId> = list.iter().copied().filter(|id| *id != one).collect();
    let at = match to {
        Place::Up => from.saturating_sub(1),
        Place::Down => (from + 1).min(rest.len()),
        Place::Before(other) if other == one => from,
        Place::Before(other) => rest.iter().position(|id| *id == other)?,
        Place::Last => rest.len(),
    };
    rest.insert(at, one);
    Some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: usize) -> OfferId {
        format!("off_{number:032x}").parse().unwrap()
    }

    proptest! {
        #[test]
        fn a_move_keeps_all_others_in_order(count in 1..12_usize, one in 0..12_usize, other in 0..12_usize, kind in 0..4_u8) {
            let list: Vec<OfferId> = (0..count).map(id).collect();
            let to = match kind { 0 => Place::Up, 1 => Place::Down, 2 => Place::Before(id(other)), _ => Place::Last };
            let after = placed(&list, id(one), to);
            let known = one < count && (kind != 2 || other < count);
            prop_assert_eq!(after.is_some(), known);
            let Some(after) = after else { return Ok(()) };
            let without = |all: &[OfferId]| all.iter().copied().filter(|each| *each != id(one)).collect::<Vec<_>>();
            prop_assert_eq!(without(&after), without(&list));
            let at = after.iter().position(|each| *each == id(one)).unwrap();
            match to {
                Place::Up => prop_assert_eq!(at, one.saturating_sub(1)),
                Place::Down => prop_assert_eq!(at, (one + 1).min(count - 1)),
                Place::Last => prop_assert_eq!(at, count - 1),
                Place::Before(before) if before != id(one) => prop_assert_eq!(after[at + 1], before),
                Place::Before(_) => prop_assert_eq!(at, one),
            }
        }
        #[test]
        fn down_undoes_up(count in 2..12_usize, one in 1..12_usize) {
            let list: Vec<OfferId> = (0..count).map(id).collect();
            let one = id(one.min(count - 1));
            let up = placed(&list, one, Place::Up).unwrap();
            prop_assert_eq!(placed(&up, one, Place::Down).unwrap(), list);
        }
    }
}
