//! Bytes from a thread that may block to a client that may be slow.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::address::Address;

/// Bytes that travel at once.
pub(crate) const CHUNK: usize = 1 << 16;
/// Chunks that wait for the client.
const DEPTH: usize = 4;
/// How long a client may take for one chunk before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes a second below which a client holds up a thread for too long. It may come back for the
/// rest.
const SLOWEST: u64 = 64 << 10;

/// The two ends of a body of exactly `size` bytes.
pub(crate) fn channel(size: u64) -> (ChunkSender, Body) {
    let (sender, receiver) = mpsc::channel(DEPTH);
    (ChunkSender(sender), Body::new(ChannelBody { receiver, left: Some(size) }))
}

/// A body of `n_bytes`, or of which nobody knows how long it will be: what `work` sends, in a task of its
/// own that knows where the request has found the site. It ends well only if `work` does, and is broken
/// off otherwise.
pub(crate) fn streamed<F>(n_bytes: Option<u64>, work: impl FnOnce(ChunkSender) -> F) -> Body
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let (sender, body) = n_bytes.map_or_else(open_channel, channel);
    let work = work(sender.clone());
    tokio::spawn(Address::current().along(async move {
        let ended = match work.await {
            Ok(()) => sender.end().await,
            Err(cause) => sender.send(Err(cause)).await,
        };
        // If the client has left, nobody is left to tell.
        let _ = ended;
    }));
    body
}

/// The two ends of a body that ends well only with [`ChunkSender::end`].
fn open_channel() -> (ChunkSender, Body) {
    let (sender, receiver) = mpsc::channel(DEPTH);
    (ChunkSender(sender), Body::new(ChannelBody { receiver, left: None }))
}

/// The end that bytes go into.
#[derive(Clone)]
pub(crate) struct ChunkSender(mpsc::Sender<io::Result<Bytes>>);

impl ChunkSender {
    /// Hands over a chunk or the reason why there is no more; an error if nobody takes it.
    pub(crate) async fn send(&self, chunk: io::Result<Bytes>) -> io::Result<()> {
        match tokio::time::timeout(PATIENCE, self.0.send(chunk)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the client has left")),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")),
        }
    }

    /// Says that this was all, where the length was not known.
    async fn end(&self) -> io::Result<()> {
        self.send(Ok(Bytes::new())).await
    }
}

struct ChannelBody {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    /// Bytes to come; `None` if they end with an empty chunk.
    left: Option<u64>,
}

impl HttpBody for ChannelBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.receiver.poll_recv(context).map(|received| match received {
            Some(Ok(chunk)) if chunk.is_empty() => match self.left {
                // It was said to be longer.
                Some(1..) => Some(Err(io::ErrorKind::UnexpectedEof.into())),
                _ => {
                    self.left = Some(0);
                    None
                }
            },
            Some(Ok(chunk)) => {
                self.left = self.left.map(|left| left.saturating_sub(chunk.len() as u64));
                Some(Ok(Frame::data(chunk)))
            }
            Some(Err(cause)) => Some(Err(cause)),
            // The sender is gone before its time: the connection must not look complete.
            None if self.left != Some(0) => Some(Err(io::ErrorKind::UnexpectedEof.into())),
            None => None,
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Sends on what of the bytes written lies in a range. For threads that may block.
pub(crate) struct RangeWriter {
    sender: ChunkSender,
    runtime: Handle,
    buffer: Vec<u8>,
    range: Range<u64>,
    position: u64,
    started: Instant,
    n_sent: u64,
}

impl RangeWriter {
    pub(crate) fn new(sender: ChunkSender, runtime: Handle, range: Range<u64>) -> Self {
        Self {
            sender,
            runtime,
            buffer: Vec::with_capacity(CHUNK),
            range,
            position: 0,
            started: Instant::now(),
            n_sent: 0,
        }
    }

    /// Whether the range has been passed, so that writing on is in vain.
    pub(crate) fn is_done(&self) -> bool {
        self.position >= self.range.end && self.buffer.is_empty()
    }

    /// Tells the client that it will not get all that it was promised.
    pub(crate) fn fail(self, cause: io::Error) {
        // If the client has left as well, nobody is left to tell.
        let _ = self.runtime.block_on(self.sender.send(Err(cause)));
    }

    fn send_buffer(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        if self.started.elapsed() > PATIENCE + Duration::from_secs(self.n_sent / SLOWEST) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes too little"));
        }
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        self.n_sent += chunk.len() as u64;
        self.runtime.block_on(self.sender.send(Ok(chunk.into())))
    }
}

impl io::Write for RangeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_done() {
            return Err(io::Error::other("no more is wanted"));
        }
        let n_skipped = (self.range.start.saturating_sub(self.position)).min(bytes.len() as u64);
        let n_wanted = (self.range.end - self.position).min(bytes.len() as u64);
        // Both are at most `bytes.len()`.
        let wanted = &bytes[n_skipped as usize..(n_wanted.max(n_skipped)) as usize];
        let room = CHUNK - self.buffer.len();
        let taken = &wanted[..wanted.len().min(room)];
        self.buffer.extend_from_slice(taken);
        // What was skipped or taken counts; beyond the range all counts, for it is dropped.
        let n_passed =
            if taken.len() < wanted.len() { n_skipped as usize + taken.len() } else { bytes.len() };
        self.position += n_passed as u64;
        if self.buffer.len() == CHUNK || self.position >= self.range.end {
            self.send_buffer()?;
        }
        Ok(n_passed)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send_buffer()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn received(n_written: usize, step: usize, range: Range<u64>) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (sender, body) = channel(range.end - range.start);
        let handle = runtime.handle().clone();
        let writing = runtime.spawn_blocking(move || {
            let mut writer = RangeWriter::new(sender, handle, range);
            let bytes: Vec<u8> = (0..n_written).map(|i| (i % 251) as u8).collect();
            for piece in bytes.chunks(step) {
                if writer.write_all(piece).is_err() {
                    return writer.is_done();
                }
            }
            writer.flush().is_ok()
        });
        let bytes = runtime.block_on(axum::body::to_bytes(body, usize::MAX)).unwrap();
        assert!(runtime.block_on(writing).unwrap());
        bytes.to_vec()
    }

    #[test]
    fn a_body_of_unknown_length_is_whole_only_if_its_end_is_said() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let read = |says_end: bool| {
            runtime.block_on(async {
                let (sender, body) = open_channel();
                sender.send(Ok("abc".into())).await.unwrap();
                if says_end {
                    sender.end().await.unwrap();
                }
                drop(sender);
                axum::body::to_bytes(body, usize::MAX).await.ok()
            })
        };
        assert_eq!(read(true).as_deref(), Some(b"abc".as_slice()));
        assert_eq!(read(false), None);
    }

    #[test]
    fn only_the_range_arrives_and_all_of_it() {
        let n_written = 3 * CHUNK + 17;
        let all: Vec<u8> = (0..n_written).map(|i| (i % 251) as u8).collect();
        let end = n_written as u64;
        for step in [1000, CHUNK, n_written] {
            for range in [0..end, 0..1, 5..6, 999..1001, end - 1..end, 70_000..140_000] {
                let expected = &all[range.start as usize..range.end as usize];
                assert_eq!(received(n_written, step, range.clone()), expected, "{step} {range:?}");
            }
        }
    }
}
