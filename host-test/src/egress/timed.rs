//! The body of a response from a socket: it has a timeout between chunks, and gives the connection back to the pool.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming};
use tokio::time::{Instant, Sleep, sleep};
use wasmtime_wasi_http::Error;

use super::errors;
use super::pool::Returning;

/// A body with a timeout between two chunks.
pub(super) struct Timed {
    incoming: Incoming,
    limit: Duration,
    pause: Pin<Box<Sleep>>,
    returning: Option<Returning>,
}

impl Timed {
    pub(super) fn new(incoming: Incoming, limit: Duration, returning: Returning) -> Self {
        let mut timed = Self { incoming, limit, pause: Box::pin(sleep(limit)), returning: Some(returning) };
        timed.give_back_at_end();
        timed
    }

    fn give_back_at_end(&mut self) {
        if self.incoming.is_end_stream()
            && let Some(returning) = self.returning.take()
        {
            returning.give_back();
        }
    }
}

impl Body for Timed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match Pin::new(&mut self.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let next = Instant::now() + self.limit;
                self.pause.as_mut().reset(next);
                self.give_back_at_end();
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                self.returning = None;
                Poll::Ready(Some(Err(errors::exchange(&error))))
            }
            Poll::Ready(None) => {
                if let Some(returning) = self.returning.take() {
                    returning.give_back();
                }
                Poll::Ready(None)
            }
            Poll::Pending => self.pause.as_mut().poll(context).map(|()| Some(Err(Error::ConnectionReadTimeout))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }
}
