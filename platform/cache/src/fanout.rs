//! Messages by topic, within this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use tokio::sync::broadcast::{self, error::RecvError};

/// Messages that a slow subscriber may be behind.
const BEHIND: usize = 256;

/// What a subscriber hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A message.
    Message(Bytes),
    /// Messages may have been lost (Redis was away, or the subscriber was slow): look for yourself.
    Missed,
}

/// Hears one topic.
pub struct Subscription {
    receiver: broadcast::Receiver<Heard>,
    fanout: Fanout,
    topic: Box<str>,
}

impl Subscription {
    /// The next message. Can be cancelled without losing one.
    pub async fn next(&mut self) -> Heard {
        match self.receiver.recv().await {
            Ok(heard) => heard,
            Err(RecvError::Lagged(_)) => Heard::Missed,
            // Not while the fan-out lives, which this subscription holds.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut topics = self.fanout.0.lock().unwrap_or_else(PoisonError::into_inner);
        // This one still counts.
        if topics.get(&*self.topic).is_some_and(|sender| sender.receiver_count() <= 1) {
            topics.remove(&*self.topic);
        }
    }
}

#[derive(Clone, Default)]
pub(crate) struct Fanout(Arc<Mutex<HashMap<Box<str>, broadcast::Sender<Heard>>>>);

impl Fanout {
    pub(crate) fn subscribe(&self, topic: &str) -> Subscription {
        let mut topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = topics.entry(topic.into()).or_insert_with(|| broadcast::channel(BEHIND).0);
        Subscription { receiver: sender.subscribe(), fanout: self.clone(), topic: topic.into() }
    }
    pub(crate) fn tell(&self, topic: &str, message: Bytes) {
        let topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = topics.get(topic) {
            let _ = sender.send(Heard::Message(message));
        }
    }
    pub(crate) fn all_missed(&self) {
        let topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in topics.values() {
            let _ = sender.send(Heard::Missed);
        }
    }
    #[cfg(test)]
    fn topics(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn subscribers_hear_their_topic_alone_and_slow_ones_are_told() {
        let fanout = Fanout::default();
        let (mut a, mut b) = (fanout.subscribe("a"), fanout.subscribe("b"));
        fanout.tell("a", Bytes::from_static(b"1"));
        assert_eq!(a.next().await, Heard::Message(Bytes::from_static(b"1")));
        for _ in 0..1000 {
            fanout.tell("b", Bytes::from_static(b"2"));
        }
        assert_eq!(b.next().await, Heard::Missed);
        assert_eq!(b.next().await, Heard::Message(Bytes::from_static(b"2")));
    }

    #[test]
    fn topics_without_subscribers_are_forgotten() {
        let fanout = Fanout::default();
        let (first, second) = (fanout.subscribe("a"), fanout.subscribe("a"));
        drop(first);
        assert_eq!(fanout.topics(), 1);
        drop(second);
        assert_eq!(fanout.topics(), 0);
    }
}
