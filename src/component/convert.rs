//! Converts the core's results into the types of the WIT package.

use super::bindings::exports::keyfob::azure::{identity as wit, secrets, types};
use crate::prelude::*;
use crate::{ErrorKind, Outcome, Readiness};

impl From<crate::AccessToken> for wit::AccessToken {
    fn from(token: crate::AccessToken) -> Self {
        Self {
            details: owned(token.ids()),
            token: token.token.expose().to_owned(),
            expires_on: token.expires_on,
            refresh_on: token.refresh_on,
            credential: token.credential.to_owned(),
            source: token.source.to_owned(),
        }
    }
}

impl From<crate::Candidate> for wit::Candidate {
    fn from(candidate: crate::Candidate) -> Self {
        Self {
            credential: candidate.credential.to_owned(),
            readiness: match candidate.readiness {
                Readiness::Ready => wit::Readiness::Ready,
                Readiness::Unproven => wit::Readiness::Unproven,
                Readiness::Unavailable => wit::Readiness::Unavailable,
                Readiness::Failed => wit::Readiness::Failed,
                Readiness::NotSupported => wit::Readiness::NotSupported,
                Readiness::Excluded => wit::Readiness::Excluded,
            },
            message: candidate.message,
            hint: candidate.hint.map(|hint| hint.text),
            variables: candidate.variables.into_iter().map(str::to_owned).collect(),
            details: owned(candidate.details),
        }
    }
}

/// Details with owned names.
fn owned(details: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl From<crate::Secret> for secrets::Secret {
    fn from(secret: crate::Secret) -> Self {
        Self {
            value: secret.value.expose().to_owned(),
            properties: secret.properties.into(),
            credential: secret.credential.to_owned(),
            source: secret.source.to_owned(),
            cache: secret.cache.map(Into::into),
        }
    }
}

impl From<crate::CacheInfo> for secrets::CacheInfo {
    fn from(cache: crate::CacheInfo) -> Self {
        Self { age: cache.age, stale: cache.error.is_some(), error: cache.error }
    }
}

impl From<crate::SecretProperties> for secrets::DeletedSecret {
    fn from(properties: crate::SecretProperties) -> Self {
        Self {
            deleted_on: properties.deleted_on,
            scheduled_purge_on: properties.scheduled_purge_on,
            recovery_id: properties.recovery_id.clone(),
            properties: properties.into(),
        }
    }
}

impl From<crate::SecretProperties> for secrets::SecretProperties {
    fn from(properties: crate::SecretProperties) -> Self {
        Self {
            id: properties.id,
            name: properties.name,
            version: properties.version,
            content_type: properties.content_type,
            enabled: properties.enabled,
            not_before: properties.not_before,
            expires_on: properties.expires_on,
            created_on: properties.created_on,
            updated_on: properties.updated_on,
            recoverable_days: properties.recoverable_days,
            recovery_level: properties.recovery_level,
            managed: properties.managed,
            key_id: properties.key_id,
            previous_version: properties.previous_version,
            tags: properties.tags,
            details: Vec::new(),
        }
    }
}

impl From<ErrorKind> for types::ErrorKind {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidArgument => Self::InvalidArgument,
            ErrorKind::CredentialUnavailable => Self::CredentialUnavailable,
            ErrorKind::AuthenticationFailed => Self::AuthenticationFailed,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Forbidden => Self::Forbidden,
            ErrorKind::Conflict => Self::Conflict,
            ErrorKind::Throttled => Self::Throttled,
            ErrorKind::TimedOut => Self::TimedOut,
            ErrorKind::DeniedByHost => Self::DeniedByHost,
            ErrorKind::Transport => Self::Transport,
            ErrorKind::UnexpectedReply => Self::UnexpectedReply,
            ErrorKind::Unsupported => Self::Unsupported,
            ErrorKind::Service => Self::Service,
            ErrorKind::Other => Self::Other,
        }
    }
}

impl From<Box<crate::Error>> for types::AzureError {
    fn from(error: Box<crate::Error>) -> Self {
        let attempt = |attempt: crate::Attempt| types::Attempt {
            credential: attempt.credential.to_owned(),
            outcome: match attempt.outcome {
                Outcome::Unavailable => types::Outcome::Unavailable,
                Outcome::Failed => types::Outcome::Failed,
                Outcome::NotSupported => types::Outcome::NotSupported,
            },
            message: attempt.message,
        };
        Self {
            kind: error.kind.into(),
            message: error.message,
            hint: error.hint.map(|hint| hint.text),
            attempts: error.attempts.into_iter().map(attempt).collect(),
            status: error.status,
            code: error.code,
            retry_after: error.retry_after,
            details: owned(error.details),
        }
    }
}
