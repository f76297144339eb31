"""``DefaultAzureCredential``, with the arguments of the one in ``azure.identity``."""

from __future__ import annotations

import os
from typing import Any, FrozenSet, Iterable, Mapping, Optional, Tuple

from keyfob._component import environment
from keyfob._component.options import Setters, setters
from keyfob._keywords import DEVELOPER_KEYWORDS, check_keywords
from keyfob._redaction import hide_frames
from keyfob.exceptions import InvalidArgumentError

from . import _credentials
from ._base import Credential
from ._chain import ChainedTokenCredential
from ._credentials import entra_options, is_cloud_shell, managed_identity_options, static_constructor
from ._token import TokenCredential
from ._validation import imds_connect_timeout, invalid

# The credentials of the default chain. Those that start processes or a browser, which a component can't, are in it by name;
# the Azure SDK's can be passed to ChainedTokenCredential and SecretClient.
_EXCLUDE_ARGUMENTS = {
    "exclude_environment_credential": "EnvironmentCredential",
    "exclude_workload_identity_credential": "WorkloadIdentityCredential",
    "exclude_managed_identity_credential": "ManagedIdentityCredential",
    "exclude_shared_token_cache_credential": "SharedTokenCacheCredential",
    "exclude_visual_studio_code_credential": "VisualStudioCodeCredential",
    "exclude_cli_credential": "AzureCliCredential",
    "exclude_powershell_credential": "AzurePowerShellCredential",
    "exclude_developer_cli_credential": "AzureDeveloperCliCredential",
    "exclude_broker_credential": "BrokerCredential",
}
_DEFAULT_CHAIN_KEYWORDS = DEVELOPER_KEYWORDS | {*_EXCLUDE_ARGUMENTS, "exclude_interactive_browser_credential"}
_TOKEN_CREDENTIALS = "AZURE_TOKEN_CREDENTIALS"
# Those that can work in a component.
_SUPPORTED = frozenset(list(_EXCLUDE_ARGUMENTS.values())[:3])


class _NotGiven:
    def __repr__(self) -> str:
        return "AZURE_CLIENT_ID"


_NOT_GIVEN: Any = _NotGiven()
_ENTRA_ARGUMENTS = ("authority", "disable_instance_discovery", "additionally_allowed_tenants")
_KNOWN_TOKEN_CREDENTIALS = ("prod", *(name.lower() for name in _SUPPORTED))


def _selected_names(variable: str) -> FrozenSet[str]:
    """The credentials that a value of ``AZURE_TOKEN_CREDENTIALS`` selects. None for a value that the component refuses."""
    names = frozenset(_EXCLUDE_ARGUMENTS.values())
    if variable == "prod":
        return _SUPPORTED
    if variable == "dev":
        return names - _SUPPORTED
    return frozenset(name for name in names if name.lower() == variable)


def _excluded_names(variable: str, keywords: Mapping[str, Any]) -> Tuple[FrozenSet[str], bool]:
    """The credentials to exclude, and whether an argument brings back what ``AZURE_TOKEN_CREDENTIALS`` leaves out.

    As in the Azure SDK, ``exclude_…=False`` counts more than the variable.
    """
    given = {name: keywords[key] for key, name in _EXCLUDE_ARGUMENTS.items() if keywords.get(key) is not None}
    excluded = frozenset(name for name, value in given.items() if value)
    included = frozenset(given) - excluded
    selected = _selected_names(variable)
    if not selected or (included & _SUPPORTED) <= selected:
        return excluded, False
    return (frozenset(_EXCLUDE_ARGUMENTS.values()) - selected - included) | excluded, True


def _identity_options(client_id: Optional[str], identity_config: Mapping[str, Any], system_assigned: bool) -> Setters:
    given = None if client_id is _NOT_GIVEN else client_id
    options = managed_identity_options(given, identity_config, system_assigned)
    if not options and client_id is None and os.environ.get("AZURE_CLIENT_ID"):
        # As in the Azure SDK, None means that the variable does not choose the identity.
        return managed_identity_options(None, {}, True)
    return options


def make_members(names: Iterable[str], options: Mapping[str, Any], classes: Any) -> Tuple[Any, ...]:
    """The credentials of a default chain, each by itself.

    :param names: of the classes to make, in the order of the chain.
    :param options: the arguments of the chain.
    :param classes: has the classes as attributes.
    """
    entra = {name: options[name] for name in _ENTRA_ARGUMENTS if name in options}
    identity = {
        "client_id": options.get("managed_identity_client_id"),
        "identity_config": options.get("identity_config"),
        "connection_timeout": options.get("connection_timeout"),
    }
    chosen = "managed_identity_client_id" in options or options.get("managed_identity_system_assigned")
    if not chosen and not identity["identity_config"]:
        identity["client_id"] = None if is_cloud_shell() else os.environ.get("AZURE_CLIENT_ID") or None
    workload = {
        "client_id": options.get("workload_identity_client_id") or options.get("managed_identity_client_id"),
        "tenant_id": options.get("workload_identity_tenant_id"),
    }
    arguments = {"EnvironmentCredential": entra, "WorkloadIdentityCredential": {**workload, **entra}}
    return tuple(getattr(classes, name)(**arguments.get(name, identity)) for name in names)


