//! The core's platform as native code: files, clock and egress of a case's world.

use std::sync::Mutex;
use std::time::Duration;

use fake_azure::wire;
use http_body_util::BodyExt;
use keyfob_component::{FileError, Limits, LocalFuture, Platform, Request, Response, SecretBytes, SendError};
use keyfob_host_test::egress;

use crate::world::World;

/// A `Platform` over the world of the case.
pub(super) struct ScriptedPlatform {
    world: World,
    log: Mutex<String>,
}

impl Platform for ScriptedPlatform {
    fn environment(&self) -> Vec<(String, String)> {
        self.world.env.clone()
    }

    fn read_file<'a>(&'a self, path: &'a str, limit: usize) -> LocalFuture<'a, Result<SecretBytes, FileError>> {
        Box::pin(async move {
            if !self.world.folders.iter().any(|folder| path.starts_with(folder.as_str())) {
                return Err(FileError::NotGranted);
            }
            let bytes = std::fs::read(self.world.root.path().join(path.trim_start_matches('/'))).map_err(|error| {
                if error.kind() == std::io::ErrorKind::NotFound { FileError::NotFound } else { FileError::Unreadable }
            })?;
            if bytes.len() > limit { Err(FileError::TooLarge) } else { Ok(bytes.into()) }
        })
    }

    fn unix_now(&self) -> u64 {
        self.world.wall.unix_now()
    }

    fn monotonic(&self) -> Duration {
        self.world.clock.elapsed()
    }

    fn random(&self) -> u64 {
        // The middle of the range of the jitter.
        50
    }

    fn log(&self, line: &str) {
        self.log.lock().unwrap().push_str(&format!("{line}\n"));
    }

    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()> {
        Box::pin(tokio::time::sleep(pause))
    }

    fn send<'a>(&'a self, request: &'a Request, limits: Limits) -> LocalFuture<'a, Result<Response, SendError>> {
        Box::pin(async move {
            let left = limits.deadline.saturating_sub(self.monotonic());
            let sent = tokio::time::timeout(left, self.exchange(request, limits)).await;
            let answer = sent.unwrap_or(Err(SendError::Deadline));
            self.record_debug(&(request, &answer));
            answer
        })
    }
}

impl ScriptedPlatform {
    pub(super) fn new(world: World) -> Self {
        Self { world, log: Mutex::default() }
    }

    /// What the core has logged.
    pub(super) fn logged(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Adds the `Debug` of a value to what is searched for secrets.
    pub(super) fn record_debug(&self, value: &dyn std::fmt::Debug) {
        self.world.visible.lock().unwrap().push_str(&format!("{value:?}"));
    }

    async fn exchange(&self, request: &Request, limits: Limits) -> Result<Response, SendError> {
        let scheme = if request.https { "https" } else { "http" };
        let mut outgoing = http::Request::builder().uri(format!("{scheme}://{}{}", request.authority, request.path));
        outgoing = outgoing.method(request.method.name());
        for (name, value) in &request.headers {
            outgoing = outgoing.header(*name, value.expose());
        }
        let outgoing =
            outgoing.header("host", &request.authority).body(request.body.expose().to_owned().into()).unwrap();
        let limits = wire::Timeouts {
            connect: limits.connect,
            first_byte: limits.first_byte,
            between_bytes: limits.between_bytes,
        };
        let response = self.world.egress.send(&outgoing, limits).await.map_err(|e| send_error(&e, false))?;
        let (parts, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            bytes.extend(frame.map_err(|error| send_error(&error, true))?.into_data().unwrap_or_default());
            if bytes.len() > request.max_body {
                return Err(SendError::TooLarge);
            }
        }
        let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value).into())).collect();
        Ok(Response { status: parts.status.as_u16(), headers, body: bytes.into() })
    }
}

fn send_error(error: &egress::Error, reading: bool) -> SendError {
    match error {
        egress::Error::HttpRequestDenied
        | egress::Error::DestinationIpProhibited
        | egress::Error::InternalError(Some(_)) => SendError::Denied,
        egress::Error::DnsError { .. } => SendError::NameNotFound,
        egress::Error::ConnectionRefused => SendError::Refused,
        egress::Error::DestinationIpUnroutable => SendError::Unreachable,
        egress::Error::ConnectionTimeout => SendError::ConnectTimeout,
        egress::Error::TlsCertificateError => SendError::Tls,
        egress::Error::ConnectionReadTimeout if reading => SendError::BetweenBytesTimeout,
        egress::Error::ConnectionReadTimeout => SendError::FirstByteTimeout,
        egress::Error::ConnectionTerminated => SendError::Reset,
        other => panic!("{other:?}"),
    }
}
