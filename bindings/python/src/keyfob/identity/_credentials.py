"""The credentials, with the names and arguments of ``azure.identity``."""

from __future__ import annotations

import os
from typing import Any, Callable, Iterable, Mapping, Optional, Union

from wasmtime.component import Variant

from keyfob._argument_types import path_text
from keyfob._component import environment, wit
from keyfob._component.guest import MANAGED_IDENTITY_TIMEOUT_SECONDS, Guest
from keyfob._component.options import Options, Setters, setters
from keyfob._keywords import ENTRA_KEYWORDS, check_keywords
from keyfob._redaction import Hidden, hide_frames

from ._base import Credential
from ._validation import authority_url, imds_connect_timeout, invalid, require_certificate, require_tenant, require_text

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


def entra_options(
    authority: Optional[str],
    disable_instance_discovery: Optional[bool],
    additionally_allowed_tenants: Union[str, Iterable[str], None],
) -> Setters:
    options = setters(
        authority_host=authority_url(authority), disable_instance_discovery=disable_instance_discovery or None
    )
    tenants = additionally_allowed_tenants or ()
    return options + [
        ("additionally-allowed-tenant", (tenant,)) for tenant in ([tenants] if isinstance(tenants, str) else tenants)
    ]


def static_constructor(function: str, *arguments: Any, options: Setters) -> Callable[[Guest], Any]:
    # Arguments may be secrets, and the attributes of a credential can be printed.
    hidden = Hidden(arguments)
    credential_options = Options(wit.CREDENTIAL_OPTIONS, options)
    return lambda guest: guest.call(wit.CREDENTIAL.static(function), *hidden.reveal(), credential_options)


def managed_identity_options(
    client_id: Optional[str], identity_config: Mapping[str, Optional[str]], system_assigned: bool
) -> Setters:
    identities = [] if client_id is None else [Variant("client-id", client_id)]
    for key, value in identity_config.items():
        if key not in _IDENTITY_CONFIG_CASES:
            described = repr(key) if key.isidentifier() and len(key) <= _MAX_KEY_LENGTH else "that is no name"
            raise invalid(f"identity_config has an unknown key {described}", "Use client_id, object_id or resource_id")
        # A variable that is not set is None.
        if value is not None:
            identities.append(Variant(_IDENTITY_CONFIG_CASES[key], value))
    if system_assigned:
        identities.append(Variant("system-assigned"))
    if len(identities) > 1:
        raise invalid(
            "more than one managed identity: give only one of client_id, object_id, resource_id and system_assigned"
        )
    return [("managed-identity", (identity,)) for identity in identities]


def is_cloud_shell() -> bool:
    """Whether this is Cloud Shell, whose identity is that of the signed-in user."""
    set_names = {name for name in ("IDENTITY_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET") if os.environ.get(name)}
    return set_names == {"MSI_ENDPOINT"}


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
        additionally_allowed_tenants: Optional[Iterable[str]] = (),
        **keywords: Any,
    ) -> None:
        check_keywords("EnvironmentCredential", EnvironmentCredential.__init__, keywords)
        options = entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        super().__init__(static_constructor("environment", options=options))


