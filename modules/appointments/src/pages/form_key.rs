//! One-time keys of the booking form. They stay the same for one browser and one time: going back and sending the form
//! again leads to the booking that it made.

use kernel::keyed;

/// The key under which a booking is kept: of the form, for whom and what. The second and further rounds are for who books
/// again what was cancelled meanwhile.
pub(super) fn of_booking(form: &str, chosen: &[&str], round: u32) -> String {
    let plain = form.len() <= 200 && form.bytes().all(|byte| byte.is_ascii_graphic());
    if form.is_empty() || !plain {
        return form.to_owned();
    }
    let round = round.to_string();
    keyed(form, chosen.iter().copied().chain([round.as_str()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_has_its_key_and_no_key_stays_none() {
        let first = of_booking("form", &["sam@example.com"], 0);
        assert_ne!(first, of_booking("form", &["sam@example.com"], 1));
        assert_ne!(first, of_booking("form", &["ana@example.com"], 0));
        assert_eq!(of_booking("", &["sam@example.com"], 0), "");
        assert_eq!(of_booking("a b", &["sam@example.com"], 0), "a b", "refused as it was sent");
    }
}
