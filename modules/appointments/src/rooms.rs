//! Video rooms: one for each booking that takes place in one.

use std::sync::{LazyLock, OnceLock};

use kernel::{BoxFuture, FrameOrigin, Problem};

use crate::pages::href::encoded;

/// Somebody who enters a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest<'a> {
    /// What the others see.
    pub name: &'a str,
    /// What the room is for; its title.
    pub subject: &'a str,
}

/// The way into a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Address of the room for this guest: for a frame, and for a window of its own.
    pub url: String,
    /// The site it is on, which the room's page may show in a frame.
    pub origin: FrameOrigin,
}

/// Who makes rooms.
///
/// Invariant: nobody guesses the name of a room; whoever knows it comes in.
pub trait VideoRooms: Send + Sync {
    /// The name of a new room, made of a secret that nobody guesses. It is kept with the booking and stays the same.
    /// Called inside of a transaction: a provider that has to make the room somewhere does so in [`VideoRooms::open`].
    fn name(&self, secret: &str) -> String;
    /// Opens a room for a guest; the first time it may have to be made. No transaction is open.
    fn open<'a>(&'a self, room: &'a str, guest: Guest<'a>) -> BoxFuture<'a, Result<Door, Problem>>;
}

/// Rooms of a Jitsi Meet installation. They need no making: a room is there while somebody is in it.
#[derive(Clone, Debug)]
pub struct Jitsi {
    base_url: String,
}

impl Jitsi {
    /// At an `https` address without a slash at its end.
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        Self { base_url: base_url.into() }
    }
    fn door(&self, room: &str, guest: Guest<'_>) -> Result<Door, Problem> {
        let origin = FrameOrigin::of(&self.base_url).ok_or_else(|| Problem::internal("rooms.base_url"))?;
        // Jitsi reads its settings from the fragment, as JSON values; a fragment is not sent to the server.
        let (name, subject) = (json(guest.name), json(guest.subject));
        let url = format!(
            "{}/{}#userInfo.displayName={name}&config.subject={subject}&config.prejoinConfig.enabled=true",
            self.base_url,
            encoded(room)
        );
        Ok(Door { url, origin })
    }
}

impl VideoRooms for Jitsi {
    fn name(&self, secret: &str) -> String {
        // Jitsi takes names without regard to case.
        let plain = secret.chars().filter(char::is_ascii_alphanumeric);
        plain.map(|character| character.to_ascii_lowercase()).collect()
    }
    fn open<'a>(&'a self, room: &'a str, guest: Guest<'a>) -> BoxFuture<'a, Result<Door, Problem>> {
        Box::pin(std::future::ready(self.door(room, guest)))
    }
}

/// A text as a JSON value in an address.
fn json(text: &str) -> String {
    encoded(&serde_json::Value::from(text).to_string())
}

static INSTALLED: OnceLock<Box<dyn VideoRooms>> = OnceLock::new();
static JITSI: LazyLock<Jitsi> = LazyLock::new(|| Jitsi::new("https://meet.jit.si"));

/// The host's door: who makes rooms in this process, said once at start. Answers `false` when it was said before.
pub fn install_rooms(rooms: Box<dyn VideoRooms>) -> bool {
    INSTALLED.set(rooms).is_ok()
}

/// Who makes rooms in this process.
pub(crate) fn rooms() -> &'static dyn VideoRooms {
    match INSTALLED.get() {
        Some(rooms) => rooms.as_ref(),
        None => &*JITSI,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rooms_keep_their_secret_and_lose_their_case() {
        let rooms = Jitsi::new("https://meet.example");
        assert_eq!(rooms.name("aB3-_xY"), "ab3xy");
        assert_ne!(rooms.name(&"a".repeat(27)), rooms.name(&"b".repeat(27)));
    }

    #[test]
    fn no_name_of_a_guest_becomes_a_setting() {
        let rooms = Jitsi::new("https://meet.example/x");
        let guest = Guest { name: "Sam \"&config.evil=true#", subject: "Intro call" };
        let door = rooms.door("ab3xy", guest).unwrap();
        assert_eq!(door.origin.as_str(), "https://meet.example");
        let (address, settings) = door.url.split_once('#').unwrap();
        assert_eq!(address, "https://meet.example/x/ab3xy");
        let names: Vec<&str> = settings.split('&').filter_map(|pair| pair.split('=').next()).collect();
        assert_eq!(names, ["userInfo.displayName", "config.subject", "config.prejoinConfig.enabled"]);
        assert!(settings.contains("displayName=%22Sam%20%5C%22%26config.evil%3Dtrue%23%22"), "{settings}");
    }
}
