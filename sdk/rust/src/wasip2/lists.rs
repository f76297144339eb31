//! Lists are iterators.

use std::fmt;

use super::bindings::secrets;
use crate::error::Result;
use crate::model::{DeletedSecret, SecretProperties};
use crate::pages::{Next, Pages};

/// Declares an iterator over a list of the interface.
macro_rules! list {
    ($(#[$docs:meta])* $name:ident = $handle:path => $item:ty) => {
        $(#[$docs])*
        ///
        /// A page is requested when the iterator needs it. After an error it ends, and [`retry`](Self::retry) lets it go on.
        #[must_use = "nothing is sent before the first item is asked for"]
        pub struct $name {
            list: $handle,
            pages: Pages<$item>,
        }

        impl $name {
            pub(super) fn new(list: $handle) -> Self {
                Self { list, pages: Pages::default() }
            }

            /// After an error, lets the iterator go on with the page that failed.
            pub fn retry(&mut self) {
                self.pages.retry();
            }
        }

        impl Iterator for $name {
            type Item = Result<$item>;

            fn next(&mut self) -> Option<Self::Item> {
                loop {
                    match self.pages.next() {
                        Next::Item(item) => return Some(Ok(item)),
                        Next::End => return None,
                        Next::Request => {
                            if let Err(error) = self.pages.add(self.list.next().map_err(Into::into)) {
                                return Some(Err(error));
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
    SecretList = secrets::SecretList => SecretProperties
}

list! {
    /// The deleted secrets of a vault.
    DeletedSecretList = secrets::DeletedSecretList => DeletedSecret
}