@hide_frames
class ManagedIdentityCredential(Credential):
    """The managed identity of the Azure host. ``AZURE_CLIENT_ID`` is not read, as in the Azure SDK.

    Without arguments the Azure host chooses the identity.

    :param client_id: the client id of a user-assigned identity.
    :param identity_config: selects the identity by another id: ``{"object_id": …}`` or ``{"resource_id": …}``.
    :param connection_timeout: see :class:`DefaultAzureCredential`.
    :raises ValueError: ``identity_config`` has an unknown key, more than one id was given, or one was given in Cloud Shell.
    """

    _variables = environment.MANAGED_IDENTITY_VARIABLES
    _timeout = MANAGED_IDENTITY_TIMEOUT_SECONDS

    def __init__(
        self,
        *,
        client_id: Optional[str] = None,
        identity_config: Optional[Mapping[str, str]] = None,
        connection_timeout: Optional[float] = None,
        **keywords: Any,
    ) -> None:
        check_keywords("ManagedIdentityCredential", ManagedIdentityCredential.__init__, keywords, ENTRA_KEYWORDS)
        options = managed_identity_options(client_id, identity_config or {}, False)
        if options and is_cloud_shell():
            raise invalid(
                "Cloud Shell has no managed identity to choose: its tokens are those of the signed-in user",
                "Create ManagedIdentityCredential without client_id and identity_config",
            )
        options += setters(imds_connect_timeout=imds_connect_timeout(connection_timeout))
        super().__init__(static_constructor("managed-identity", options=options))


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
        token_file_path: Union[str, "os.PathLike[str]", None] = None,
        authority: Optional[str] = None,
        disable_instance_discovery: bool = False,
        additionally_allowed_tenants: Optional[Iterable[str]] = (),
        **keywords: Any,
    ) -> None:
        check_keywords("WorkloadIdentityCredential", WorkloadIdentityCredential.__init__, keywords)
        if tenant_id:
            require_tenant("tenant_id", tenant_id)
        options = entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        options += setters(tenant_id=tenant_id, workload_identity_client_id=client_id, token_file_path=path_text(token_file_path))
        super().__init__(static_constructor("workload-identity", options=options))


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
        additionally_allowed_tenants: Optional[Iterable[str]] = (),
        **keywords: Any,
    ) -> None:
        check_keywords("ClientSecretCredential", ClientSecretCredential.__init__, keywords)
        require_tenant("tenant_id", tenant_id)
        require_text("client_id", client_id, "the application's client id")
        require_text("client_secret", client_secret, "a client secret of the application")
        options = entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        super().__init__(static_constructor("client-secret", tenant_id, client_id, client_secret, options=options))


@hide_frames
class CertificateCredential(Credential):
    """A service principal with a certificate and its private key, as PEM or PKCS#12.

    :param certificate_path: the path of the file. It is read for each token request, because certificates are renewed.
    :param certificate_data: the content of the file, instead of its path.
    :param password: the password of the file.
    :param send_certificate_chain: send the certificate chain (``x5c``), for subject name and issuer authentication.
    :raises ValueError: the tenant is none, the client id is empty, or not exactly one of ``certificate_path`` and
        ``certificate_data`` was given.

    The other keyword arguments are those of :class:`DefaultAzureCredential`.
    """

    _variables = environment.ENTRA_VARIABLES

    def __init__(
        self,
        tenant_id: str,
        client_id: str,
        certificate_path: Union[str, "os.PathLike[str]", None] = None,
        *,
        certificate_data: Optional[bytes] = None,
        password: Union[str, bytes, None] = None,
        send_certificate_chain: bool = False,
        authority: Optional[str] = None,
        disable_instance_discovery: bool = False,
        additionally_allowed_tenants: Optional[Iterable[str]] = (),
        **keywords: Any,
    ) -> None:
        check_keywords("CertificateCredential", CertificateCredential.__init__, keywords)
        require_tenant("tenant_id", tenant_id)
        require_text("client_id", client_id, "the application's client id")
        certificate = bytes(certificate_data) if certificate_data else path_text(certificate_path)
        if not certificate or (certificate_path and certificate_data):
            raise invalid("give either certificate_path or certificate_data")
        if certificate_data:
            require_certificate("certificate_data", certificate_data)
        try:
            text = password.decode() if isinstance(password, bytes) else password
        except UnicodeDecodeError:
            raise invalid("password is not UTF-8", "Give the password as str") from None
        options = entra_options(authority, disable_instance_discovery, additionally_allowed_tenants)
        options += setters(send_certificate_chain=send_certificate_chain or None)
        super().__init__(
            static_constructor("client-certificate", tenant_id, client_id, certificate, text, options=options)
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
        additionally_allowed_tenants: Optional[Iterable[str]] = (),
        **keywords: Any,
    ) -> None:
        check_keywords("ClientAssertionCredential", ClientAssertionCredential.__init__, keywords)
        require_tenant("tenant_id", tenant_id)
        require_text("client_id", client_id, "the application's client id")
        credential_options = Options(
            wit.CREDENTIAL_OPTIONS,
            entra_options(authority, disable_instance_discovery, additionally_allowed_tenants),
        )

        def create(guest: Guest) -> Any:
            provider = guest.register_provider(func)
            return guest.call(wit.ASSERTION_PROVIDER, tenant_id, client_id, provider, credential_options)

        super().__init__(create)
