//! Converts the records of the interface.

use std::time::Duration;

use super::bindings::{identity, secrets, types};
use crate::error::{Attempt, Error, ErrorKind, Outcome, Parts};
use crate::model::{AccessToken, CacheInfo, Candidate, DeletedSecret, ManagedIdentityId, Readiness};
use crate::model::{Secret, SecretProperties};
use crate::time::from_unix;

impl From<types::AzureError> for Error {
    fn from(error: types::AzureError) -> Self {
        Self(Box::new(Parts {
            kind: match error.kind {
                types::ErrorKind::InvalidArgument => ErrorKind::InvalidArgument,
                types::ErrorKind::CredentialUnavailable => ErrorKind::CredentialUnavailable,
                types::ErrorKind::AuthenticationFailed => ErrorKind::AuthenticationFailed,
                types::ErrorKind::NotFound => ErrorKind::NotFound,
                types::ErrorKind::Forbidden => ErrorKind::Forbidden,
                types::ErrorKind::Conflict => ErrorKind::Conflict,
                types::ErrorKind::Throttled => ErrorKind::Throttled,
                types::ErrorKind::TimedOut => ErrorKind::TimedOut,
                types::ErrorKind::DeniedByHost => ErrorKind::DeniedByHost,
                types::ErrorKind::Transport => ErrorKind::Transport,
                types::ErrorKind::UnexpectedReply => ErrorKind::UnexpectedReply,
                types::ErrorKind::Unsupported => ErrorKind::Unsupported,
                types::ErrorKind::Service => ErrorKind::Service,
                types::ErrorKind::Other => ErrorKind::Other,
            },
            message: error.message,
            hint: error.hint,
            attempts: error.attempts.into_iter().map(Into::into).collect(),
            status: error.status,
            code: error.code,
            retry_after: error.retry_after.map(Duration::from_secs),
            details: error.details,
        }))
    }
}

impl From<types::Attempt> for Attempt {
    fn from(attempt: types::Attempt) -> Self {
        Self {
            credential: attempt.credential,
            outcome: match attempt.outcome {
                types::Outcome::Unavailable => Outcome::Unavailable,
                types::Outcome::Failed => Outcome::Failed,
                types::Outcome::NotSupported => Outcome::NotSupported,
            },
            message: attempt.message,
        }
    }
}

impl From<identity::AccessToken> for AccessToken {
    fn from(token: identity::AccessToken) -> Self {
        Self {
            token: token.token.into(),
            expires_on: from_unix(token.expires_on),
            refresh_on: token.refresh_on.map(from_unix),
            credential: token.credential,
            source: token.source,
            details: token.details.into_iter().collect(),
        }
    }
}

impl From<identity::Candidate> for Candidate {
    fn from(candidate: identity::Candidate) -> Self {
        Self {
            credential: candidate.credential,
            readiness: match candidate.readiness {
                identity::Readiness::Ready => Readiness::Ready,
                identity::Readiness::Unproven => Readiness::Unproven,
                identity::Readiness::Unavailable => Readiness::Unavailable,
                identity::Readiness::Failed => Readiness::Failed,
                identity::Readiness::NotSupported => Readiness::NotSupported,
                identity::Readiness::Excluded => Readiness::Excluded,
            },
            message: candidate.message,
            hint: candidate.hint,
            variables: candidate.variables,
            details: candidate.details.into_iter().collect(),
        }
    }
}

impl From<ManagedIdentityId> for identity::ManagedIdentity {
    fn from(id: ManagedIdentityId) -> Self {
        match id {
            ManagedIdentityId::FromEnvironment => Self::FromEnvironment,
            ManagedIdentityId::SystemAssigned => Self::SystemAssigned,
            ManagedIdentityId::ClientId(id) => Self::ClientId(id),
            ManagedIdentityId::ObjectId(id) => Self::ObjectId(id),
            ManagedIdentityId::ResourceId(id) => Self::ResourceId(id),
        }
    }
}

impl From<secrets::Secret> for Secret {
    fn from(secret: secrets::Secret) -> Self {
        Self {
            value: secret.value.into(),
            properties: secret.properties.into(),
            credential: secret.credential,
            source: secret.source,
            cache: secret.cache.map(Into::into),
        }
    }
}

impl From<secrets::CacheInfo> for CacheInfo {
    fn from(cache: secrets::CacheInfo) -> Self {
        Self { age: Duration::from_secs(cache.age), stale: cache.stale, error: cache.error }
    }
}

impl From<secrets::SecretProperties> for SecretProperties {
    fn from(properties: secrets::SecretProperties) -> Self {
        Self {
            id: properties.id,
            name: properties.name,
            version: properties.version,
            content_type: properties.content_type,
            enabled: properties.enabled,
            not_before: properties.not_before.map(from_unix),
            expires_on: properties.expires_on.map(from_unix),
            created_on: properties.created_on.map(from_unix),
            updated_on: properties.updated_on.map(from_unix),
            recoverable_days: properties.recoverable_days,
            recovery_level: properties.recovery_level,
            managed: properties.managed,
            key_id: properties.key_id,
            previous_version: properties.previous_version,
            tags: properties.tags.into_iter().collect(),
            details: properties.details.into_iter().collect(),
        }
    }
}

impl From<secrets::DeletedSecret> for DeletedSecret {
    fn from(secret: secrets::DeletedSecret) -> Self {
        Self {
            properties: secret.properties.into(),
            deleted_on: secret.deleted_on.map(from_unix),
            scheduled_purge_on: secret.scheduled_purge_on.map(from_unix),
            recovery_id: secret.recovery_id,
        }
    }
}

#[cfg(test)]
mod tests;
