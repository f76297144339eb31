//! The pages of a list, which are requested when they are needed.

use std::collections::VecDeque;

use crate::error::Result;

/// What a list does next.
pub(crate) enum Next<T> {
    /// It returns this item.
    Item(T),
    /// It requests a page.
    Request,
    /// It has no further item.
    End,
}

/// The items of the current page.
pub(crate) struct Pages<T> {
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
    pub(crate) fn next(&mut self) -> Next<T> {
        match self.items.pop_front() {
            Some(item) => Next::Item(item),
            None if self.has_ended => Next::End,
            None => Next::Request,
        }
    }

    /// Takes the answer to a request: a page, or none after the last one. After an error nothing is requested, so that a loop
    /// which passes over errors ends.
    pub(crate) fn add<R: Into<T>>(&mut self, answer: Result<Option<Vec<R>>>) -> Result<()> {
        match answer {
            Ok(Some(page)) => self.items.extend(page.into_iter().map(Into::into)),
            Ok(None) => self.has_ended = true,
            Err(error) => {
                self.has_ended = true;
                return Err(error);
            }
        }
        Ok(())
    }

    /// After an error, lets the list go on with the page that failed.
    pub(crate) fn retry(&mut self) {
        self.has_ended = false;
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

    /// Each item and each error as text, until the list ends.
    fn drain(pages: &mut Pages<u32>, replies: &mut VecDeque<Page>) -> Vec<String> {
        let mut drained = Vec::new();
        loop {
            match pages.next() {
                Next::Item(item) => drained.push(item.to_string()),
                Next::Request => {
                    let added = pages.add(replies.pop_front().unwrap_or(Ok(None)));
                    drained.extend(added.err().map(|error| error.to_string()));
                }
                Next::End => return drained,
            }
        }
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
        pages.retry();
        assert_eq!(drain(&mut pages, &mut replies), ["2"]);
    }
}
