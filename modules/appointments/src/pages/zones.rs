//! The viewer's zone: chosen on the page, remembered in a cookie, else the business's own. The browser tells its own zone
//! by that cookie, and a link says the zone only where the cookie would not: so neither a guess nor a link that somebody
//! passes on is taken for a choice.

use kernel::Ctx;
use poem::{
    IntoResponse, Response,
    http::{HeaderMap, HeaderValue, header},
};

use super::views::Choice;

/// Zones offered by name. Whoever lives in another one has it by the cookie that the browser's own zone sets.
const COMMON: [&str; 90] = [
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Vancouver",
    "America/Tijuana",
    "America/Denver",
    "America/Phoenix",
    "America/Edmonton",
    "America/Chicago",
    "America/Mexico_City",
    "America/Winnipeg",
    "America/Guatemala",
    "America/New_York",
    "America/Toronto",
    "America/Detroit",
    "America/Bogota",
    "America/Lima",
    "America/Panama",
    "America/Jamaica",
    "America/Halifax",
    "America/Caracas",
    "America/La_Paz",
    "America/Puerto_Rico",
    "America/Santiago",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "America/Montevideo",
    "America/Asuncion",
    "Atlantic/Azores",
    "Atlantic/Cape_Verde",
    "Atlantic/Reykjavik",
    "Europe/Lisbon",
    "Europe/Dublin",
    "Europe/London",
    "Africa/Casablanca",
    "Africa/Accra",
    "Africa/Dakar",
    "Africa/Algiers",
    "Africa/Lagos",
    "Africa/Tunis",
    "Europe/Amsterdam",
    "Europe/Belgrade",
    "Europe/Berlin",
    "Europe/Brussels",
    "Europe/Budapest",
    "Europe/Copenhagen",
    "Europe/Madrid",
    "Europe/Oslo",
    "Europe/Paris",
    "Europe/Prague",
    "Europe/Rome",
    "Europe/Stockholm",
    "Europe/Vienna",
    "Europe/Warsaw",
    "Europe/Zurich",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Europe/Athens",
    "Europe/Bucharest",
    "Europe/Helsinki",
    "Europe/Kyiv",
    "Africa/Nairobi",
    "Asia/Riyadh",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Tbilisi",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Tashkent",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Almaty",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Ho_Chi_Minh",
    "Asia/Hong_Kong",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Manila",
    "Asia/Seoul",
    "Asia/Tokyo",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
];
const YEAR_SECONDS: u32 = 31_536_000;

/// Whether a name is an IANA zone.
fn is_zone(name: &str) -> bool {
    name.len() <= 64 && jiff::tz::TimeZone::get(name).is_ok()
}

/// The zone of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageZone {
    pub name: String,
    /// The parameter of the page's links; empty where the browser remembers the zone, or it is the business's anyway.
    pub link: String,
    /// Nobody has said anything: it is the business's, until the browser tells its own.
    pub guessed: bool,
}

/// The zone of a page whose address may name one.
pub(super) fn of(ctx: &Ctx, asked: Option<&str>, headers: &HeaderMap) -> PageZone {
    of_or(asked, headers, &ctx.tenant().zone)
}

/// The same, with another zone for who has chosen none.
pub(super) fn of_or(asked: Option<&str>, headers: &HeaderMap, otherwise: &str) -> PageZone {
    pick(asked, cookie(headers).as_deref(), otherwise)
}

fn pick(asked: Option<&str>, remembered: Option<&str>, own: &str) -> PageZone {
    let (asked, remembered) = (asked.filter(|zone| is_zone(zone)), remembered.filter(|zone| is_zone(zone)));
    let otherwise = remembered.unwrap_or(own);
    let link = asked.filter(|zone| *zone != otherwise).unwrap_or_default();
    PageZone {
        name: asked.unwrap_or(otherwise).to_owned(),
        link: link.to_owned(),
        guessed: asked.is_none() && remembered.is_none(),
    }
}

/// The zone in which to show times.
pub(super) fn viewer(ctx: &Ctx, asked: Option<&str>, headers: &HeaderMap) -> String {
    of(ctx, asked, headers).name
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(header::COOKIE)?.to_str().ok()?;
    let value = header.split(';').find_map(|pair| pair.trim().strip_prefix("zone="))?;
    Some(value.replace("%2F", "/").replace("%2B", "+"))
}

/// The answer, and the zone that was chosen in the page's form remembered for a year.
pub(super) fn remember(answer: impl IntoResponse, asked: Option<&str>) -> Response {
    let mut response = answer.into_response();
    if let Some(zone) = asked.filter(|zone| is_zone(zone)) {
        let cookie = format!("zone={zone}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax");
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// The zones to choose from: the common ones, those of the viewer and of the business.
pub(super) fn choices(ctx: &Ctx, chosen: &str) -> Vec<Choice> {
    let mut names: Vec<&str> = COMMON.to_vec();
    for extra in [ctx.tenant().zone.as_str(), chosen] {
        if !names.contains(&extra) {
            names.push(extra);
        }
    }
    names.sort_unstable();
    let choice = |name: &str| Choice {
        value: name.to_owned(),
        label: name.replace('_', " "),
        current: name == chosen,
    };
    names.into_iter().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_on_offer_exists_once() {
        let mut seen = std::collections::BTreeSet::new();
        for name in COMMON {
            assert!(is_zone(name) && seen.insert(name), "{name}");
        }
    }

    #[test]
    fn links_name_the_zone_only_where_nothing_else_does() {
        let zone = |asked, remembered| {
            let zone = pick(asked, remembered, "Europe/London");
            (zone.name, zone.link, zone.guessed)
        };
        let expected = |name: &str, link: &str, guessed| (name.to_owned(), link.to_owned(), guessed);
        assert_eq!(zone(None, None), expected("Europe/London", "", true));
        assert_eq!(zone(None, Some("Asia/Tokyo")), expected("Asia/Tokyo", "", false));
        assert_eq!(zone(Some("Asia/Tokyo"), None), expected("Asia/Tokyo", "Asia/Tokyo", false));
        assert_eq!(zone(Some("Asia/Tokyo"), Some("Asia/Tokyo")), expected("Asia/Tokyo", "", false));
        let both = zone(Some("Europe/London"), Some("Asia/Tokyo"));
        assert_eq!(both, expected("Europe/London", "Europe/London", false));
        assert_eq!(zone(Some("Mars/Base"), Some("x")), expected("Europe/London", "", true));
    }

    #[test]
    fn a_cookie_is_read_as_browsers_write_it() {
        let headers =
            |text: &'static str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(text))]);
        assert_eq!(cookie(&headers("a=b; zone=Europe%2FParis")).as_deref(), Some("Europe/Paris"));
        assert_eq!(cookie(&headers("zone=Europe/Paris; x=y")).as_deref(), Some("Europe/Paris"));
        assert_eq!(cookie(&headers("timezone=Europe/Paris")), None);
    }
}
