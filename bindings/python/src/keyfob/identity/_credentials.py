"""The credentials, with the names and arguments of ``azure.identity``."""

from __future__ import annotations

from typing import Any, Callable, Iterable, List, Mapping, Optional, Union

from wasmtime.component import Variant

from keyfob._component import environment, wit
from keyfob._component.guest import MANAGED_IDENTITY_TIMEOUT_SECONDS, Guest
from keyfob._component.options import Options, Setters, setters

from keyfob._redaction import Hidden, hide_frames
from keyfob.exceptions import InvalidArgumentError

from ._base import Credential
from ._token import TokenCredential

# The credentials of the default chain. The Azure SDK's other credentials start processes or a browser, which a
# component can't; they can be passed to ChainedTokenCredential and SecretClient.
_EXCLUDE_ARGUMENTS = {
    "exclude_environment_credential": "EnvironmentCredential",
    "exclude_workload_identity_credential": "WorkloadIdentityCredential",
    "exclude_managed_identity_credential": "ManagedIdentityCredential",
}
_IGNORED_EXCLUDE_ARGUMENTS = frozenset(
    f"exclude_{name}_credential"
    for name in (
        "broker",
        "cli",
        "developer_cli",
        "interactive_browser",
        "powershell",
        "shared_token_cache",
        "visual_studio_code",
    )
)

# The keys of `identity_config` (aliases as in the Azure SDK) and the cases of the WIT variant `managed-identity`.
_IDENTITY_CONFIG_CASES = {
    "client_id": "client-id",
    "object_id": "object-id",
    "principal_id": "object-id",
    "resource_id": "resource-id",
    "mi_res_id": "resource-id",
    "msi_res_id": "resource-id",
}

# A longer key is no name that somebody misspelt, and may be a secret.
_MAX_KEY_LENGTH = 20


def _entra_options(
    authority: Optional[str], disable_instance_discovery: bool, additionally_allowed_tenants: Iterable[str]
) -> Setters:
    options = setters(
        authority_host=_authority_url(authority), disable_instance_discovery=disable_instance_discovery or None
    )
    return options + [("additionally-allowed-tenant", (tenant,)) for tenant in additionally_allowed_tenants]


def _authority_url(authority: Optional[str]) -> Optional[str]:
    """Adds ``https://`` to a host name: the Azure SDK accepts both."""
    return authority if authority is None or "://" in authority else f"https://{authority}"


def _static_constructor(function: str, *arguments: Any, options: Setters) -> Callable[[Guest], Any]:
    # Arguments may be secrets, and the attributes of a credential can be printed.
    hidden = Hidden(arguments)
    credential_options = Options(wit.CREDENTIAL_OPTIONS, options)
    return lambda guest: guest.call(wit.CREDENTIAL.static(function), *hidden.reveal(), credential_options)


def _managed_identity_options(
    client_id: Optional[str], identity_config: Mapping[str, str], system_assigned: bool
) -> Setters:
    identities = [] if client_id is None else [Variant("client-id", client_id)]
    for key, value in identity_config.items():
        if key not in _IDENTITY_CONFIG_CASES:
            described = repr(key) if key.isidentifier() and len(key) <= _MAX_KEY_LENGTH else "that is no name"
            raise ValueError(f"identity_config has an unknown key {described}: use client_id, object_id or resource_id")
        identities.append(Variant(_IDENTITY_CONFIG_CASES[key], value))
    if system_assigned:
        identities.append(Variant("system-assigned"))
    if len(identities) > 1:
        raise ValueError(
            "more than one managed identity: give only one of client_id, object_id, resource_id and system_assigned"
        )
    return [("managed-identity", (identity,)) for identity in identities]


