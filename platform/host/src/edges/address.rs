//! Who asks.

use std::{net::IpAddr, str::FromStr};

use poem::http::HeaderMap;

/// A range of addresses: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    mask: u128,
}

/// The text is not a range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address or a range like 10.0.0.0/8")]
pub struct BadNetwork(String);

impl FromStr for Network {
    type Err = BadNetwork;
    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let wrong = || BadNetwork(text.to_owned());
        let (address, length) =
            text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let own = if address.is_ipv4() { 32 } else { 128 };
        let length: u32 = length.map_or(Ok(own), |length| length.trim().parse().map_err(|_| wrong()))?;
        if length > own {
            return Err(wrong());
        }
        let host_bits = own - length;
        let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
        Ok(Self { bits: wide(address) & mask, mask })
    }
}

impl Network {
    /// Whether an address lies in the range.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        wide(address) & self.mask == self.bits
    }
}

/// IPv4 addresses as IPv6 sees them, so that `::ffff:10.0.0.1` is `10.0.0.1`.
fn wide(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The caller's address. `X-Forwarded-For` is read from its end: each trusted proxy vouches for the entry it added, and
/// the first one that no trusted proxy vouches for is the caller.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.holds(address));
    let lines = headers.get_all("x-forwarded-for").iter().rev().filter_map(|line| line.to_str().ok());
    let mut address = peer.to_canonical();
    for entry in lines.flat_map(|line| line.rsplit(',')) {
        if !is_trusted(address) {
            break;
        }
        match entry.trim().parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

/// What an address is limited as: itself, or its /64 (one household) for IPv6.
pub(crate) fn limited_as(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:x}", v6.to_bits() >> 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }
    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn ranges() {
        assert!(
            network("10.0.0.0/8").holds(ip("10.255.1.2")) && !network("10.0.0.0/8").holds(ip("11.0.0.1"))
        );
        assert!(
            network("127.0.0.1").holds(ip("::ffff:127.0.0.1"))
                && !network("127.0.0.1").holds(ip("127.0.0.2"))
        );
        assert!(
            network("2001:db8::/32").holds(ip("2001:db8:1::1"))
                && !network("2001:db8::/32").holds(ip("2001:db9::"))
        );
        assert!(network("::/0").holds(ip("1.2.3.4")) && network("0.0.0.0/0").holds(ip("1.2.3.4")));
        assert!(!network("0.0.0.0/0").holds(ip("2001:db8::1")));
        for bad in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "localhost", "10.0.0.0/-1"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn forwarded_addresses_are_believed_as_far_as_proxies_are_trusted() {
        let of = |peer: &str, lines: &[&str], trusted: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            let trusted: Vec<_> = trusted.iter().map(|text| network(text)).collect();
            client(ip(peer), &headers, &trusted).to_string()
        };
        assert_eq!(of("9.9.9.9", &["1.1.1.1"], &[]), "9.9.9.9", "anyone can write the header");
        assert_eq!(
            of("10.0.0.1", &["6.6.6.6, 1.1.1.1"], &["10.0.0.0/8"]),
            "1.1.1.1",
            "what the caller wrote himself"
        );
        assert_eq!(of("10.0.0.1", &["6.6.6.6, 1.1.1.1, 10.0.0.2"], &["10.0.0.0/8"]), "1.1.1.1");
        assert_eq!(
            of("10.0.0.1", &["6.6.6.6", "1.1.1.1"], &["10.0.0.0/8"]),
            "1.1.1.1",
            "several lines are one list"
        );
        assert_eq!(of("10.0.0.1", &["nonsense"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(limited_as(ip("2001:db8:1:2:3::4")), limited_as(ip("2001:db8:1:2::9")));
        assert_ne!(limited_as(ip("2001:db8:1:2:3::4")), limited_as(ip("2001:db8:1:3::9")));
    }
}
