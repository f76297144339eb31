//! The error codes of wasi:http, which WASI 0.2 and 0.3 have in types of their own and otherwise in common.

/// Maps an error code. Hosts report the same error under different codes.
macro_rules! send_error {
    ($code:expr, $ErrorCode:ident) => {
        match $code {
            $ErrorCode::HttpRequestDenied | $ErrorCode::DestinationIpProhibited => SendError::Denied,
            // Spin, for a dependency that does not inherit `allowed_outbound_hosts`.
            $ErrorCode::InternalError(Some(text)) if text.contains("not permitted") => SendError::Denied,
            $ErrorCode::DnsError(_) | $ErrorCode::DestinationNotFound => SendError::NameNotFound,
            $ErrorCode::ConnectionRefused => SendError::Refused,
            $ErrorCode::DestinationUnavailable | $ErrorCode::DestinationIpUnroutable => SendError::Unreachable,
            $ErrorCode::ConnectionTimeout | $ErrorCode::DnsTimeout => SendError::ConnectTimeout,
            $ErrorCode::TlsCertificateError | $ErrorCode::TlsProtocolError | $ErrorCode::TlsAlertReceived(_) => {
                SendError::Tls
            }
            $ErrorCode::ConnectionReadTimeout
            | $ErrorCode::ConnectionWriteTimeout
            | $ErrorCode::HttpResponseTimeout => SendError::FirstByteTimeout,
            $ErrorCode::ConnectionTerminated
            | $ErrorCode::HttpResponseIncomplete
            | $ErrorCode::ConnectionLimitReached => SendError::Reset,
            $ErrorCode::HttpResponseBodySize(_)
            | $ErrorCode::HttpResponseHeaderSectionSize(_)
            | $ErrorCode::HttpResponseHeaderSize(_) => SendError::TooLarge,
            _ => SendError::Other,
        }
    };
}

pub(super) use send_error;
