"""Checks of arguments that need no input or output. The Azure SDK makes them in the constructors too."""

from __future__ import annotations

import ipaddress
import string
from typing import Any, Optional
from urllib.parse import urlsplit

from keyfob._redaction import describe_text
from keyfob.exceptions import InvalidArgumentError

_TENANT_CHARACTERS = frozenset(string.ascii_letters + string.digits + "-.")
_DER_SEQUENCE = b"\x30"
_MIN_IMDS_CONNECT_MS, _MAX_IMDS_CONNECT_MS = 1, 60_000


def invalid(summary: str, hint: Optional[str] = None) -> InvalidArgumentError:
    """The exception for an invalid argument."""
    return InvalidArgumentError(summary, kind="invalid-argument", hint=hint)


def require_text(name: str, value: Any, meaning: str) -> None:
    """Checks that an argument is a text and not empty.

    :raises TypeError: it is no text.
    :raises InvalidArgumentError: it is empty.
    """
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} must be str, not {type(value).__name__}")
    if not value:
        raise invalid(f"{name} is empty", f"Set {name} to {meaning}")


def require_tenant(name: str, value: Any) -> None:
    """Checks a tenant: an id or a domain name.

    :raises TypeError: it is no text.
    :raises InvalidArgumentError: it is empty, or has a character that no tenant has.
    """
    require_text(name, value, "the tenant's id or domain name")
    if not _TENANT_CHARACTERS.issuperset(value):
        # It may be a secret.
        raise invalid(
            f"{name} is not a tenant: it {describe_text(value, _TENANT_CHARACTERS.__contains__)}",
            f"Set {name} to the tenant's id (portal: Microsoft Entra ID > Overview > Tenant ID) or domain name",
        )


def require_certificate(name: str, value: Any) -> None:
    """Checks that bytes may be PEM or PKCS#12. What is in them is checked when it is used.

    :raises TypeError: they are no bytes.
    :raises InvalidArgumentError: they are something else.
    """
    if not isinstance(value, (bytes, bytearray)):
        raise TypeError(f"{name} must be bytes, not {type(value).__name__}")
    if b"-----BEGIN" not in value and not value.startswith(_DER_SEQUENCE):
        raise invalid(
            f"{name} is neither PEM nor PKCS#12", "Give the content of the file that has the certificate and its private key"
        )


def authority_url(authority: Optional[str]) -> Optional[str]:
    """The URL of an authority: the Azure SDK accepts a host name too.

    :raises InvalidArgumentError: it would be asked without TLS.
    """
    if authority is None:
        return None
    require_text("authority", authority, "the URL of the Microsoft Entra host")
    authority = authority.rstrip(" /")
    if "://" not in authority:
        return f"https://{authority}"
    parts = urlsplit(authority)
    # The component decides about loopback: a fake needs a variable to be allowed there.
    if parts.scheme.lower() != "https" and not _is_loopback(parts.hostname or ""):
        raise invalid("authority is not an https URL", "Write https:// before the host of the authority, or only the host")
    return authority


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def imds_connect_timeout(seconds: Any) -> Optional[int]:
    """The keyword ``connection_timeout`` in the milliseconds and the range of the component's option.

    :raises TypeError: it is no number.
    """
    if seconds is None:
        return None
    if not isinstance(seconds, (int, float)):
        raise TypeError(f"connection_timeout must be a number of seconds, not {type(seconds).__name__}")
    return int(min(max(seconds * 1000, _MIN_IMDS_CONNECT_MS), _MAX_IMDS_CONNECT_MS))
