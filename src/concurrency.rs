//! A mutex and a bounded join for futures of one thread.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};

use crate::platform::LocalFuture;
use crate::prelude::*;

/// An asynchronous mutex without data.
#[derive(Default)]
pub(crate) struct Mutex {
    locked: Cell<bool>,
    waiters: RefCell<Vec<Waker>>,
}

/// Unlocks the mutex when dropped.
pub(crate) struct MutexGuard<'a>(&'a Mutex);

impl Mutex {
    /// Waits until the mutex is free and locks it.
    pub(crate) async fn lock(&self) -> MutexGuard<'_> {
        poll_fn(|context| {
            if self.locked.replace(true) {
                self.waiters.borrow_mut().push(context.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(MutexGuard(self))
        })
        .await
    }
}

impl Drop for MutexGuard<'_> {
    fn drop(&mut self) {
        self.0.locked.set(false);
        self.0.waiters.take().into_iter().for_each(Waker::wake);
    }
}

/// Runs the futures, at most `limit` at once. Results in input order.
pub(crate) async fn join_all_limited<'a, T>(limit: usize, tasks: impl Iterator<Item = LocalFuture<'a, T>>) -> Vec<T> {
    let mut tasks = tasks.fuse();
    let mut running: Vec<(usize, LocalFuture<'a, T>)> = Vec::new();
    let mut outcomes: Vec<Option<T>> = Vec::new();
    poll_fn(|context| {
        loop {
            running.retain_mut(|(index, task)| match task.as_mut().poll(context) {
                Poll::Ready(outcome) => {
                    if let Some(slot) = outcomes.get_mut(*index) {
                        *slot = Some(outcome);
                    }
                    false
                }
                Poll::Pending => true,
            });
            let before = running.len();
            for task in tasks.by_ref().take(limit.saturating_sub(before)) {
                running.push((outcomes.len(), task));
                outcomes.push(None);
            }
            // A future registers its waker only when it is polled, so poll those that were just added.
            if running.len() == before {
                return if running.is_empty() { Poll::Ready(()) } else { Poll::Pending };
            }
        }
    })
    .await;
    outcomes.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::ready;
    use core::pin::pin;
    use core::task::Context;

    #[test]
    fn at_most_limit_futures_run_and_results_keep_their_order() {
        let (now, most) = (Cell::new(0), Cell::new(0));
        let task = |number: u64| -> LocalFuture<'_, u64> {
            // Later tasks need fewer polls, so they end first.
            let (mut polls, now, most) = (10 - number, &now, &most);
            let mut begun = false;
            Box::pin(poll_fn(move |context| {
                if !begun {
                    begun = true;
                    now.set(now.get() + 1);
                    most.set(most.get().max(now.get()));
                }
                polls -= 1;
                if polls > 0 {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                now.set(now.get() - 1);
                Poll::Ready(number)
            }))
        };
        let mut join_all_limited = pin!(join_all_limited(3, (0..10).map(task)));
        let mut context = Context::from_waker(Waker::noop());
        let outcomes = loop {
            if let Poll::Ready(outcomes) = join_all_limited.as_mut().poll(&mut context) {
                break outcomes;
            }
        };
        assert_eq!((outcomes, most.get()), ((0..10).collect(), 3));
    }

    #[test]
    fn futures_that_are_ready_need_one_poll() {
        let tasks = (0..5).map(|number| -> LocalFuture<'_, u64> { Box::pin(ready(number)) });
        let join_all_limited = pin!(join_all_limited(2, tasks));
        let polled = join_all_limited.poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(polled, Poll::Ready(vec![0, 1, 2, 3, 4]));
    }
}
