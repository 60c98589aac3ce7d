//! Whether a delivery comes from Stripe: the `Stripe-Signature` header, checked on the raw body.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Seconds that a signature may be away from now.
pub const TOLERANCE: i64 = 300;

/// Why a delivery is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// The header has no time or no signature.
    #[error("the signature can't be read")]
    Malformed,
    /// No signature of the header is that of the body with this secret.
    #[error("the signature is not that of the body")]
    Mismatch,
    /// It is right, but too far from now.
    #[error("the signature is too old")]
    TooOld,
}

/// Holds `header` (`t=…,v1=…`) against the raw body. Any of its `v1` values may match; `now` is Unix seconds, and so is
/// `tolerance`, which is none for deliveries of any age.
///
/// # Errors
/// See [`BadSignature`].
pub fn verify(
    secret: &str,
    header: &str,
    body: &[u8],
    now: i64,
    tolerance: Option<i64>,
) -> Result<(), BadSignature> {
    let mut time = None;
    let mut signatures = Vec::new();
    for (name, value) in header.split(',').filter_map(|part| part.trim().split_once('=')) {
        match name {
            "t" => time = Some(value),
            "v1" => signatures.push(value),
            _ => {}
        }
    }
    let time = time.ok_or(BadSignature::Malformed)?;
    let at: i64 = time.parse().map_err(|_| BadSignature::Malformed)?;
    if signatures.is_empty() || secret.is_empty() {
        return Err(BadSignature::Malformed);
    }
    if !signatures.iter().any(|signature| is_signature(secret, time, body, signature)) {
        return Err(BadSignature::Mismatch);
    }
    match tolerance {
        Some(tolerance) if now.abs_diff(at) > tolerance.unsigned_abs() => Err(BadSignature::TooOld),
        _ => Ok(()),
    }
}

/// Compared in constant time.
fn is_signature(secret: &str, time: &str, body: &[u8], signature: &str) -> bool {
    let Some(signature) = from_hex(signature) else { return false };
    let Ok(mut mac) = <Hmac<Sha256> as hmac::Mac>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.verify_slice(&signature).is_ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().as_chunks::<2>().0.iter();
    pairs.map(|[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const CASES: &str = include_str!("../../../tests/cases/stripe_events.json");

    #[test]
    fn published_cases_hold() {
        let cases: Value = serde_json::from_str(CASES).unwrap();
        let mut seen = 0;
        for case in cases["cases"].as_array().unwrap() {
            let input = &case["input"];
            let (Some(secret), Some(payload)) = (input["secret"].as_str(), input["payload"].as_str()) else {
                continue;
            };
            seen += 1;
            let header = input["header"].as_str().unwrap();
            let now = input["now"].as_i64().unwrap();
            let got = verify(secret, header, payload.as_bytes(), now, input["tolerance_s"].as_i64());
            match case["expected"]["result"].as_str().unwrap() {
                "ok" => assert_eq!(got, Ok(()), "{}", case["id"]),
                "too_old" | "timestamp_too_old" | "timestamp_out_of_tolerance" => {
                    assert_eq!(got, Err(BadSignature::TooOld), "{}", case["id"]);
                }
                _ => assert!(
                    matches!(got, Err(BadSignature::Mismatch | BadSignature::Malformed)),
                    "{}",
                    case["id"]
                ),
            }
        }
        assert!(seen >= 4, "{seen} cases of signatures");
    }

    fn signed(secret: &str, at: i64, body: &[u8]) -> String {
        let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{at}.").as_bytes());
        mac.update(body);
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={at},v1={hex},v0=older")
    }

    #[test]
    fn the_tolerance_ends_after_five_minutes_on_both_sides() {
        let header = signed("whsec_x", 1000, b"{}");
        for now in [700, 1000, 1300] {
            assert_eq!(verify("whsec_x", &header, b"{}", now, Some(TOLERANCE)), Ok(()));
        }
        for now in [699, 1301] {
            assert_eq!(verify("whsec_x", &header, b"{}", now, Some(TOLERANCE)), Err(BadSignature::TooOld));
        }
        assert_eq!(verify("whsec_x", &header, b"{}", i64::MAX, None), Ok(()));
        assert_eq!(verify("", &header, b"{}", 1000, None), Err(BadSignature::Malformed));
    }

    proptest! {
        #[test]
        fn what_was_signed_is_taken_and_nothing_else(body in proptest::collection::vec(any::<u8>(), 1..300), place in any::<usize>(), bit in 0..8_u8) {
            let header = signed("whsec_x", 1000, &body);
            prop_assert_eq!(verify("whsec_x", &header, &body, 1000, Some(TOLERANCE)), Ok(()));
            let mut changed = body.clone();
            let place = place % changed.len();
            changed[place] ^= 1 << bit;
            prop_assert_eq!(verify("whsec_x", &header, &changed, 1000, Some(TOLERANCE)), Err(BadSignature::Mismatch));
            prop_assert_eq!(verify("whsec_y", &header, &body, 1000, Some(TOLERANCE)), Err(BadSignature::Mismatch));
        }
        #[test]
        fn nonsense_is_refused(header in "\\PC{0,200}") {
            let read = verify("whsec_x", &header, b"{}", 1000, Some(TOLERANCE));
            prop_assert!(read.is_err());
        }
    }
}
