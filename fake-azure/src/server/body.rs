//! The chunks of a scripted response as a hyper body.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::wire::{BodyChunks, NetworkError};

/// Waits for the next chunk and returns the chunks for the one after it.
type Step = Pin<Box<dyn Future<Output = (BodyChunks, Option<Result<Bytes, NetworkError>>)> + Send>>;

/// The pause between the last chunk and the break: hyper drops unsent data when a body fails, and sends
/// it during a wait.
const FLUSH: Duration = Duration::from_millis(20);

/// A body whose chunks arrive after their pauses.
pub(super) struct Body {
    step: Option<Step>,
    /// The number of bytes still to come, if the length is known.
    length: Option<u64>,
}

impl Body {
    pub(super) fn new(chunks: BodyChunks, length: Option<u64>) -> Self {
        Self { step: Some(step(chunks, length)), length }
    }

    pub(super) fn empty() -> Self {
        Self { step: None, length: Some(0) }
    }
}

fn step(mut chunks: BodyChunks, missing: Option<u64>) -> Step {
    Box::pin(async move {
        let chunk = chunks.next().await;
        let breaks = match chunk {
            Some(Ok(_)) => false,
            Some(Err(_)) => true,
            None => missing.is_some_and(|missing| missing > 0),
        };
        if breaks {
            tokio::time::sleep(FLUSH).await;
        }
        (chunks, chunk)
    })
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Some(current) = self.step.as_mut() else {
            return Poll::Ready(None);
        };
        let Poll::Ready((chunks, chunk)) = current.as_mut().poll(context) else {
            return Poll::Pending;
        };
        Poll::Ready(match chunk {
            Some(Ok(bytes)) => {
                let left = self.length.map(|length| length.saturating_sub(bytes.len() as u64));
                self.length = left;
                self.step = Some(step(chunks, left));
                Some(Ok(Frame::data(bytes)))
            }
            Some(Err(error)) => {
                self.step = None;
                Some(Err(io::Error::other(format!("{error:?}"))))
            }
            None => {
                self.step = None;
                None
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.step.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
