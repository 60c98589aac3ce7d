//! Helpers that turn values into texts.

use handlebars::RenderError;
use jiff::Zoned;
use serde_json::{Value, json};

use super::call::{Call, fail, web};
use crate::money as amounts;
use crate::when::{self, DateStyle};

type Out = Result<Value, RenderError>;

/// `{{t "key" name=value}}`
pub(crate) fn text(call: &Call<'_, '_>) -> Out {
    Ok(Value::String(call.text(call.need_str(0)?, &call.all_named())?))
}

/// `{{url "/book"}}`: a path below the tenant's prefix.
pub(crate) fn url(call: &Call<'_, '_>) -> Out {
    let path = call.need_str(0)?;
    let base = call.shell("base");
    Ok(Value::String(if path == "/" && !base.is_empty() { base.to_owned() } else { format!("{base}{path}") }))
}

/// `{{asset "app.css"}}`
pub(crate) fn asset(call: &Call<'_, '_>) -> Out {
    let name = call.need_str(0)?;
    call.tools.assets.url(name).map(Value::String).ok_or_else(|| fail(format!("no asset {name}")))
}

/// `{{money price}}` or `{{money amount currency}}`
pub(crate) fn money(call: &Call<'_, '_>) -> Out {
    let first = call.need(0)?;
    let (amount, currency) = if first.is_object() {
        (first.get("amount").and_then(Value::as_i64), first.get("currency").and_then(Value::as_str))
    } else {
        (first.as_i64(), call.param(1).and_then(Value::as_str))
    };
    let (Some(amount), Some(currency)) = (amount, currency) else {
        return Err(fail(format!("money wants {{amount, currency}} or two parameters, got {first}")));
    };
    let short = call.flag("short").unwrap_or(false);
    let text = amounts::format(&call.tools.texts, call.locale(), amount, currency, short);
    text.map(Value::String).map_err(|e| web(&e))
}

fn instant(call: &Call<'_, '_>, index: usize, zone_index: usize) -> Result<Zoned, RenderError> {
    let zone = call.param(zone_index).and_then(Value::as_str).unwrap_or_else(|| call.shell("zone"));
    when::at(call.need_str(index)?, if zone.is_empty() { "UTC" } else { zone }).map_err(fail)
}

fn day(call: &Call<'_, '_>, at: &Zoned, style: DateStyle) -> Result<String, RenderError> {
    when::date(&call.tools.texts, call.locale(), at, style).map_err(|e| web(&e))
}

fn clock(call: &Call<'_, '_>, at: &Zoned) -> Result<String, RenderError> {
    when::clock(&call.tools.texts, call.locale(), at).map_err(|e| web(&e))
}

fn with_zone(call: &Call<'_, '_>, clock: String, at: &Zoned) -> Result<String, RenderError> {
    if call.flag("named") == Some(false) {
        return Ok(clock);
    }
    when::named(&call.tools.texts, call.locale(), &clock, at).map_err(|e| web(&e))
}

/// `{{datetime ts zone}}`
pub(crate) fn datetime(call: &Call<'_, '_>) -> Out {
    let at = instant(call, 0, 1)?;
    let style = if call.named_str("style") == Some("short") { DateStyle::Short } else { DateStyle::Long };
    let time = with_zone(call, clock(call, &at)?, &at)?;
    let args = json!({ "date": day(call, &at, style)?, "time": time });
    Ok(Value::String(call.text("web-datetime", &args)?))
}

/// `{{date ts zone style="short"}}`
pub(crate) fn date(call: &Call<'_, '_>) -> Out {
    let at = instant(call, 0, 1)?;
    let name = call.named_str("style").unwrap_or("long");
    let style = DateStyle::parse(name).ok_or_else(|| fail(format!("no date style {name}")))?;
    Ok(Value::String(day(call, &at, style)?))
}

/// `{{time ts zone}}`
pub(crate) fn time(call: &Call<'_, '_>) -> Out {
    let at = instant(call, 0, 1)?;
    Ok(Value::String(with_zone(call, clock(call, &at)?, &at)?))
}

/// `{{time_range start end zone}}`
pub(crate) fn time_range(call: &Call<'_, '_>) -> Out {
    let (start, end) = (instant(call, 0, 2)?, instant(call, 1, 2)?);
    let args = json!({ "start": clock(call, &start)?, "end": clock(call, &end)? });
    Ok(Value::String(with_zone(call, call.text("web-time-range", &args)?, &end)?))
}

/// `{{zone_name zone}}`: the zone in words, for the line that says in which zone times are shown.
pub(crate) fn zone_name(call: &Call<'_, '_>) -> Out {
    let zone = call.param(0).and_then(Value::as_str).unwrap_or_else(|| call.shell("zone"));
    Ok(Value::String(zone.replace('_', " ")))
}

/// `{{duration minutes}}`
pub(crate) fn duration(call: &Call<'_, '_>) -> Out {
    let value = call.need(0)?;
    let minutes = value.as_i64().ok_or_else(|| fail(format!("duration wants minutes, got {value}")))?;
    when::duration(&call.tools.texts, call.locale(), minutes).map(Value::String).map_err(|e| web(&e))
}

fn whole(call: &Call<'_, '_>) -> Result<i64, RenderError> {
    let value = call.need(0)?;
    value.as_i64().ok_or_else(|| fail(format!("{} wants a whole number, got {value}", call.helper.name())))
}

fn signed(number: i64, digits: &str, plus: &str) -> String {
    let sign = if number > 0 {
        plus
    } else if number < 0 {
        "−"
    } else {
        ""
    };
    format!("{sign}{digits}")
}

/// `{{number count}}`: a whole number with thousands apart.
pub(crate) fn number(call: &Call<'_, '_>) -> Out {
    let number = whole(call)?;
    let digits = amounts::digits(number, 0, &call.text("web-number-group", &Value::Null)?, "");
    Ok(Value::String(signed(number, &digits, "")))
}

/// `{{percent change}}`: a signed change in percent, `+12 %`.
pub(crate) fn percent(call: &Call<'_, '_>) -> Out {
    let number = whole(call)?;
    let args = json!({ "number": signed(number, &number.unsigned_abs().to_string(), "+") });
    Ok(Value::String(call.text("web-percent", &args)?))
}
