"""Secrets of an Azure Key Vault, in the shape of ``azure.keyvault.secrets``."""

from ._client import SecretClient
from ._models import DeletedSecret, KeyVaultSecret, KeyVaultSecretIdentifier, SecretProperties
from ._paging import ItemPaged
from ._polling import LROPoller

__all__ = [
    "DeletedSecret",
    "ItemPaged",
    "KeyVaultSecret",
    "KeyVaultSecretIdentifier",
    "LROPoller",
    "SecretClient",
    "SecretProperties",
]
