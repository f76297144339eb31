"""The environment variables that the component sees: a copy that is made when a credential or a client is created."""

from __future__ import annotations

import os
from typing import FrozenSet, List, Set, Tuple

from keyfob.exceptions import InvalidArgumentError

from .logs import configured_level

_ALL = frozenset({"AZURE_LOG_LEVEL", "KEYFOB_ALLOW_LOOPBACK_HTTP"})

CLIENT_VARIABLES = _ALL
"""The variables that a client reads."""

ENTRA_VARIABLES = _ALL | {
    "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
    "AZURE_AUTHORITY_HOST",
    "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH",
}
"""The variables that each credential reads which requests tokens from Microsoft Entra ID."""

ENVIRONMENT_VARIABLES = ENTRA_VARIABLES | {
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "AZURE_PASSWORD",
    "AZURE_TENANT_ID",
    "AZURE_USERNAME",
}
"""The variables that ``EnvironmentCredential`` reads."""

WORKLOAD_IDENTITY_VARIABLES = ENTRA_VARIABLES | {
    "AZURE_CLIENT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_KUBERNETES_TOKEN_PROXY",
    "AZURE_TENANT_ID",
}
"""The variables that ``WorkloadIdentityCredential`` reads."""

MANAGED_IDENTITY_VARIABLES = ENTRA_VARIABLES | {
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
}
"""The variables that ``ManagedIdentityCredential`` reads."""

DEFAULT_CHAIN_VARIABLES = (
    ENVIRONMENT_VARIABLES | WORKLOAD_IDENTITY_VARIABLES | MANAGED_IDENTITY_VARIABLES | {"AZURE_TOKEN_CREDENTIALS"}
)
"""The variables that ``DefaultAzureCredential`` reads."""

# Any of the first names a source of managed identities, and all of the second do.
_SOURCES = frozenset({"AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "MSI_ENDPOINT"})
_WORKLOAD_IDENTITY = frozenset({"AZURE_AUTHORITY_HOST", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID"})

ARC_AGENT = "/opt/azcmagent/bin/himds"
"""Azure Arc's agent on Linux. A server with it has a managed identity, also where its installer did not set the variables for
this process. On Windows the agent's key is in a folder that the component does not read."""

ARC_VARIABLES = [
    ("IDENTITY_ENDPOINT", "http://localhost:40342/metadata/identity/oauth2/token"),
    ("IMDS_ENDPOINT", "http://localhost:40342"),
]
"""What the agent's installer sets."""


class Environment:
    """A copy of the environment variables of these names. It prints none of their values."""

    __slots__ = ("_invalid_names", "_variables")

    def __init__(self, names: FrozenSet[str] = frozenset()) -> None:
        present = [(name, value) for name, value in os.environ.items() if name in names]
        self._invalid_names = sorted(name for name, value in present if not _is_text(value))
        self._variables = [(name, value) for name, value in present if _is_text(value)]
        added = _added_variables(names, {name for name, value in present if value})
        replaced = {name for name, _ in added}
        self._variables = [one for one in self._variables if one[0] not in replaced] + added
        if names and len(present) < len(os.environ):
            # The component's hints depend on whether there are any variables.
            self._variables.append(("OTHER_VARIABLES", "not shown to the component"))
        # Errors then name the arguments of this package, and not the options of the component.
        self._variables.append(("KEYFOB_LANGUAGE", "python"))

    def variables(self) -> List[Tuple[str, str]]:
        """Names and values.

        :raises InvalidArgumentError: a value is not UTF-8. A WIT string can't hold it; without the variable, another
            identity could be used.
        """
        if self._invalid_names:
            name = self._invalid_names[0]
            raise InvalidArgumentError(
                f"the value of the environment variable {name} is not UTF-8 text; nothing was sent",
                kind="invalid-argument",
                hint=f"Set {name} to UTF-8 text, or remove it",
            )
        return self._variables

    def __repr__(self) -> str:
        return "<Environment>"


def _added_variables(names: FrozenSet[str], set_names: Set[str]) -> List[Tuple[str, str]]:
    """Variables that are not set, for what the component can't see: how the loggers are configured, and Azure Arc's agent."""
    added = []
    level = configured_level()
    if level is not None and "AZURE_LOG_LEVEL" in names - set_names:
        added.append(("AZURE_LOG_LEVEL", level))
    names_source = not set_names.isdisjoint(_SOURCES) or set_names >= _WORKLOAD_IDENTITY
    if MANAGED_IDENTITY_VARIABLES <= names and not names_source and os.path.isfile(ARC_AGENT):
        added += ARC_VARIABLES
    return added


def _is_text(value: str) -> bool:
    """Whether a value is text. Bytes that are not UTF-8 are lone surrogates in Python."""
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
