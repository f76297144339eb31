//! A mutex and a bounded join for futures of one thread.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};

use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::platform::LocalFuture;
use crate::prelude::*;

/// An asynchronous mutex without data. Callers get it in the order in which they came.
#[derive(Default)]
pub(crate) struct Mutex {
    locked: Cell<bool>,
    /// Those who wait, each with a number of its own, and the waker of its last poll.
    waiters: RefCell<Vec<(u64, Waker)>>,
    /// The waiter that the mutex was passed to. It stays locked meanwhile.
    next: Cell<Option<u64>>,
    numbers: Cell<u64>,
}

/// Passes the mutex to the next waiter when dropped.
pub(crate) struct MutexGuard<'a>(&'a Mutex);

impl Mutex {
    /// Waits until the mutex is free and locks it. `other` is what the call that has it does, for the error.
    ///
    /// # Errors
    /// `TimedOut` if the deadline of the call passes before.
    pub(crate) async fn lock(&self, call: Call<'_>, other: &str) -> Result<MutexGuard<'_>> {
        if !self.locked.replace(true) {
            return Ok(MutexGuard(self));
        }
        let waiter = Waiter { mutex: self, number: self.numbers.replace(self.numbers.get().wrapping_add(1)) };
        let mut deadline = call.platform.sleep(call.remaining());
        poll_fn(|context| {
            if let Some(guard) = waiter.take() {
                return Poll::Ready(Ok(guard));
            }
            waiter.register(context.waker());
            deadline.as_mut().poll(context).map(|()| Err(late(other)))
        })
        .await
    }

    fn unlock(&self) {
        let mut waiters = self.waiters.borrow_mut();
        if waiters.is_empty() {
            self.locked.set(false);
            return;
        }
        let (number, waker) = waiters.remove(0);
        drop(waiters);
        self.next.set(Some(number));
        waker.wake();
    }
}

impl Drop for MutexGuard<'_> {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

fn late(other: &str) -> Box<Error> {
    let message = format!("the time of the call ended while another call still {other}");
    Error::new(ErrorKind::TimedOut, message).with_hint(diagnosis::more_time())
}

/// A caller in the queue. Dropped, it leaves the queue, and passes on the mutex if it has just been passed to it.
struct Waiter<'a> {
    mutex: &'a Mutex,
    number: u64,
}

impl<'a> Waiter<'a> {
    fn take(&self) -> Option<MutexGuard<'a>> {
        let is_next = self.mutex.next.get() == Some(self.number);
        is_next.then(|| {
            self.mutex.next.set(None);
            MutexGuard(self.mutex)
        })
    }

    /// Only the last waker counts.
    fn register(&self, waker: &Waker) {
        let mut waiters = self.mutex.waiters.borrow_mut();
        match waiters.iter_mut().find(|(number, _)| *number == self.number) {
            Some((_, registered)) => registered.clone_from(waker),
            None => waiters.push((self.number, waker.clone())),
        }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.mutex.waiters.borrow_mut().retain(|(number, _)| *number != self.number);
        drop(self.take());
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
    use alloc::sync::Arc;
    use alloc::task::Wake;
    use core::future::ready;
    use core::pin::pin;
    use core::sync::atomic::{AtomicUsize, Ordering};
    use core::task::Context;

    use crate::platform::testing::TestPlatform;

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

    /// Counts how often a task is woken.
    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn poll<T>(future: &mut LocalFuture<'_, T>) -> Poll<T> {
        future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    /// A call that waits for the mutex and keeps it.
    fn waiter<'a>(
        mutex: &'a Mutex,
        platform: &'a TestPlatform,
        seconds: u64,
    ) -> LocalFuture<'a, Result<MutexGuard<'a>>> {
        let mut waiter: LocalFuture<'_, _> = Box::pin(mutex.lock(platform.call(seconds), "works"));
        assert!(poll(&mut waiter).is_pending());
        waiter
    }

    fn guard(future: &mut LocalFuture<'_, Result<MutexGuard<'_>>>) -> bool {
        matches!(poll(future), Poll::Ready(Ok(_)))
    }

    #[test]
    fn callers_get_the_mutex_in_their_order() {
        let (mutex, platform) = (Mutex::default(), TestPlatform::default());
        let held = poll(&mut (Box::pin(mutex.lock(platform.call(1), "works")) as LocalFuture<'_, _>));
        let [mut first, mut second] = [waiter(&mutex, &platform, 1), waiter(&mutex, &platform, 1)];
        drop(held);
        assert!(poll(&mut second).is_pending());
        // It is dropped at once, which passes the mutex on.
        assert!(guard(&mut first) && guard(&mut second));
        assert!(!mutex.locked.get());
    }

    #[test]
    fn the_deadline_of_a_call_holds_while_it_waits() {
        let (mutex, platform) = (Mutex::default(), TestPlatform::default());
        let held = poll(&mut (Box::pin(mutex.lock(platform.call(10), "works")) as LocalFuture<'_, _>));
        let [mut short, mut long] = [waiter(&mutex, &platform, 1), waiter(&mutex, &platform, 9)];
        platform.pass(1);
        assert!(matches!(poll(&mut short), Poll::Ready(Err(_))) && poll(&mut long).is_pending());
        drop(short);
        drop(held);
        assert!(guard(&mut long));
    }

    #[test]
    fn a_cancelled_call_leaves_no_waker_and_hands_its_turn_on() {
        let (mutex, platform) = (Mutex::default(), TestPlatform::default());
        let held = poll(&mut (Box::pin(mutex.lock(platform.call(1), "works")) as LocalFuture<'_, _>));
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut cancelled: LocalFuture<'_, _> = Box::pin(mutex.lock(platform.call(1), "works"));
        for _ in 0..3 {
            assert!(cancelled.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert_eq!(mutex.waiters.borrow().len(), 1);
        drop(cancelled);
        assert!(mutex.waiters.borrow().is_empty());

        let [next, mut last] = [waiter(&mutex, &platform, 1), waiter(&mutex, &platform, 1)];
        drop(held);
        // The mutex was passed to it, and it will never be polled again.
        drop(next);
        assert!(guard(&mut last));
        assert_eq!((wakes.0.load(Ordering::Relaxed), mutex.locked.get()), (0, false));
    }
}