@hide_frames
class DefaultAzureCredential(ChainedTokenCredential):
    """Tries environment, workload identity and managed identity, in this order.

    The first credential that is available is used for all further calls. ``AZURE_TOKEN_CREDENTIALS`` can select one of
    them by its class name.

    :param authority: the Microsoft Entra host; overrides ``AZURE_AUTHORITY_HOST``.
    :param managed_identity_client_id: the client id of a user-assigned identity; overrides ``AZURE_CLIENT_ID``. With ``None``,
        the variable does not choose the managed identity either: the Azure host does.
    :param managed_identity_system_assigned: use the system-assigned identity even if ``AZURE_CLIENT_ID`` is set.
    :param identity_config: see :class:`ManagedIdentityCredential`.
    :param workload_identity_client_id: the client id for workload identity; overrides ``AZURE_CLIENT_ID``.
    :param workload_identity_tenant_id: the tenant for workload identity; overrides ``AZURE_TENANT_ID``.
    :param additionally_allowed_tenants: tenants for which tokens may be requested besides the credential's own; ``*``
        allows any.
    :param disable_instance_discovery: allow an authority that Keyfob does not know (AD FS, Azure Stack).
    :param require_envvar: fail if ``AZURE_TOKEN_CREDENTIALS`` is not set.
    :param connection_timeout: the time to connect to the metadata service of a virtual machine, in seconds.
    :param keywords: ``exclude_environment_credential``, ``exclude_workload_identity_credential`` and
        ``exclude_managed_identity_credential``. Other keyword arguments of the Azure SDK are accepted if they can't change the
        meaning, such as those of the developer credentials, which never work in this chain.
    :raises TypeError: a keyword argument is unknown, or is set elsewhere; the message says where.
    :raises ValueError: more than one managed identity was given, every credential is excluded, or
        ``AZURE_TOKEN_CREDENTIALS`` names no credential.
    """

    _variables = environment.DEFAULT_CHAIN_VARIABLES
    _max_guests = None

    def __init__(
        self,
        *,
        authority: Optional[str] = None,
        managed_identity_client_id: Optional[str] = _NOT_GIVEN,
        managed_identity_system_assigned: bool = False,
        identity_config: Optional[Mapping[str, str]] = None,
        workload_identity_client_id: Optional[str] = None,
        workload_identity_tenant_id: Optional[str] = None,
        additionally_allowed_tenants: Optional[Iterable[str]] = (),
        disable_instance_discovery: bool = False,
        require_envvar: bool = False,
        connection_timeout: Optional[float] = None,
        **keywords: Any,
    ) -> None:
        check_keywords("DefaultAzureCredential", DefaultAzureCredential.__init__, keywords, _DEFAULT_CHAIN_KEYWORDS)
        variable = os.environ.get(_TOKEN_CREDENTIALS, "").strip()
        if require_envvar and not variable:
            raise invalid(
                f"{_TOKEN_CREDENTIALS} is not set, and require_envvar is",
                f"Set {_TOKEN_CREDENTIALS} to prod or to the class name of a credential",
            )
        excluded, brings_back = _excluded_names(variable.lower(), keywords)
        if brings_back:
            # The component would leave it out again. What the variable leaves out is excluded by name.
            self._variables = environment.DEFAULT_CHAIN_VARIABLES - {_TOKEN_CREDENTIALS}
        chain_options = entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        chain_options += _identity_options(managed_identity_client_id, identity_config or {}, managed_identity_system_assigned)
        chain_options += setters(
            workload_identity_client_id=workload_identity_client_id,
            tenant_id=workload_identity_tenant_id,
            require_token_credentials=(require_envvar and not brings_back) or None,
            imds_connect_timeout=imds_connect_timeout(connection_timeout),
        )
        chain_options += [("exclude", (name,)) for name in _EXCLUDE_ARGUMENTS.values() if name in excluded]
        Credential.__init__(self, static_constructor("default-azure", options=chain_options))
        left = (_selected_names(variable.lower()) if variable and not brings_back else _SUPPORTED) - excluded
        self._member_names = [name for name in _EXCLUDE_ARGUMENTS.values() if name in left & _SUPPORTED]
        # Only the component knows whether this is valid, and it is compiled here for what may not be.
        is_known = variable.lower() in _KNOWN_TOKEN_CREDENTIALS and not excluded
        if (variable and not is_known and not brings_back) or len(excluded) == len(_EXCLUDE_ARGUMENTS):
            self._check_chain()

    @property
    def credentials(self) -> Tuple[TokenCredential, ...]:
        """A credential for each that can work in a component, made at the first use. The chain does not use them itself."""
        if not self._given:
            self._given = make_members(self._member_names, self._arguments.reveal()[1], _credentials)
        return self._given

    def _check_chain(self) -> None:
        """Checks that some credential is left.

        :raises InvalidArgumentError: none is.
        """
        try:
            candidates = self.explain()
        except InvalidArgumentError:
            # A variable is not UTF-8. Each call reports it.
            return
        if all(one.readiness == "excluded" for one in candidates):
            raise invalid("at least one credential is required: all are excluded")
        first = candidates[0]
        if first.credential == "DefaultAzureCredential" and first.readiness == "failed":
            raise InvalidArgumentError(first.message, kind="invalid-argument", hint=first.hint)
