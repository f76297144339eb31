"""The names of the component's WIT packages, interfaces and resources.

Methods are named where they are called: ``SECRET_CLIENT.method("get-secret")``.
"""

from __future__ import annotations

from typing import NamedTuple


class Function(NamedTuple):
    """A function that the component exports."""

    interface: str
    """Its interface with package and version, such as ``keyfob:azure/identity@0.1.0``."""
    name: str
    """Its name in the interface, such as ``[method]credential.get-token``."""


class Resource(NamedTuple):
    """A resource type that the component exports."""

    interface: str
    """Its interface with package and version."""
    name: str
    """Its name in the interface."""

    def constructor(self) -> Function:
        """The constructor."""
        return Function(self.interface, f"[constructor]{self.name}")

    def method(self, name: str) -> Function:
        """A method. Its first argument is the resource."""
        return Function(self.interface, f"[method]{self.name}.{name}")

    def static(self, name: str) -> Function:
        """A static function."""
        return Function(self.interface, f"[static]{self.name}.{name}")

    def setter(self, option: str) -> Function:
        """The method of an options resource that sets an option."""
        return self.method(option)


HOST = "keyfob:azure/host@0.1.0"
"""The interface that the component imports."""

_IDENTITY = "keyfob:azure/identity@0.1.0"
_SECRETS = "keyfob:azure/secrets@0.1.0"
_PROVIDERS = "keyfob:azure/providers@0.1.0"

CREDENTIAL = Resource(_IDENTITY, "credential")
CREDENTIAL_OPTIONS = Resource(_IDENTITY, "credential-options")
TOKEN_OPTIONS = Resource(_IDENTITY, "token-options")

SECRET_CLIENT = Resource(_SECRETS, "secret-client")
SECRET_LIST = Resource(_SECRETS, "secret-list")
SECRET_POLLER = Resource(_SECRETS, "secret-change")
CLIENT_OPTIONS = Resource(_SECRETS, "client-options")
GET_SECRET_OPTIONS = Resource(_SECRETS, "get-secret-options")
SET_SECRET_OPTIONS = Resource(_SECRETS, "set-options")
LIST_OPTIONS = Resource(_SECRETS, "list-options")
CALL_OPTIONS = Resource(_SECRETS, "call-options")

TOKEN_PROVIDER = Function(_PROVIDERS, "token-provider")
ASSERTION_PROVIDER = Function(_PROVIDERS, "assertion-provider")
