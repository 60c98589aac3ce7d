//! Connections that can be cut from within, so that an answer is lost on its way.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use poem::listener::{Acceptor, TcpAcceptor};
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The open connections by the caller's address.
#[derive(Clone, Default)]
pub(crate) struct Cuts {
    open: Arc<Mutex<HashMap<String, Arc<AtomicBool>>>>,
}

impl Cuts {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Arc<AtomicBool>>) -> T) -> T {
        work(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
    /// Nothing more is written to this caller.
    pub(crate) fn cut(&self, caller: &str) {
        self.with(|open| {
            if let Some(flag) = open.get(caller) {
                flag.store(true, Ordering::SeqCst);
            }
        });
    }
}

/// Accepts connections that can be cut.
pub(crate) struct CuttableAcceptor {
    /// The port.
    pub(crate) inner: TcpAcceptor,
    /// Where the connections are known.
    pub(crate) cuts: Cuts,
}

/// One of them.
pub(crate) struct Cuttable {
    stream: TcpStream,
    caller: String,
    flag: Arc<AtomicBool>,
    cuts: Cuts,
}

impl Drop for Cuttable {
    fn drop(&mut self) {
        self.cuts.with(|open| open.remove(&self.caller));
    }
}

impl Cuttable {
    fn check(&self) -> io::Result<()> {
        if self.flag.load(Ordering::SeqCst) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl Acceptor for CuttableAcceptor {
    type Io = Cuttable;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }
    async fn accept(&mut self) -> io::Result<(Cuttable, LocalAddr, RemoteAddr, poem::http::uri::Scheme)> {
        let (stream, local, remote, scheme) = self.inner.accept().await?;
        stream.set_nodelay(true)?;
        let (caller, flag) = (remote.to_string(), Arc::new(AtomicBool::new(false)));
        self.cuts.with(|open| open.insert(caller.clone(), flag.clone()));
        Ok((Cuttable { stream, caller, flag, cuts: self.cuts.clone() }, local, remote, scheme))
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, data)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
