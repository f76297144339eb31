//! A fake Azure whose replies are replaced or changed by faults.

use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use fake_azure::Fake;
use fake_azure::wire::{BodyEnd, ConnectOutcome, NetworkError, Request, ScriptedResponse, Service};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::case::Fault;

/// A fake Azure, and the faults of which the first that matches a request happens to it.
pub struct FaultyAzure {
    pub fake: Fake,
    pub faults: Mutex<Vec<Fault>>,
}

impl Service for FaultyAzure {
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse {
        let url = request.uri().to_string();
        let mut faults = self.faults.lock().unwrap();
        let hit = faults.iter_mut().find(|fault| url.starts_with(&fault.url) && fault.times != Some(0));
        let Some(fault) = hit else { return self.fake.handle(request, now) };
        if fault.skip > 0 {
            fault.skip -= 1;
            return self.fake.handle(request, now);
        }
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        let mut exchange = if fault.real {
            self.fake.handle(request, now)
        } else {
            ScriptedResponse::reply(200, "application/json", "")
        };
        apply(&mut exchange, &with_echo(fault, request));
        exchange
    }
}

/// The fault with `@echo` and `@token` replaced by what the request holds.
fn with_echo(fault: &Fault, request: &Request) -> Fault {
    let mut fault = fault.clone();
    let texts = || fault.headers.values().chain([&fault.body]);
    if !texts().any(|text| text.contains('@')) {
        return fault;
    }
    let headers = request.headers().iter().filter(|(name, _)| *name != "host");
    let mut echo: String = headers.map(|(_, value)| format!("{} ", value.to_str().unwrap())).collect();
    let body = String::from_utf8_lossy(request.body());
    echo.push_str(&percent_encoding::percent_decode_str(&body).decode_utf8_lossy());
    echo.push_str(&body);
    let token = request.headers().get("authorization").map_or("", |value| value.to_str().unwrap());
    let token = token.trim_start_matches("Bearer ").to_owned();
    let fill = |text: &str| text.replace("@echo", &echo).replace("@token", &token);
    // In a JSON body, the quotes of the echoed text are escaped.
    fault.body = fill(&fault.body.replace("@echo", &echo.replace('"', "\\\"")));
    fault.headers = fault.headers.iter().map(|(name, value)| (name.clone(), fill(value))).collect();
    fault
}

fn apply(exchange: &mut ScriptedResponse, fault: &Fault) {
    exchange.connect = match (fault.connect.as_deref(), exchange.connect) {
        (None, ConnectOutcome::After(pause)) => ConnectOutcome::After(pause + Duration::from_millis(fault.connect_ms)),
        (None, other) => other,
        (Some("never"), _) => ConnectOutcome::Never,
        (Some(other), _) => ConnectOutcome::Fails(match other {
            "refused" => NetworkError::Refused,
            "unreachable" => NetworkError::Unreachable,
            "name-not-found" => NetworkError::NameNotFound,
            "certificate" => NetworkError::Certificate,
            "reset" => NetworkError::Reset,
            "denied" => NetworkError::Denied,
            "prohibited" => NetworkError::Prohibited,
            "not-permitted" => NetworkError::NotPermitted,
            _ => panic!("connect = {other}"),
        }),
    };
    exchange.first_byte = (!fault.silent).then(|| Duration::from_millis(fault.first_byte_ms));
    if let Some(status) = fault.status {
        exchange.status = StatusCode::from_u16(status).unwrap();
    }
    for (name, value) in &fault.headers {
        exchange.headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    }
    for number in 0..fault.large_headers {
        let name: HeaderName = format!("x-filler-{number}").parse().unwrap();
        exchange.headers.insert(name, HeaderValue::from_str(&"x".repeat(8 * 1024)).unwrap());
    }
    exchange.body = body(exchange, fault);
    exchange.end = match fault.end.as_deref() {
        None => BodyEnd::Complete,
        Some("reset") => BodyEnd::Reset,
        Some("never") => BodyEnd::Never,
        Some(other) => panic!("end = {other}"),
    };
}

fn body(exchange: &ScriptedResponse, fault: &Fault) -> Vec<(Duration, Bytes)> {
    if let Some(size) = fault.body_size
        && fault.trickle_ms.is_none()
    {
        // Clones share their bytes, so even a body of one GiB takes no memory.
        let piece = Bytes::from(vec![b' '; 1 << 16]);
        let whole = std::iter::repeat_n(piece.clone(), size >> 16);
        let rest = piece.slice(..size & 0xffff);
        return whole.chain([rest]).map(|piece| (Duration::ZERO, piece)).collect();
    }
    let mut bytes = match fault.body_size {
        Some(size) => vec![b' '; size],
        None if fault.brackets > 0 => vec![b'['; fault.brackets],
        None => fault.body.clone().into_bytes(),
    };
    if fault.real {
        bytes = exchange.body.iter().flat_map(|(_, piece)| piece.to_vec()).collect();
    }
    if !(fault.set.is_empty() && fault.remove.is_empty()) {
        let mut json: serde_json::Value = serde_json::from_slice(&bytes).expect("a fault of JSON's fields, of JSON");
        let object = json.as_object_mut().unwrap();
        for name in &fault.remove {
            object.remove(name).unwrap_or_else(|| panic!("there is no {name}"));
        }
        object.extend(fault.set.clone());
        bytes = json.to_string().into_bytes();
    }
    for (from, to) in &fault.replace {
        bytes = String::from_utf8_lossy(&bytes).replace(from, to).into_bytes();
    }
    if let Some(percent) = fault.percent {
        bytes.truncate(bytes.len() * percent / 100);
    }
    match fault.trickle_ms {
        Some(ms) => bytes.iter().map(|byte| (Duration::from_millis(ms), Bytes::copy_from_slice(&[*byte]))).collect(),
        None => vec![(Duration::ZERO, bytes.into())],
    }
}
