//! The same in Redis. Every failure is answered by "not now" for a second, so that a Redis that is away costs one short
//! wait a second and not one a request.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant as Tick},
};

use bytes::Bytes;
use events::Instant;
use redis::{
    AsyncCommands, Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{Key, Rate, fanout::Fanout};

/// Takes one off the count of a key that is still kept, without making it last longer.
const GIVE_BACK: &str = "
local arrival = redis.call('GET', KEYS[1])
if arrival then
  redis.call('SET', KEYS[1], string.format('%.0f', tonumber(arrival) - tonumber(ARGV[1])), 'KEEPTTL')
end
";

/// Everything of ours in a Redis that may be shared.
const PREFIX: &str = "platform:";
const CHANNEL: &str = "platform:fanout";
const ANSWER: Duration = Duration::from_millis(300);
const AWAY: Duration = Duration::from_secs(1);

/// `gcra::Rate::decide`, done in one step by Redis. Numbers are microseconds; they fit a double exactly until the year 2255.
const ALLOW: &str = "
local arrival = tonumber(redis.call('GET', KEYS[1]) or '0')
local now, interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
arrival = math.min(math.max(arrival, now), now + tolerance + interval)
local wait = arrival - tolerance - now
if wait > 0 then return string.format('%.0f', wait) end
local after = arrival + interval
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', string.format('%.0f', math.ceil((after - now) / 1000) + 1000))
return '0'
";

pub(crate) struct Remote {
    connection: ConnectionManager,
    allow: Script,
    give_back: Script,
    started: Tick,
    /// Milliseconds after `started` until which Redis is taken for away.
    away_until: AtomicU64,
    /// Tells this process's own messages apart when they come back.
    sender: [u8; 16],
    _listen: AbortOnDropHandle<()>,
}

impl Remote {
    pub(crate) fn new(client: &Client, fanout: Fanout) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(ANSWER))
            .set_response_timeout(Some(ANSWER));
        let connection = client.get_connection_manager_lazy(config)?;
        let sender = instance();
        let listen = AbortOnDropHandle::new(tokio::spawn(listen(client.clone(), fanout, sender)));
        let (allow, give_back) = (Script::new(ALLOW), Script::new(GIVE_BACK));
        Ok(Self {
            connection,
            allow,
            give_back,
            started: Tick::now(),
            away_until: AtomicU64::new(0),
            sender,
            _listen: listen,
        })
    }

    pub(crate) fn is_up(&self) -> bool {
        self.elapsed() >= self.away_until.load(Ordering::Relaxed)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The answer, unless Redis is away.
    async fn ask<T>(&self, asking: impl Future<Output = Result<T, RedisError>>) -> Option<T> {
        if !self.is_up() {
            return None;
        }
        let error = match tokio::time::timeout(ANSWER, asking).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        let until = self.elapsed().saturating_add(u64::try_from(AWAY.as_millis()).unwrap_or(1000));
        self.away_until.store(until, Ordering::Relaxed);
        metrics::counter!("cache_failures_total").increment(1);
        tracing::warn!(%error, "Redis is away; working without it");
        None
    }

    pub(crate) async fn get(&self, key: &Key) -> Option<Bytes> {
        let mut connection = self.connection.clone();
        let value: Option<Vec<u8>> = self.ask(connection.get(name(key))).await?;
        value.map(Bytes::from)
    }

    pub(crate) async fn set(&self, key: &Key, value: &Bytes, ttl: Duration) {
        let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).min(365 * 86_400_000);
        if millis == 0 {
            return self.delete(key).await;
        }
        let mut connection = self.connection.clone();
        let set = async move { connection.pset_ex::<_, _, ()>(name(key), &value[..], millis).await };
        self.ask(set).await.unwrap_or(());
    }

    pub(crate) async fn delete(&self, key: &Key) {
        let mut connection = self.connection.clone();
        let delete = async move { connection.del::<_, ()>(name(key)).await };
        self.ask(delete).await.unwrap_or(());
    }

    /// Nothing when Redis is away.
    pub(crate) async fn allow(&self, key: &Key, rate: Rate, now: Instant) -> Option<Result<(), Duration>> {
        let mut connection = self.connection.clone();
        let mut call = self.allow.key(format!("{PREFIX}limit:{key:?}"));
        call.arg(now.timestamp().as_microsecond()).arg(rate.interval).arg(rate.tolerance);
        let wait: u64 = self.ask(call.invoke_async(&mut connection)).await?;
        Some(if wait == 0 { Ok(()) } else { Err(Duration::from_micros(wait)) })
    }

    pub(crate) async fn give_back(&self, key: &Key, rate: Rate) -> Option<()> {
        let mut connection = self.connection.clone();
        let mut call = self.give_back.key(format!("{PREFIX}limit:{key:?}"));
        call.arg(rate.interval);
        self.ask(call.invoke_async(&mut connection)).await
    }

    pub(crate) async fn publish(&self, topic: &Key, message: &Bytes) {
        let topic = topic.as_str();
        let length = u32::try_from(topic.len()).unwrap_or(u32::MAX).to_be_bytes();
        let packet = [&self.sender[..], &length, topic.as_bytes(), message].concat();
        let mut connection = self.connection.clone();
        let publish = async move { connection.publish::<_, _, ()>(CHANNEL, packet).await };
        self.ask(publish).await.unwrap_or(());
    }
}

/// Differs between processes: the standard library keys its hashes by chance.
fn instance() -> [u8; 16] {
    use std::hash::{BuildHasher, RandomState};
    let half = || u128::from(RandomState::new().hash_one(std::process::id()));
    (half() << 64 | half()).to_be_bytes()
}

fn name(key: &Key) -> String {
    format!("{PREFIX}value:{key:?}")
}

/// Hears the other replicas, for ever. After each gap the subscribers are told that they may have missed something.
async fn listen(client: Client, fanout: Fanout, own: [u8; 16]) {
    let mut first = true;
    loop {
        if let Err(error) = hear(&client, &fanout, &own, first).await {
            tracing::warn!(%error, "messages of other replicas can't be heard; trying again");
        }
        first = false;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn hear(client: &Client, fanout: &Fanout, own: &[u8; 16], first: bool) -> Result<(), RedisError> {
    use futures::StreamExt;
    let (mut sink, mut messages) = client.get_async_pubsub().await?.split();
    sink.subscribe(CHANNEL).await?;
    if !first {
        fanout.all_missed();
    }
    while let Some(message) = messages.next().await {
        let packet = Bytes::copy_from_slice(message.get_payload_bytes());
        if let Some((sender, topic, body)) = unpack(&packet)
            && sender != own
        {
            fanout.tell(topic, body);
        }
    }
    Ok(())
}

fn unpack(packet: &Bytes) -> Option<(&[u8], &str, Bytes)> {
    let (sender, rest) = packet.split_at_checked(16)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (topic, body) = rest.split_at_checked(length)?;
    Some((sender, std::str::from_utf8(topic).ok()?, packet.slice_ref(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_strangers_are_survived() {
        for packet in [&b""[..], b"short", &[0xff; 20], &[0xff; 64]] {
            assert!(unpack(&Bytes::copy_from_slice(packet)).is_none());
        }
        let packet = Bytes::from([&[7; 16][..], &3_u32.to_be_bytes(), b"p/x", b"hello"].concat());
        assert_eq!(unpack(&packet), Some((&[7; 16][..], "p/x", Bytes::from_static(b"hello"))));
    }
}
