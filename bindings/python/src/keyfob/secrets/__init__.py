"""Secrets in an Azure Key Vault, with the API of ``azure.keyvault.secrets``."""

from keyfob import __version__ as __version__

from ._client import SecretClient
from ._enums import ApiVersion, ContentType
from ._models import CacheInfo, DeletedSecret, KeyVaultSecret, KeyVaultSecretIdentifier, SecretProperties
from ._paging import ItemPaged
from ._polling import LROPoller

__all__ = [
    "ApiVersion",
    "CacheInfo",
    "ContentType",
    "DeletedSecret",
    "ItemPaged",
    "KeyVaultSecret",
    "KeyVaultSecretIdentifier",
    "LROPoller",
    "SecretClient",
    "SecretProperties",
]
