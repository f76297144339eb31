//! The executor that a component's calls block on. A component has one thread and nothing runs in the background, so it
//! polls one future until that is done.

use alloc::sync::Arc;
use alloc::task::Wake;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};

use crate::platform::LocalFuture;

/// Set when a task wakes another task of the same future, for example by releasing a lock.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What is the same for every future, so that the component has it once.
struct Executor {
    woken: Arc<Woken>,
    waker: Waker,
}

impl Executor {
    fn new() -> Self {
        let woken = Arc::new(Woken::default());
        Self { waker: Arc::clone(&woken).into(), woken }
    }

    fn wait(&self, wait: &dyn Fn(bool)) {
        wait(self.woken.0.swap(false, Ordering::Relaxed));
    }
}

/// Polls `future` until it is ready. After each poll that leaves it pending `wait` is called, to block until an event of
/// the host. Its argument is true if a task was woken during the poll: then it must return without blocking.
pub(super) fn block_on<T>(mut future: LocalFuture<'_, T>, wait: &dyn Fn(bool)) -> T {
    let executor = Executor::new();
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&executor.waker)) {
            return output;
        }
        executor.wait(wait);
    }
}
