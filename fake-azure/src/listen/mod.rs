//! Limits for servers on loopback, which every user of the machine can connect to: of connections, of time, and of lines in a
//! log.
//!
//! Another user must not keep a server from its own clients by connections that are idle, endless or never read. So a server
//! has room for a number of connections. When there is none for the next, the connection that was unused for the longest time
//! is dropped: first one of a stranger, who has not shown that it knows the server's secret.

mod log_limit;
mod write_limit;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet, yield_now};

pub use self::log_limit::{LogLimit, left_out};
pub use self::write_limit::WriteLimit;

/// How many connections a server has at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// All connections. Each needs a file descriptor, of which macOS gives a process 256 by default.
    pub connections: usize,
    /// Those of strangers among them.
    pub strangers: usize,
}

/// The connections of one server, on one or more listeners.
#[derive(Debug)]
pub struct Connections {
    limits: Limits,
    registry: Mutex<Registry>,
    /// Notified when a connection has ended or is no longer busy.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Registry {
    /// A number that grows with each use of a connection, and names a new one.
    clock: u64,
    open: BTreeMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    last_used: u64,
    known: bool,
    /// How many requests of it are being answered.
    answering: usize,
    task: Option<AbortHandle>,
}

/// The place of one connection among the [`Connections`]; dropping it gives the place back.
#[derive(Debug)]
pub struct Slot {
    connections: Arc<Connections>,
    id: u64,
}

/// A request of a connection is being answered: the connection is not dropped for another.
#[derive(Debug)]
pub struct Answering(Arc<Slot>);

impl Connections {
    /// No connections, and room for as many as the limits say.
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, registry: Mutex::default(), changed: Notify::new() })
    }

    /// Accepts connections and runs `serve` for each in a task of its own. Dropping the future ends them all.
    pub async fn accept<F>(
        self: &Arc<Self>,
        listener: TcpListener,
        serve: impl Fn(TcpStream, Arc<Slot>) -> F + Send,
    ) -> Infallible
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        loop {
            let accepted = listener.accept().await;
            while tasks.try_join_next().is_some() {}
            match accepted {
                Ok((stream, _)) => {
                    let slot = self.slot().await;
                    let id = slot.id;
                    let task = tasks.spawn(serve(stream, slot));
                    self.registry().set_task(id, task);
                }
                // No file descriptor is left, for example.
                Err(_) => {
                    self.registry().drop_one();
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            // The sockets are polled now: a request that is there already is read before its connection can be the oldest.
            yield_now().await;
        }
    }

    /// A place for a connection, as soon as there is one.
    pub async fn slot(self: &Arc<Self>) -> Arc<Slot> {
        loop {
            if let Some(id) = self.registry().add(self.limits) {
                return Arc::new(Slot { connections: Arc::clone(self), id });
            }
            self.changed.notified().await;
        }
    }

    /// Ignores poisoning: no panic leaves the registry inconsistent.
    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    /// A new connection's number. If there is no room, the connection that was unused for the longest time is dropped; none if
    /// all are being answered.
    fn add(&mut self, limits: Limits) -> Option<u64> {
        if self.open.values().filter(|entry| !entry.known).count() >= limits.strangers {
            self.drop_oldest(|entry| !entry.known).then_some(())?;
        }
        if self.open.len() >= limits.connections {
            self.drop_one().then_some(())?;
        }
        self.clock += 1;
        let new = Entry { last_used: self.clock, known: false, answering: 0, task: None };
        self.open.insert(self.clock, new);
        Some(self.clock)
    }

    /// Drops a stranger's connection, or else one that is idle.
    fn drop_one(&mut self) -> bool {
        self.drop_oldest(|entry| !entry.known) || self.drop_oldest(|_| true)
    }

    fn drop_oldest(&mut self, which: impl Fn(&Entry) -> bool) -> bool {
        let idle = self.open.iter().filter(|(_, entry)| entry.answering == 0 && which(entry));
        let Some(id) = idle.min_by_key(|(_, entry)| entry.last_used).map(|(id, _)| *id) else { return false };
        if let Some(Entry { task: Some(task), .. }) = self.open.remove(&id) {
            task.abort();
        }
        true
    }

    /// The task that serves a connection. It may have been dropped already.
    fn set_task(&mut self, id: u64, task: AbortHandle) {
        match self.open.get_mut(&id) {
            Some(entry) => entry.task = Some(task),
            None => task.abort(),
        }
    }

    fn change(&mut self, id: u64, change: impl FnOnce(&mut Entry)) {
        self.clock += 1;
        if let Some(entry) = self.open.get_mut(&id) {
            entry.last_used = self.clock;
            change(entry);
        }
    }
}

impl Slot {
    /// The client knows the server's secret.
    pub fn set_known(&self) {
        self.connections.registry().change(self.id, |entry| entry.known = true);
    }

    /// Keeps the connection until the value is dropped.
    pub fn answering(self: &Arc<Self>) -> Answering {
        self.connections.registry().change(self.id, |entry| entry.answering += 1);
        Answering(Arc::clone(self))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let Slot { connections, id } = &*self.0;
        connections.registry().change(*id, |entry| entry.answering = entry.answering.saturating_sub(1));
        connections.changed.notify_one();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.connections.registry().open.remove(&self.id);
        self.connections.changed.notify_one();
    }
}