@hide_frames
class DefaultAzureCredential(Credential):
    """Tries environment, workload identity and managed identity, in this order.

    The first credential that is available is used for all further calls. ``AZURE_TOKEN_CREDENTIALS`` can select one of
    them by its class name.

    :param authority: the Microsoft Entra host; overrides ``AZURE_AUTHORITY_HOST``.
    :param managed_identity_client_id: the client id of a user-assigned identity; overrides ``AZURE_CLIENT_ID``.
    :param managed_identity_system_assigned: use the system-assigned identity even if ``AZURE_CLIENT_ID`` is set.
    :param workload_identity_client_id: the client id for workload identity; overrides ``AZURE_CLIENT_ID``.
    :param workload_identity_tenant_id: the tenant for workload identity; overrides ``AZURE_TENANT_ID``.
    :param additionally_allowed_tenants: tenants for which tokens may be requested besides the credential's own; ``*``
        allows any.
    :param disable_instance_discovery: allow an authority that Keyfob does not know (AD FS, Azure Stack).
    :param require_envvar: fail if ``AZURE_TOKEN_CREDENTIALS`` is not set.
    :param exclude: ``exclude_environment_credential``, ``exclude_workload_identity_credential`` and
        ``exclude_managed_identity_credential``. Those of the developer credentials are accepted and ignored: these
        credentials are never in this chain.
    :raises TypeError: another keyword argument was given.
    :raises ValueError: both managed identity arguments were given.
    """

    _variables = environment.DEFAULT_CHAIN_VARIABLES

    def __init__(
        self,
        *,
        authority: Optional[str] = None,
        managed_identity_client_id: Optional[str] = None,
        managed_identity_system_assigned: bool = False,
        workload_identity_client_id: Optional[str] = None,
        workload_identity_tenant_id: Optional[str] = None,
        additionally_allowed_tenants: Iterable[str] = (),
        disable_instance_discovery: bool = False,
        require_envvar: bool = False,
        **exclude: bool,
    ) -> None:
        unknown = [
            name for name in exclude if name not in _EXCLUDE_ARGUMENTS and name not in _IGNORED_EXCLUDE_ARGUMENTS
        ]
        if unknown:
            raise TypeError(f"DefaultAzureCredential has no argument {unknown[0]}")
        options = _entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        options += _managed_identity_options(managed_identity_client_id, {}, managed_identity_system_assigned)
        options += setters(
            workload_identity_client_id=workload_identity_client_id,
            tenant_id=workload_identity_tenant_id,
            require_token_credentials=require_envvar or None,
        )
        options += [
            ("exclude", (_EXCLUDE_ARGUMENTS[name],))
            for name, excluded in exclude.items()
            if excluded and name in _EXCLUDE_ARGUMENTS
        ]
        super().__init__(_static_constructor("default-azure", options=options))


@hide_frames
class EnvironmentCredential(Credential):
    """A service principal from ``AZURE_TENANT_ID``, ``AZURE_CLIENT_ID`` and ``AZURE_CLIENT_SECRET``, or
    ``AZURE_CLIENT_CERTIFICATE_PATH`` with ``AZURE_CLIENT_CERTIFICATE_PASSWORD``.

    The arguments are those of :class:`DefaultAzureCredential`.
    """

    _variables = environment.ENVIRONMENT_VARIABLES

    def __init__(
        self,
        *,
        authority: Optional[str] = None,
        disable_instance_discovery: bool = False,
        additionally_allowed_tenants: Iterable[str] = (),
    ) -> None:
        options = _entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        super().__init__(_static_constructor("environment", options=options))


@hide_frames
class ManagedIdentityCredential(Credential):
    """The managed identity of the Azure host. ``AZURE_CLIENT_ID`` is not read, as in the Azure SDK.

    Without arguments the Azure host chooses the identity.

    :param client_id: the client id of a user-assigned identity.
    :param identity_config: selects the identity by another id: ``{"object_id": …}`` or ``{"resource_id": …}``.
    :raises ValueError: ``identity_config`` has an unknown key, or more than one id was given.
    """

    _variables = environment.MANAGED_IDENTITY_VARIABLES
    _timeout = MANAGED_IDENTITY_TIMEOUT_SECONDS

    def __init__(self, *, client_id: Optional[str] = None, identity_config: Optional[Mapping[str, str]] = None) -> None:
        super().__init__(
            _static_constructor(
                "managed-identity", options=_managed_identity_options(client_id, identity_config or {}, False)
            )
        )


@hide_frames
class WorkloadIdentityCredential(Credential):
    """The workload identity of a Kubernetes pod.

    :param tenant_id: the tenant; the default is ``AZURE_TENANT_ID``.
    :param client_id: the client id; the default is ``AZURE_CLIENT_ID``.
    :param token_file_path: the federated token file; the default is ``AZURE_FEDERATED_TOKEN_FILE``.

    The other arguments are those of :class:`DefaultAzureCredential`.
    """

    _variables = environment.WORKLOAD_IDENTITY_VARIABLES

    def __init__(
        self,
        *,
        tenant_id: Optional[str] = None,
        client_id: Optional[str] = None,
        token_file_path: Optional[str] = None,
        authority: Optional[str] = None,
        disable_instance_discovery: bool = False,
        additionally_allowed_tenants: Iterable[str] = (),
    ) -> None:
        options = _entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        options += setters(tenant_id=tenant_id, workload_identity_client_id=client_id, token_file_path=token_file_path)
        super().__init__(_static_constructor("workload-identity", options=options))


