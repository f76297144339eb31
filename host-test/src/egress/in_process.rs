//! Sends requests to a fake Azure in this process: without sockets, in tokio's time.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use wasmtime_wasi_http::Error;

use super::{Response, errors};
use crate::clock::Clock;
use fake_azure::wire::{self, BodyChunks, NetworkError, Request, Service, Timeouts};

pub(super) async fn exchange(
    azure: &dyn Service,
    clock: Clock,
    request: &Request,
    limits: Timeouts,
) -> Result<Response, Error> {
    let exchange = azure.handle(request, clock.unix_now());
    let response = wire::play(exchange, limits).await.map_err(errors::played)?;
    Ok(response.map(|pieces| ChunkedBody { next: Some(next(pieces)) }.boxed_unsync()))
}

type Next = Pin<Box<dyn Future<Output = (BodyChunks, Option<Result<Bytes, NetworkError>>)> + Send>>;

fn next(mut pieces: BodyChunks) -> Next {
    Box::pin(async move {
        let piece = pieces.next().await;
        (pieces, piece)
    })
}

/// [`BodyChunks`] as wasmtime wants them.
struct ChunkedBody {
    next: Option<Next>,
}

impl Body for ChunkedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        while let Some(step) = &mut self.next {
            let (pieces, piece) = ready!(step.as_mut().poll(context));
            match piece {
                Some(Ok(bytes)) => {
                    self.next = Some(next(pieces));
                    // An empty frame is no progress for the reader.
                    if !bytes.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(bytes))));
                    }
                }
                Some(Err(error)) => {
                    self.next = None;
                    return Poll::Ready(Some(Err(errors::played(error))));
                }
                None => self.next = None,
            }
        }
        Poll::Ready(None)
    }
}
