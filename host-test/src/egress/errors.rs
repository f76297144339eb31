//! Maps network errors to the error codes of wasi:http.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use tokio_rustls::rustls;
use wasmtime_wasi_http::Error;

use fake_azure::wire::NetworkError;

/// A simulated network fault of a fake Azure.
pub(super) fn played(error: NetworkError) -> Error {
    match error {
        NetworkError::NameNotFound => name_not_found(),
        NetworkError::Refused => Error::ConnectionRefused,
        NetworkError::Unreachable => Error::DestinationIpUnroutable,
        NetworkError::Reset => Error::ConnectionTerminated,
        NetworkError::Certificate => Error::TlsCertificateError,
        NetworkError::Denied => Error::HttpRequestDenied,
        NetworkError::Prohibited => Error::DestinationIpProhibited,
        NetworkError::NotPermitted => {
            Error::InternalError(Some("\"wasi:http/outgoing-handler\" is not permitted".to_owned()))
        }
        NetworkError::ConnectTimeout => Error::ConnectionTimeout,
        NetworkError::FirstByteTimeout | NetworkError::BetweenBytesTimeout => Error::ConnectionReadTimeout,
    }
}

/// A name that does not exist.
pub(super) fn name_not_found() -> Error {
    Error::DnsError { rcode: Some("NXDOMAIN".to_owned()), info_code: None }
}

/// A failed DNS lookup. getaddrinfo's error distinguishes "no such name" and "no response" only in its text.
pub(super) fn lookup(error: &io::Error) -> Error {
    if error.to_string().contains("emporary failure") {
        return Error::DnsError { rcode: Some("SERVFAIL".to_owned()), info_code: None };
    }
    name_not_found()
}

/// A connection that could not be opened, or broke.
pub(super) fn connection(error: &io::Error) -> Error {
    match error.kind() {
        ErrorKind::ConnectionRefused => Error::ConnectionRefused,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable => {
            Error::DestinationIpUnroutable
        }
        ErrorKind::PermissionDenied => Error::DestinationIpProhibited,
        ErrorKind::TimedOut => Error::ConnectionTimeout,
        _ => Error::ConnectionTerminated,
    }
}

/// A TLS handshake that failed.
pub(super) fn tls(error: &io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            Error::TlsCertificateError
        }
        Some(rustls::Error::AlertReceived(alert)) => {
            Error::TlsAlertReceived { alert_id: Some(u8::from(*alert)), alert_message: Some(format!("{alert:?}")) }
        }
        Some(_) => Error::TlsProtocolError,
        None => connection(error),
    }
}

/// A request that failed on an open connection.
pub(super) fn exchange(error: &hyper::Error) -> Error {
    if error.is_parse_too_large() {
        return Error::HttpResponseHeaderSectionSize(None);
    }
    if error.is_parse() {
        return Error::HttpProtocolError;
    }
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(cause) = cause.downcast_ref::<io::Error>() {
            return match cause.kind() {
                ErrorKind::InvalidData | ErrorKind::InvalidInput => tls_or_framing(cause),
                _ => Error::ConnectionTerminated,
            };
        }
        source = cause.source();
    }
    Error::ConnectionTerminated
}

/// rustls and hyper's chunk decoder both report bad bytes as invalid data.
fn tls_or_framing(error: &io::Error) -> Error {
    match error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
        true => tls(error),
        false => Error::HttpProtocolError,
    }
}
