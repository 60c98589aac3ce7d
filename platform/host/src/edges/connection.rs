//! A connection with deadlines for what it is at: the header of a request, waiting for one, taking an answer.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Sends a header since then, or has just been opened.
    Header(Instant),
    /// Waits for its next request since then.
    Idle(Instant),
    /// Has a request being answered.
    Busy,
}

/// How long each phase may last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadlines {
    pub(super) header: Duration,
    pub(super) idle: Duration,
    pub(super) write: Duration,
}

/// What a connection is at. Shared between its stream and its service.
#[derive(Clone, Debug)]
pub(super) struct State(Arc<Mutex<Phase>>);

impl State {
    pub(super) fn opened() -> Self {
        Self(Arc::new(Mutex::new(Phase::Header(Instant::now()))))
    }
    fn set(&self, phase: Phase) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }
    fn get(&self) -> Phase {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// A request has arrived.
    pub(super) fn busy(&self) {
        self.set(Phase::Busy);
    }
    /// Its answer is complete.
    pub(super) fn idle(&self) {
        self.set(Phase::Idle(Instant::now()));
    }
    fn received(&self) {
        if matches!(self.get(), Phase::Idle(_)) {
            self.set(Phase::Header(Instant::now()));
        }
    }
    fn deadline(&self, deadlines: &Deadlines) -> Option<Instant> {
        match self.get() {
            Phase::Header(since) => Some(since + deadlines.header),
            Phase::Idle(since) => Some(since + deadlines.idle),
            Phase::Busy => None,
        }
    }
}

/// A stream that ends in an error when it is too slow.
pub(super) struct Guarded<S> {
    stream: S,
    state: State,
    deadlines: Deadlines,
    reading: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl<S> Guarded<S> {
    pub(super) fn new(stream: S, state: State, deadlines: Deadlines) -> Self {
        let reading = Box::pin(sleep_until(Instant::now() + deadlines.header));
        Self { stream, state, deadlines, reading, writing: None }
    }
    /// Nothing to read: too late already?
    fn waiting_to_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(at) = self.state.deadline(&self.deadlines) else { return Poll::Pending };
        // Moved forward only once it has gone off: most requests come long before, and each would move it twice.
        if at < self.reading.deadline() {
            self.reading.as_mut().reset(at);
        }
        loop {
            ready!(self.reading.as_mut().poll(cx));
            if at <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.reading.as_mut().reset(at);
        }
    }
    /// Nothing could be written, or something was.
    fn after_write<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.writing = None;
            return result;
        }
        let patience = self.deadlines.write;
        let stalled = self.writing.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + patience)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Pending => self.waiting_to_read(cx),
            ready => {
                if buffer.filled().len() > before {
                    self.state.received();
                    // One byte now and then must not keep a header going: the deadline counts from its first byte.
                    if self.state.deadline(&self.deadlines).is_some_and(|at| at <= Instant::now()) {
                        return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                    }
                }
                ready
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.after_write(cx, result)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.after_write(cx, result)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
