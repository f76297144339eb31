//! Lists, whose pages are read when they are needed.

use std::collections::VecDeque;
use std::fmt;

use super::bindings::secrets;
use crate::error::Result;
use crate::model::{DeletedSecret, SecretProperties};

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
                self.pages.has_ended = false;
            }
        }

        impl Iterator for $name {
            type Item = Result<$item>;

            fn next(&mut self) -> Option<Self::Item> {
                self.pages.next(|| Ok(self.list.next()?))
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

/// The items of the current page.
struct Pages<T> {
    items: VecDeque<T>,
    /// There is no further page, or the last request failed.
    has_ended: bool,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { items: VecDeque::new(), has_ended: false }
    }
}

impl<T> Pages<T> {
    /// The next item. `request` asks for a page. After an error nothing is requested, so that a loop which passes over errors
    /// ends.
    fn next<R: Into<T>>(&mut self, mut request: impl FnMut() -> Result<Option<Vec<R>>>) -> Option<Result<T>> {
        while self.items.is_empty() && !self.has_ended {
            match request() {
                Ok(Some(page)) => self.items.extend(page.into_iter().map(Into::into)),
                Ok(None) => self.has_ended = true,
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(error));
                }
            }
        }
        self.items.pop_front().map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorKind, Parts};

    type Page = Result<Option<Vec<u8>>>;

    fn failure() -> Page {
        Err(Error(Box::new(Parts {
            kind: ErrorKind::Transport,
            message: "the connection was reset".to_owned(),
            hint: None,
            attempts: Vec::new(),
            status: None,
            code: None,
            retry_after: None,
            details: Vec::new(),
        })))
    }

    /// Each item as text, until the iterator ends.
    fn drain(pages: &mut Pages<u32>, replies: &mut VecDeque<Page>) -> Vec<String> {
        let next = || pages.next(|| replies.pop_front().unwrap_or(Ok(None)));
        std::iter::from_fn(next).map(|item| item.map_or_else(|error| error.to_string(), |it| it.to_string())).collect()
    }

    #[test]
    fn pages_follow_each_other_up_to_the_last() {
        let mut replies = VecDeque::from([Ok(Some(vec![1, 2])), Ok(Some(vec![3])), Ok(None), Ok(Some(vec![4]))]);
        let mut pages = Pages::default();
        assert_eq!(drain(&mut pages, &mut replies), ["1", "2", "3"]);
        assert_eq!(drain(&mut pages, &mut replies), [""; 0]);
        assert_eq!(replies.len(), 1, "nothing is requested after the last page");
    }

    #[test]
    fn an_error_ends_the_list_until_it_is_retried() {
        let mut replies = VecDeque::from([Ok(Some(vec![1])), failure(), Ok(Some(vec![2]))]);
        let mut pages = Pages::default();
        assert_eq!(drain(&mut pages, &mut replies), ["1", "the connection was reset"]);
        assert_eq!(drain(&mut pages, &mut replies), [""; 0]);
        pages.has_ended = false;
        assert_eq!(drain(&mut pages, &mut replies), ["2"]);
    }
}
