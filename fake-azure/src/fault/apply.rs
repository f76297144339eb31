//! The effect of a fault on a response.

use std::time::Duration;

use anyhow::{Context, anyhow};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};

use super::{ConnectFault, Fault};
use crate::wire::{BodyEnd, ConnectOutcome, NetworkError, Request, ScriptedResponse};

/// The size of an additional header.
const LARGE_HEADER: usize = 8 * 1024;

/// The fault with `@echo` and `@token` replaced by what the request holds.
pub(super) fn with_echo(fault: &Fault, request: &Request) -> Fault {
    let mut fault = fault.clone();
    if !fault.headers.values().chain([&fault.body]).any(|text| text.contains('@')) {
        return fault;
    }
    let headers = request.headers().iter().filter(|(name, _)| *name != "host");
    let mut echo: String =
        headers.map(|(_, value)| format!("{} ", String::from_utf8_lossy(value.as_bytes()))).collect();
    let body = String::from_utf8_lossy(request.body());
    echo.push_str(&percent_encoding::percent_decode_str(&body).decode_utf8_lossy());
    echo.push_str(&body);
    let token = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = token.trim_start_matches("Bearer ");
    let fill = |text: &str| text.replace("@echo", &echo).replace("@token", token);
    // In a JSON body, the quotes of the echoed text are escaped.
    fault.body = fill(&fault.body.replace("@echo", &echo.replace('"', "\\\"")));
    for value in fault.headers.values_mut() {
        *value = fill(value);
    }
    fault
}

/// The response with the fault. Fails where the response has not what the fault changes.
pub(super) fn apply(fault: &Fault, mut response: ScriptedResponse) -> anyhow::Result<ScriptedResponse> {
    response.connect = match (fault.connect, response.connect) {
        (None, ConnectOutcome::After(pause)) => ConnectOutcome::After(pause + Duration::from_millis(fault.connect_ms)),
        (None, other) => other,
        (Some(connect), _) => outcome(connect),
    };
    response.first_byte = (!fault.silent).then(|| Duration::from_millis(fault.first_byte_ms));
    if let Some(status) = fault.status {
        response.status = StatusCode::from_u16(status)?;
    }
    for (name, value) in &fault.headers {
        response.headers.insert(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
    }
    for number in 0..fault.large_headers {
        let name: HeaderName = format!("x-filler-{number}").parse()?;
        response.headers.insert(name, HeaderValue::from_str(&"x".repeat(LARGE_HEADER))?);
    }
    response.body = body(fault, &response)?;
    response.end = fault.end.unwrap_or(BodyEnd::Complete);
    Ok(response)
}

fn outcome(connect: ConnectFault) -> ConnectOutcome {
    ConnectOutcome::Fails(match connect {
        ConnectFault::Never => return ConnectOutcome::Never,
        ConnectFault::Refused => NetworkError::Refused,
        ConnectFault::Unreachable => NetworkError::Unreachable,
        ConnectFault::NameNotFound => NetworkError::NameNotFound,
        ConnectFault::Certificate => NetworkError::Certificate,
        ConnectFault::Reset => NetworkError::Reset,
        ConnectFault::Denied => NetworkError::Denied,
        ConnectFault::Prohibited => NetworkError::Prohibited,
        ConnectFault::NotPermitted => NetworkError::NotPermitted,
    })
}

/// The body with as many repetitions of `fill` in place of `@fill` as fit into `size` bytes.
fn filled(body: &str, fill: &str, size: usize) -> anyhow::Result<String> {
    let rest = size.checked_sub(body.len() - "@fill".len()).ok_or_else(|| anyhow!("body-size: the body is longer"))?;
    Ok(body.replacen("@fill", &fill.repeat(rest / fill.len()), 1))
}

/// The chunks of the body.
fn body(fault: &Fault, response: &ScriptedResponse) -> anyhow::Result<Vec<(Duration, Bytes)>> {
    if let Some(size) = fault.body_size
        && fault.fill.is_empty()
        && fault.trickle_ms.is_none()
    {
        // Clones share their bytes, so even a body of one GiB takes no memory.
        let chunk = Bytes::from(vec![b' '; 1 << 16]);
        let whole = std::iter::repeat_n(chunk.clone(), size >> 16);
        let rest = chunk.slice(..size & 0xffff);
        return Ok(whole.chain([rest]).map(|chunk| (Duration::ZERO, chunk)).collect());
    }
    let mut bytes = match fault.body_size {
        Some(size) if fault.fill.is_empty() => vec![b' '; size],
        Some(size) => filled(&fault.body, &fault.fill, size)?.into_bytes(),
        None if fault.brackets > 0 => vec![b'['; fault.brackets],
        None if fault.real => response.body.iter().flat_map(|(_, chunk)| chunk.to_vec()).collect(),
        None => fault.body.clone().into_bytes(),
    };
    if !(fault.set.is_empty() && fault.remove.is_empty()) {
        let mut json: serde_json::Value = serde_json::from_slice(&bytes).context("its body is no JSON")?;
        let object = json.as_object_mut().ok_or_else(|| anyhow!("its body is no JSON object"))?;
        for name in &fault.remove {
            object.remove(name).ok_or_else(|| anyhow!("its body has no member {name}"))?;
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
    Ok(match fault.trickle_ms {
        Some(ms) => bytes.iter().map(|byte| (Duration::from_millis(ms), Bytes::copy_from_slice(&[*byte]))).collect(),
        None => vec![(Duration::ZERO, bytes.into())],
    })
}
