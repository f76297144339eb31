//! The names in `wit/` of enum cases whose bindings have Rust's spelling.

use crate::bindings::exports::keyfob::azure::identity::Readiness;
use crate::bindings::exports::keyfob::azure::types::{ErrorKind, Outcome};

/// The kind's name in `wit/types.wit`.
pub fn kind_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidArgument => "invalid-argument",
        ErrorKind::CredentialUnavailable => "credential-unavailable",
        ErrorKind::AuthenticationFailed => "authentication-failed",
        ErrorKind::NotFound => "not-found",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Throttled => "throttled",
        ErrorKind::TimedOut => "timed-out",
        ErrorKind::DeniedByHost => "denied-by-host",
        ErrorKind::Transport => "transport",
        ErrorKind::UnexpectedReply => "unexpected-reply",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Service => "service",
        ErrorKind::Other => "other",
    }
}

/// The outcome's name in `wit/types.wit`.
pub fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Unavailable => "unavailable",
        Outcome::Failed => "failed",
        Outcome::NotSupported => "not-supported",
    }
}

/// The readiness's name in `wit/identity.wit`.
pub fn readiness_name(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::Ready => "ready",
        Readiness::Unproven => "unproven",
        Readiness::Unavailable => "unavailable",
        Readiness::Failed => "failed",
        Readiness::NotSupported => "not-supported",
        Readiness::Excluded => "excluded",
    }
}
