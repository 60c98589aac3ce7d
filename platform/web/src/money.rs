//! Amounts of money as people read them. Amounts are integers of minor units (ISO 4217).

use serde_json::json;

use crate::{Texts, WebError};

/// How many digits of a currency's amount are minor units.
pub(crate) fn exponent(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// The sign that English readers know a currency by.
pub(crate) fn symbol(currency: &str) -> Option<&'static str> {
    Some(match currency {
        "AUD" => "A$",
        "BRL" => "R$",
        "CAD" => "CA$",
        "CNY" => "CN¥",
        "EUR" => "€",
        "GBP" => "£",
        "HKD" => "HK$",
        "ILS" => "₪",
        "INR" => "₹",
        "JPY" => "¥",
        "KRW" => "₩",
        "MXN" => "MX$",
        "NZD" => "NZ$",
        "PHP" => "₱",
        "TWD" => "NT$",
        "USD" => "$",
        "VND" => "₫",
        _ => return None,
    })
}

/// The digits of an amount: `group` between thousands, `point` before minor units.
pub(crate) fn digits(amount: i64, exponent: usize, group: &str, point: &str) -> String {
    let all = format!("{:0>width$}", amount.unsigned_abs(), width = exponent + 1);
    let (whole, minor) = all.split_at(all.len() - exponent);
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            out.push_str(group);
        }
        out.push(digit);
    }
    if exponent > 0 {
        out.push_str(point);
        out.push_str(minor);
    }
    out
}

/// `£1,234.50`, `−£5.00`, `CHF 45.00`; `short` leaves out minor units that are zero.
pub(crate) fn format(
    texts: &Texts,
    locale: &str,
    amount: i64,
    currency: &str,
    short: bool,
) -> Result<String, WebError> {
    let exponent = exponent(currency);
    let group = texts.get(locale, "web-number-group", &json!({}))?;
    let point = texts.get(locale, "web-number-point", &json!({}))?;
    let mut number = digits(amount, exponent, &group, &point);
    let zeros = format!("{point}{}", "0".repeat(exponent));
    if short && exponent > 0 && number.ends_with(&zeros) {
        number.truncate(number.len() - zeros.len());
    }
    let args = json!({ "number": number, "symbol": symbol(currency).unwrap_or(currency) });
    let key = if symbol(currency).is_some() { "web-money-symbol" } else { "web-money-code" };
    let text = texts.get(locale, key, &args)?;
    if amount < 0 { texts.get(locale, "web-money-negative", &json!({ "money": text })) } else { Ok(text) }
}
