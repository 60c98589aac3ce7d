//! A request's body within its limit and its time, read only as fast as the handler asks.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// After an answer, what the caller still sends is read and thrown away for so long: an answer to somebody who is still
/// writing would be lost when the connection is cut.
const LINGER: Duration = Duration::from_secs(5);

/// What went wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    TooLarge,
    TooSlow,
}

/// Tells what went wrong with a body when the handler has swallowed it.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch(Arc<AtomicU8>);

impl Watch {
    fn set(&self, wrong: Wrong) {
        let code = match wrong {
            Wrong::TooLarge => 1,
            Wrong::TooSlow => 2,
        };
        self.0.store(code, Ordering::Release);
    }
    pub(super) fn wrong(&self) -> Option<Wrong> {
        match self.0.load(Ordering::Acquire) {
            1 => Some(Wrong::TooLarge),
            2 => Some(Wrong::TooSlow),
            _ => None,
        }
    }
}

/// A body that ends in an error when it is larger than its limit or not there in time.
pub(super) struct Limited {
    incoming: Option<Incoming>,
    left: u64,
    deadline: Pin<Box<Sleep>>,
    watch: Watch,
}

impl Limited {
    pub(super) fn new(incoming: Incoming, limit: usize, deadline: Instant) -> (Self, Watch) {
        let watch = Watch::default();
        let left = u64::try_from(limit).unwrap_or(u64::MAX);
        let deadline = Box::pin(sleep_until(deadline));
        (Self { incoming: Some(incoming), left, deadline, watch: watch.clone() }, watch)
    }
    fn refuse(&mut self, wrong: Wrong) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.watch.set(wrong);
        self.discard();
        let kind = match wrong {
            Wrong::TooLarge => io::ErrorKind::FileTooLarge,
            Wrong::TooSlow => io::ErrorKind::TimedOut,
        };
        Poll::Ready(Some(Err(kind.into())))
    }
    fn discard(&mut self) {
        if let Some(incoming) = self.incoming.take() {
            discard(incoming);
        }
    }
}

impl Body for Limited {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        let Some(incoming) = this.incoming.as_mut() else { return Poll::Ready(None) };
        if this.deadline.as_mut().poll(cx).is_ready() {
            return this.refuse(Wrong::TooSlow);
        }
        match ready!(Pin::new(incoming).poll_frame(cx)) {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
                match this.left.checked_sub(length) {
                    Some(left) => {
                        this.left = left;
                        Poll::Ready(Some(Ok(frame)))
                    }
                    None => this.refuse(Wrong::TooLarge),
                }
            }
            Some(Err(error)) => {
                this.incoming = None;
                Poll::Ready(Some(Err(io::Error::other(error))))
            }
            None => {
                this.incoming = None;
                Poll::Ready(None)
            }
        }
    }
    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }
    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        self.discard();
    }
}

/// Reads the rest of a body into nothing, for a while.
pub(super) fn discard(mut incoming: Incoming) {
    if incoming.is_end_stream() {
        return;
    }
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    runtime.spawn(async move {
        let _ = tokio::time::timeout(LINGER, async {
            while let Some(Ok(frame)) = incoming.frame().await {
                drop(frame);
            }
        })
        .await;
    });
}
