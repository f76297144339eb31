"""The Azure SDK's own exceptions, where it is installed; where it is not, what every exception is anyway."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    AzureError = Exception
    ServiceRequestError = Exception
    ServiceResponseError = Exception
    ServiceResponseTimeoutError = Exception
    HttpResponseError = Exception
    DecodeError = Exception
    ResourceExistsError = Exception
    ResourceNotFoundError = Exception
    ClientAuthenticationError = Exception
    CredentialUnavailableError = Exception
else:

    def _find(module, name):
        try:
            return getattr(importlib.import_module(module), name, Exception)
        except ImportError:
            return Exception

    AzureError = _find("azure.core.exceptions", "AzureError")
    ServiceRequestError = _find("azure.core.exceptions", "ServiceRequestError")
    ServiceResponseError = _find("azure.core.exceptions", "ServiceResponseError")
    ServiceResponseTimeoutError = _find("azure.core.exceptions", "ServiceResponseTimeoutError")
    HttpResponseError = _find("azure.core.exceptions", "HttpResponseError")
    DecodeError = _find("azure.core.exceptions", "DecodeError")
    ResourceExistsError = _find("azure.core.exceptions", "ResourceExistsError")
    ResourceNotFoundError = _find("azure.core.exceptions", "ResourceNotFoundError")
    ClientAuthenticationError = _find("azure.core.exceptions", "ClientAuthenticationError")
    CredentialUnavailableError = _find("azure.identity", "CredentialUnavailableError")
