"""The exception classes of the Azure SDK. Where it is not installed, each of them is ``Exception``."""

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

    def _exception_class(module, name):
        try:
            return getattr(importlib.import_module(module), name, Exception)
        except ImportError:
            return Exception

    AzureError = _exception_class("azure.core.exceptions", "AzureError")
    ServiceRequestError = _exception_class("azure.core.exceptions", "ServiceRequestError")
    ServiceResponseError = _exception_class("azure.core.exceptions", "ServiceResponseError")
    ServiceResponseTimeoutError = _exception_class("azure.core.exceptions", "ServiceResponseTimeoutError")
    HttpResponseError = _exception_class("azure.core.exceptions", "HttpResponseError")
    DecodeError = _exception_class("azure.core.exceptions", "DecodeError")
    ResourceExistsError = _exception_class("azure.core.exceptions", "ResourceExistsError")
    ResourceNotFoundError = _exception_class("azure.core.exceptions", "ResourceNotFoundError")
    ClientAuthenticationError = _exception_class("azure.core.exceptions", "ClientAuthenticationError")
    CredentialUnavailableError = _exception_class("azure.identity", "CredentialUnavailableError")
