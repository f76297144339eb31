//! Reports each denied host once: a server would report the same with every request.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use http::Uri;

use fake_azure::uri::port;

/// The sink, and the hosts that it has got.
pub(super) struct Denied {
    sink: Box<dyn Fn(&str) + Send + Sync>,
    told: Mutex<BTreeSet<String>>,
}

impl Denied {
    pub(super) fn new(sink: Box<dyn Fn(&str) + Send + Sync>) -> Self {
        Self { sink, told: Mutex::default() }
    }

    pub(super) fn tell(&self, uri: &Uri) {
        let (Some(host), Some(port)) = (uri.host(), port(uri)) else { return };
        let host = format!("{}:{port}", host.to_ascii_lowercase());
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(host.clone()) {
            (self.sink)(&host);
        }
    }
}
