"""Credentials, with the API of ``azure.identity``."""

from keyfob.exceptions import ClientAuthenticationError, CredentialUnavailableError

from ._base import Candidate, Credential
from ._credentials import (
    CertificateCredential,
    ChainedTokenCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from ._token import AccessToken, AccessTokenInfo, TokenCredential, TokenRequestOptions

__all__ = [
    "AccessToken",
    "AccessTokenInfo",
    "Candidate",
    "CertificateCredential",
    "ChainedTokenCredential",
    "ClientAssertionCredential",
    "ClientAuthenticationError",
    "ClientSecretCredential",
    "Credential",
    "CredentialUnavailableError",
    "DefaultAzureCredential",
    "EnvironmentCredential",
    "ManagedIdentityCredential",
    "TokenCredential",
    "TokenRequestOptions",
    "WorkloadIdentityCredential",
]
