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
        """The method of an options resource that sets an option, or adds one value to it."""
        return self.method(_ADDERS.get(option, f"set-{option}"))


# Options with several values, each given by a call of its own.
_ADDERS = {"additionally-allowed-tenant": "add-additionally-allowed-tenant", "exclude": "exclude-credential"}


HOST = "keyfob:embedding/host@0.1.0"
"""The interface that the component imports."""

_IDENTITY = "keyfob:azure/identity@0.1.0"
_SECRETS = "keyfob:azure/secrets@0.1.0"
_BACKUPS = "keyfob:embedding/backups@0.1.0"
_PROVIDERS = "keyfob:embedding/providers@0.1.0"

CREDENTIAL = Resource(_IDENTITY, "credential")
CREDENTIAL_OPTIONS = Resource(_IDENTITY, "credential-options")
TOKEN_OPTIONS = Resource(_IDENTITY, "token-options")

SECRET_CLIENT = Resource(_SECRETS, "secret-client")
SECRET_LIST = Resource(_SECRETS, "secret-list")
DELETED_SECRET_LIST = Resource(_SECRETS, "deleted-secret-list")
SECRET_POLLER = Resource(_SECRETS, "secret-poller")
DELETED_SECRET_POLLER = Resource(_SECRETS, "deleted-secret-poller")
CLIENT_OPTIONS = Resource(_SECRETS, "client-options")
GET_SECRET_OPTIONS = Resource(_SECRETS, "get-secret-options")
SET_SECRET_OPTIONS = Resource(_SECRETS, "set-secret-options")
LIST_OPTIONS = Resource(_SECRETS, "list-options")
CALL_OPTIONS = Resource(_SECRETS, "call-options")

TOKEN_PROVIDER = Function(_PROVIDERS, "token-provider")
ASSERTION_PROVIDER = Function(_PROVIDERS, "assertion-provider")
BACKUP_SECRET = Function(_BACKUPS, "backup-secret")
RESTORE_SECRET_BACKUP = Function(_BACKUPS, "restore-secret-backup")
