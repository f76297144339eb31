//! Lists are streams.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::bindings::{secrets, types};
use crate::error::Result;
use crate::model::{DeletedSecret, SecretProperties};
use crate::pages::{Next, Pages};

/// The request of a page, which goes on when the caller no longer waits for the item.
type Request<T> = Pin<Box<dyn Future<Output = std::result::Result<Option<Vec<T>>, types::AzureError>>>>;

/// Declares a stream over a list of the interface.
macro_rules! list {
    ($(#[$docs:meta])* $name:ident = $handle:path => $record:ty => $item:ty) => {
        $(#[$docs])*
        ///
        /// A page is requested when the stream needs it. After an error it ends, and [`retry`](Self::retry) lets it go on.
        #[must_use = "nothing is sent before the first item is asked for"]
        pub struct $name {
            list: Arc<$handle>,
            pages: Pages<$item>,
            request: Option<Request<$record>>,
        }

        impl $name {
            pub(super) fn new(list: $handle) -> Self {
                Self { list: Arc::new(list), pages: Pages::default(), request: None }
            }

            /// The next item, or none after the last one. If the future is dropped, no item is lost.
            ///
            /// # Errors
            ///
            /// As [`SecretClient::get_secret`](super::SecretClient::get_secret).
            pub async fn next(&mut self) -> Option<Result<$item>> {
                std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
            }

            /// After an error, lets the stream go on with the page that failed.
            pub fn retry(&mut self) {
                self.pages.retry();
            }
        }

        impl Stream for $name {
            type Item = Result<$item>;

            fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                let this = self.get_mut();
                loop {
                    match this.pages.next() {
                        Next::Item(item) => return Poll::Ready(Some(Ok(item))),
                        Next::End => return Poll::Ready(None),
                        Next::Request => {
                            let request = this.request.get_or_insert_with(|| {
                                let list = Arc::clone(&this.list);
                                Box::pin(async move { list.next().await })
                            });
                            let answer = ready!(request.as_mut().poll(context));
                            this.request = None;
                            if let Err(error) = this.pages.add(answer.map_err(Into::into)) {
                                return Poll::Ready(Some(Err(error)));
                            }
                        }
                    }
                }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

list! {
    /// The properties of secrets, or of the versions of a secret, without their values.
    SecretList = secrets::SecretList => secrets::SecretProperties => SecretProperties
}

list! {
    /// The deleted secrets of a vault.
    DeletedSecretList = secrets::DeletedSecretList => secrets::DeletedSecret => DeletedSecret
}
