//! The pieces of an exchange as a hyper body.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::wire::{NetError, Pieces};

/// The wait for the next piece; it hands the pieces back for the one after.
type Step = Pin<Box<dyn Future<Output = (Pieces, Option<Result<Bytes, NetError>>)> + Send>>;

/// A body that comes in its own time, of a length that is told before: an early end is then visible as one.
pub(super) struct Body {
    step: Option<Step>,
    length: u64,
}

impl Body {
    pub(super) fn new(pieces: Pieces, length: u64) -> Self {
        Self {
            step: Some(step(pieces)),
            length,
        }
    }

    pub(super) fn empty() -> Self {
        Self {
            step: None,
            length: 0,
        }
    }
}

fn step(mut pieces: Pieces) -> Step {
    Box::pin(async move {
        let piece = pieces.next().await;
        (pieces, piece)
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
        let Poll::Ready((pieces, piece)) = current.as_mut().poll(context) else {
            return Poll::Pending;
        };
        self.step = matches!(piece, Some(Ok(_))).then(|| step(pieces));
        Poll::Ready(match piece {
            Some(Ok(bytes)) => {
                self.length = self.length.saturating_sub(bytes.len() as u64);
                Some(Ok(Frame::data(bytes)))
            }
            Some(Err(error)) => Some(Err(io::Error::other(format!("{error:?}")))),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.step.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
