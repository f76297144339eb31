"""The hosts of Microsoft Entra ID, by the names of ``azure.identity``."""

from __future__ import annotations

import warnings


class _Authorities(type):
    def __getattr__(cls, name: str) -> str:
        if name == "AZURE_GERMANY":
            warnings.warn("AZURE_GERMANY: this cloud was closed in 2021", DeprecationWarning, stacklevel=2)
            return "login.microsoftonline.de"
        raise AttributeError(f"{cls.__name__} has no host {name}")


class AzureAuthorityHosts(metaclass=_Authorities):
    """Hosts for the argument ``authority``."""

    AZURE_CHINA = "login.chinacloudapi.cn"
    AZURE_GOVERNMENT = "login.microsoftonline.us"
    AZURE_PUBLIC_CLOUD = "login.microsoftonline.com"


class KnownAuthorities(AzureAuthorityHosts):
    """Another name of :class:`AzureAuthorityHosts`."""
