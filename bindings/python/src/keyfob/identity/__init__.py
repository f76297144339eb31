"""Credentials, with the API of ``azure.identity``."""

from keyfob import __version__ as __version__
from keyfob.exceptions import ClientAuthenticationError, CredentialUnavailableError

from ._authorities import AzureAuthorityHosts, KnownAuthorities
from ._base import Candidate, Credential
from ._chain import ChainedTokenCredential, get_bearer_token_provider
from ._credentials import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from ._default import DefaultAzureCredential
from ._token import AccessToken, AccessTokenInfo, TokenCredential, TokenRequestOptions

__all__ = [
    "AccessToken",
    "AccessTokenInfo",
    "AzureAuthorityHosts",
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
    "KnownAuthorities",
    "ManagedIdentityCredential",
    "TokenCredential",
    "TokenRequestOptions",
    "WorkloadIdentityCredential",
    "get_bearer_token_provider",
]
