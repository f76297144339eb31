"""Secrets in an Azure Key Vault, with the API of ``azure.keyvault.secrets``."""

from ._client import SecretClient
from ._models import CacheInfo, DeletedSecret, KeyVaultSecret, KeyVaultSecretIdentifier, SecretProperties
from ._paging import ItemPaged
from ._polling import LROPoller

__all__ = [
    "CacheInfo",
    "DeletedSecret",
    "ItemPaged",
    "KeyVaultSecret",
    "KeyVaultSecretIdentifier",
    "LROPoller",
    "SecretClient",
    "SecretProperties",
]