@hide_frames
class ClientSecretCredential(Credential):
    """A service principal with a client secret.

    The keyword arguments are those of :class:`DefaultAzureCredential`.
    """

    _variables = environment.ENTRA_VARIABLES

    def __init__(
        self,
        tenant_id: str,
        client_id: str,
        client_secret: str,
        *,
        authority: Optional[str] = None,
        disable_instance_discovery: bool = False,
        additionally_allowed_tenants: Iterable[str] = (),
    ) -> None:
        options = _entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        super().__init__(_static_constructor("client-secret", tenant_id, client_id, client_secret, options=options))


@hide_frames
class CertificateCredential(Credential):
    """A service principal with a certificate and its private key, as PEM or PKCS#12.

    :param certificate_path: the path of the file. It is read for each token request, because certificates are renewed.
    :param certificate_data: the content of the file, instead of its path.
    :param password: the password of the file.
    :param send_certificate_chain: send the certificate chain (``x5c``), for subject name and issuer authentication.
    :raises ValueError: not exactly one of ``certificate_path`` and ``certificate_data`` was given.

    The other keyword arguments are those of :class:`DefaultAzureCredential`.
    """

    _variables = environment.ENTRA_VARIABLES

    def __init__(
        self,
        tenant_id: str,
        client_id: str,
        certificate_path: Optional[str] = None,
        *,
        certificate_data: Optional[bytes] = None,
        password: Union[str, bytes, None] = None,
        send_certificate_chain: bool = False,
        authority: Optional[str] = None,
        disable_instance_discovery: bool = False,
        additionally_allowed_tenants: Iterable[str] = (),
    ) -> None:
        if (certificate_path is None) == (certificate_data is None):
            raise ValueError("give either certificate_path or certificate_data")
        certificate = certificate_path if certificate_data is None else certificate_data
        try:
            text = password.decode() if isinstance(password, bytes) else password
        except UnicodeDecodeError:
            raise InvalidArgumentError("password is not UTF-8", kind="invalid-argument") from None
        options = _entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        options += setters(send_certificate_chain=send_certificate_chain or None)
        super().__init__(
            _static_constructor("client-certificate", tenant_id, client_id, certificate, text, options=options)
        )


@hide_frames
class ClientAssertionCredential(Credential):
    """A service principal with a signed assertion.

    :param func: returns an assertion. Called for each token request; its exceptions become the cause of the error.

    The keyword arguments are those of :class:`DefaultAzureCredential`.
    """

    _variables = environment.ENTRA_VARIABLES

    def __init__(
        self,
        tenant_id: str,
        client_id: str,
        func: Callable[[], str],
        *,
        authority: Optional[str] = None,
        disable_instance_discovery: bool = False,
        additionally_allowed_tenants: Iterable[str] = (),
    ) -> None:
        credential_options = Options(
            wit.CREDENTIAL_OPTIONS,
            _entra_options(authority, disable_instance_discovery, additionally_allowed_tenants),
        )

        def create(guest: Guest) -> Any:
            provider = guest.register_provider(func)
            return guest.call(wit.ASSERTION_PROVIDER, tenant_id, client_id, provider, credential_options)

        super().__init__(create)


@hide_frames
class ChainedTokenCredential(Credential):
    """Tries the credentials in this order. They may be this package's, the Azure SDK's or the program's own.

    The chain does not share the token cache of this package's credentials: it creates each of them again, with the same
    arguments and environment. Its calls are made one after the other.

    :raises ValueError: there is no credential.
    :raises TypeError: an argument is not a credential.
    """

    _variables = environment.CLIENT_VARIABLES
    # Another guest could choose another credential of the chain while the chosen one fails, and thereby another identity.
    _max_guests = 1

    def __init__(self, *credentials: TokenCredential) -> None:
        links = [as_keyfob_credential(credential) for credential in credentials]
        if not links:
            raise ValueError("at least one credential is required")

        def create(guest: Guest) -> Any:
            handles: List[Any] = [link._new_handle() for link in links]
            return guest.call(wit.CREDENTIAL.static("chained"), handles)

        super().__init__(create)


@hide_frames
class TokenProviderCredential(Credential):
    """A credential that is not this package's, such as one of the Azure SDK."""

    _variables = environment.CLIENT_VARIABLES

    def __init__(self, credential: TokenCredential) -> None:
        def create(guest: Guest) -> Any:
            return guest.call(wit.TOKEN_PROVIDER, guest.register_provider(credential))

        super().__init__(create)


def as_keyfob_credential(credential: Any) -> Credential:
    """Returns this package's credential for any credential.

    :raises TypeError: the object has no ``get_token`` method.
    """
    if isinstance(credential, Credential):
        return credential
    sync_credential = getattr(credential, "_sync_credential", None)
    if isinstance(sync_credential, Credential):
        return sync_credential
    if hasattr(credential, "get_token") or hasattr(credential, "get_token_info"):
        return TokenProviderCredential(credential)
    raise TypeError(f"{type(credential).__name__} is not a credential: it has no method get_token")
