"""``DefaultAzureCredential``, with the arguments of the one in ``azure.identity``."""

from __future__ import annotations

import os
from typing import Any, Iterable, Mapping, Optional

from keyfob._component import environment
from keyfob._component.options import setters
from keyfob._keywords import DEVELOPER_KEYWORDS, check_keywords
from keyfob._redaction import hide_frames
from keyfob.exceptions import InvalidArgumentError

from ._base import Credential
from ._credentials import entra_options, managed_identity_options, static_constructor
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
_KNOWN_TOKEN_CREDENTIALS = ("prod", *(name.lower() for name in list(_EXCLUDE_ARGUMENTS.values())[:3]))


@hide_frames
class DefaultAzureCredential(Credential):
    """Tries environment, workload identity and managed identity, in this order.

    The first credential that is available is used for all further calls. ``AZURE_TOKEN_CREDENTIALS`` can select one of
    them by its class name.

    :param authority: the Microsoft Entra host; overrides ``AZURE_AUTHORITY_HOST``.
    :param managed_identity_client_id: the client id of a user-assigned identity; overrides ``AZURE_CLIENT_ID``.
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

    def __init__(
        self,
        *,
        authority: Optional[str] = None,
        managed_identity_client_id: Optional[str] = None,
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
        chain_options = entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        chain_options += managed_identity_options(
            managed_identity_client_id, identity_config or {}, managed_identity_system_assigned
        )
        chain_options += setters(
            workload_identity_client_id=workload_identity_client_id,
            tenant_id=workload_identity_tenant_id,
            require_token_credentials=require_envvar or None,
            imds_connect_timeout=imds_connect_timeout(connection_timeout),
        )
        excluded = [("exclude", (name,)) for key, name in _EXCLUDE_ARGUMENTS.items() if keywords.get(key)]
        super().__init__(static_constructor("default-azure", options=chain_options + excluded))
        # Only the component knows whether this is valid, and it is compiled here for what may not be.
        is_known = variable.lower() in _KNOWN_TOKEN_CREDENTIALS and not excluded
        if (variable and not is_known) or len(excluded) == len(_EXCLUDE_ARGUMENTS):
            self._check_chain()

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
