"""Enumerations, with the members of those in ``azure.keyvault.secrets``. Where one is taken, its text is too."""

from __future__ import annotations

from enum import Enum, EnumMeta
from typing import Any


class _AnyCase(EnumMeta):
    def __getitem__(cls, name: str) -> Any:
        return super().__getitem__(name.upper())

    def __getattr__(cls, name: str) -> Any:
        members = cls.__dict__.get("_member_map_", {})
        if name.startswith("_") or name.upper() not in members:
            raise AttributeError(name)
        return members[name.upper()]


class ContentType(str, Enum, metaclass=_AnyCase):
    """The format of a certificate's secret."""

    PFX = "application/x-pkcs12"
    """PKCS#12."""
    PEM = "application/x-pem-file"
    """PEM."""


class ApiVersion(str, Enum, metaclass=_AnyCase):
    """The versions of Key Vault's REST API that the Azure SDK knows."""

    V2026_04_01 = "2026-04-01"
    """The default."""
    V2025_07_01 = "2025-07-01"
    V7_6 = "7.6"
    V7_5 = "7.5"
    V7_4 = "7.4"
    V7_3 = "7.3"
    V7_2 = "7.2"
    V7_1 = "7.1"
    V7_0 = "7.0"
    V2016_10_01 = "2016-10-01"
