//! The fake Azure with faults on the way.

use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use keyfob_host_test::fake::Fake;
use keyfob_host_test::wire::{Azure, Connect, End, Exchange, NetError, Request};

use crate::case::Fault;

pub struct Faulty {
    pub fake: Fake,
    pub faults: Mutex<Vec<Fault>>,
}

impl Azure for Faulty {
    fn answer(&self, request: &Request, now: u64) -> Exchange {
        let url = request.uri().to_string();
        let mut faults = self.faults.lock().unwrap();
        let hit = faults.iter_mut().find(|fault| url.starts_with(&fault.url) && fault.times != Some(0));
        let Some(fault) = hit else { return self.fake.answer(request, now) };
        if fault.skip > 0 {
            fault.skip -= 1;
            return self.fake.answer(request, now);
        }
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        let mut exchange = if fault.late { self.fake.answer(request, now) } else { made(fault) };
        if let Connect::After(pause) = &mut exchange.connect {
            *pause += Duration::from_millis(fault.connect_ms);
        }
        exchange.first_byte = (!fault.silent).then(|| Duration::from_millis(fault.first_byte_ms));
        exchange
    }
}

fn made(fault: &Fault) -> Exchange {
    let mut exchange = Exchange::reply(200, "application/json", "");
    exchange.status = StatusCode::from_u16(fault.status).unwrap();
    for (name, value) in &fault.headers {
        exchange.headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let body = match fault.body_size {
        Some(size) => Bytes::from(vec![b' '; size]),
        None => Bytes::from(fault.body.clone()),
    };
    exchange.body = match fault.trickle_ms {
        Some(ms) => body.chunks(1).map(|b| (Duration::from_millis(ms), Bytes::copy_from_slice(b))).collect(),
        None => vec![(Duration::ZERO, body)],
    };
    exchange.end = match fault.end.as_deref() {
        None => End::Complete,
        Some("reset") => End::Reset,
        Some("never") => End::Never,
        Some(other) => panic!("end = {other}"),
    };
    match fault.connect.as_deref() {
        None => exchange,
        Some("never") => Exchange::no_connection(Connect::Never),
        Some(other) => Exchange::no_connection(Connect::Fails(match other {
            "refused" => NetError::Refused,
            "unreachable" => NetError::Unreachable,
            "name-not-found" => NetError::NameNotFound,
            "certificate" => NetError::Certificate,
            "reset" => NetError::Reset,
            _ => panic!("connect = {other}"),
        })),
    }
}
