"""The client of a vault, with the methods of ``azure.keyvault.secrets.SecretClient``."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Callable, List, Mapping, Optional, Sequence, Union

from wasmtime.component import Variant

from keyfob._component import wit
from keyfob._component.conversions import exception_from
from keyfob._component.environment import CLIENT_VARIABLES, Environment
from keyfob._component.guest import Guest, ResourceHandle
from keyfob._component.options import Options, Setters, milliseconds, setters
from keyfob._keywords import check_method_arguments
from keyfob._redaction import hide_frames
from keyfob.exceptions import AzureError, InvalidArgumentError
from keyfob.identity._chain import as_keyfob_credential
from keyfob.identity._token import TokenCredential

from ._models import CacheInfo, DeletedSecret, KeyVaultSecret, SecretProperties, unix_seconds
from ._paging import ItemPaged
from ._polling import LROPoller

# The component works with several copies of it in the memory that an instance may have.
_MAX_BACKUP_BYTES = 24 * 1024 * 1024


@hide_frames
@check_method_arguments
class SecretClient:
    """Reads and changes the secrets of one vault.

    Threads may share it: up to 16 calls of clients with the same credential go at the same time. With ``cache_ttl``, or with
    a :class:`~keyfob.identity.ChainedTokenCredential`, calls are made one after the other. It can be used after a fork in
    both processes.

    Methods take the keyword arguments of the Azure SDK that can't change what they do here, and refuse all others with a
    ``TypeError``.

    Wherever a method takes a secret's name (1 to 127 letters, digits and dashes), it also takes the secret's identifier
    (``https://VAULT/secrets/NAME``) and an App Service reference (``@Microsoft.KeyVault(…)``) to a secret of this
    vault.

    Besides the exceptions that its description names, a method raises:

    - :class:`~keyfob.exceptions.InvalidArgumentError` (a ``ValueError``): an argument is invalid. Nothing was sent.
    - :class:`~keyfob.exceptions.ClientAuthenticationError`: no token was obtained.
    - :class:`~keyfob.exceptions.HttpResponseError`: the vault answered with an error.
    - :class:`~keyfob.exceptions.ServiceRequestError`: there was no connection.
    - :class:`~keyfob.exceptions.ServiceResponseError`: there was no complete response, or the timeout passed.

    :param vault_url: such as ``https://my-vault.vault.azure.net``.
    :param credential: a credential of :mod:`keyfob.identity` or of the Azure SDK.
    :param api_version: the version of Key Vault's REST API, for an emulator that does not support the latest.
    :param verify_challenge_resource: false accepts an authentication challenge for a resource other than the vault's
        domain. Only for emulators: the server then chooses what the token is valid for.
    :param cache_ttl: caches values in memory for this many seconds, 1 to 86,400. Without it, values are not cached.
    :param cache_max_secrets: the most secrets that are cached, 1 to 10,000; 100 by default.
    :param cache_max_bytes: the most bytes that are cached, 1 to 16,777,216; 262,144 by default.
    :param cache_stale_if_error: for this many seconds after a value has expired, 1 to 86,400, returns it if the vault
        can't be reached or fails. ``KeyVaultSecret.cache`` says that the value is stale.
    :raises ValueError: the URL is not a vault's, or an option is out of range.
    :raises TypeError: ``credential`` is not a credential, or a keyword argument is unknown or set elsewhere.
    """

    def __init__(
        self,
        vault_url: str,
        credential: TokenCredential,
        *,
        api_version: Optional[str] = None,
        verify_challenge_resource: bool = True,
        cache_ttl: Optional[int] = None,
        cache_max_secrets: Optional[int] = None,
        cache_max_bytes: Optional[int] = None,
        cache_stale_if_error: Optional[int] = None,
        **keywords: Any,
    ) -> None:
        if not vault_url:
            raise InvalidArgumentError(
                "vault_url is empty", kind="invalid-argument", hint="Set it to https://NAME.vault.azure.net"
            )
        if credential is None:
            raise InvalidArgumentError("credential is None", kind="invalid-argument", hint="Give a credential")
        options = setters(
            api_version=None if api_version is None else _enum_value(api_version),
            verify_challenge_resource=None if verify_challenge_resource else False,
            cache_ttl=cache_ttl,
            cache_stale_if_error=cache_stale_if_error,
        )
        if cache_max_secrets is not None or cache_max_bytes is not None:
            max_secrets = 100 if cache_max_secrets is None else cache_max_secrets
            max_bytes = 262_144 if cache_max_bytes is None else cache_max_bytes
            options.append(("cache-limits", (max_secrets, max_bytes)))
        self._credential = as_keyfob_credential(credential)
        pool, credential_handle = self._credential._pool, self._credential._handle
        client_options = Options(wit.CLIENT_OPTIONS, options)
        environment = Environment(CLIENT_VARIABLES)

        def create(guest: Guest) -> Any:
            with guest.using_environment(environment):
                return guest.call(wit.SECRET_CLIENT.static("create"), vault_url, credential_handle, client_options)

        self._vault_url = vault_url.strip(" /")
        self._pool = pool
        # With a cache all calls use one guest: what one call has written, the next must not find in an older state.
        only_guest = None if cache_ttl is None else pool.first
        self._handle: Optional[ResourceHandle] = ResourceHandle(create, only_guest)
        pool.create(self._handle)

    @property
    def vault_url(self) -> str:
        """The vault's URL."""
        return self._vault_url

    def get_secret(
        self,
        name: str,
        version: Optional[str] = None,
        *,
        out_content_type: Optional[str] = None,
        bypass_cache: bool = False,
        timeout: Optional[float] = None,
        **keywords: Any,
    ) -> KeyVaultSecret:
        """Reads a secret.

        :param version: the version; the default is the latest.
        :param out_content_type: the format of a certificate's secret: ``application/x-pem-file`` for one that is stored
            as PKCS#12. The vault supports no other conversion.
        :param bypass_cache: do not use a cached value. The new value replaces the cached one.
        :param timeout: the time limit of the whole call in seconds, including the token request, 0.001 to 600. The
            default is 30, and 100 with a :class:`~keyfob.identity.ManagedIdentityCredential`.
        :raises keyfob.exceptions.ResourceNotFoundError: the vault has no such secret or version.
        """
        options = setters(
            version=version or None,
            out_content_type=None if out_content_type is None else _enum_value(out_content_type),
            bypass_cache=bypass_cache or None,
            timeout=milliseconds(timeout),
        )
        return _to_secret(self._call("get-secret", name, Options(wit.GET_SECRET_OPTIONS, options)))

    def get_secrets(
        self,
        names: Sequence[str],
        *,
        bypass_cache: bool = False,
        max_concurrency: Optional[int] = None,
        timeout: Optional[float] = None,
        **keywords: Any,
    ) -> List[Union[KeyVaultSecret, AzureError]]:
        """Reads several secrets at the same time. The Azure SDK has no such method.

        :param bypass_cache: see :meth:`get_secret`.
        :param max_concurrency: the most requests that are sent at the same time, 1 to 100; 10 by default.
        :param timeout: the time limit of all requests together; see :meth:`get_secret`.
        :returns: for each name, in the same order, the secret or the exception. Exceptions are not raised.
        """
        options = setters(
            bypass_cache=bypass_cache or None, max_concurrency=max_concurrency, timeout=milliseconds(timeout)
        )
        outcomes: List[Variant] = self._call("get-secrets", list(names), Options(wit.GET_SECRET_OPTIONS, options))
        return [
            _to_secret(outcome.payload) if outcome.tag == "ok" else exception_from(outcome.payload)
            for outcome in outcomes
        ]

    def set_secret(
        self,
        name: str,
        value: str,
        *,
        enabled: Optional[bool] = None,
        tags: Optional[Mapping[str, str]] = None,
        content_type: Optional[str] = None,
        not_before: Optional[datetime] = None,
        expires_on: Optional[datetime] = None,
        timeout: Optional[float] = None,
        **keywords: Any,
    ) -> KeyVaultSecret:
        """Creates a secret, or a new version of an existing one.

        :param value: at most 25,600 bytes.
        :param enabled: whether the secret can be read.
        :param tags: the tags, by name.
        :param content_type: free text.
        :param not_before: when the secret becomes valid. A time without a time zone is UTC.
        :param expires_on: when the secret expires. A time without a time zone is UTC.
        :param timeout: see :meth:`get_secret`.
        :raises keyfob.exceptions.ResourceExistsError: a deleted secret has the name.
        """
        options = _set_options(enabled, tags, content_type, not_before, expires_on, timeout)
        record = self._call("set-secret", name, value, Options(wit.SET_SECRET_OPTIONS, options))
        return KeyVaultSecret(SecretProperties._from_record(record), value)

    def update_secret_properties(
        self,
        name: str,
        version: Optional[str] = None,
        *,
        enabled: Optional[bool] = None,
        tags: Optional[Mapping[str, str]] = None,
        content_type: Optional[str] = None,
        not_before: Optional[datetime] = None,
        expires_on: Optional[datetime] = None,
        timeout: Optional[float] = None,
        **keywords: Any,
    ) -> SecretProperties:
        """Changes properties of a secret. The value, and properties that are not given, stay as they are.

        :param version: the version; the default is the latest.
        :param tags: replaces all tags; an empty mapping removes them.

        The other arguments are those of :meth:`set_secret`.

        :raises keyfob.exceptions.ResourceNotFoundError: the vault has no such secret or version.
        """
        options = _set_options(enabled, tags, content_type, not_before, expires_on, timeout) + setters(
            version=version or None
        )
        record = self._call("update-secret-properties", name, Options(wit.SET_SECRET_OPTIONS, options))
        return SecretProperties._from_record(record)

    def list_properties_of_secrets(
        self, *, max_page_size: Optional[int] = None, timeout: Optional[float] = None, **keywords: Any
    ) -> ItemPaged[SecretProperties]:
        """Lists the properties of all secrets, each in its latest version. Sends nothing until it is iterated.

        :param max_page_size: the most secrets in a page, 1 to 25.
        :param timeout: the time limit of each page; see :meth:`get_secret`.
        """
        item = SecretProperties._from_record
        return self._list("list-properties-of-secrets", (), wit.SECRET_LIST, item, max_page_size, timeout)

    def list_properties_of_secret_versions(
        self, name: str, *, max_page_size: Optional[int] = None, timeout: Optional[float] = None, **keywords: Any
    ) -> ItemPaged[SecretProperties]:
        """Lists the properties of all versions of a secret; see :meth:`list_properties_of_secrets`."""
        function = "list-properties-of-secret-versions"
        return self._list(function, (name,), wit.SECRET_LIST, SecretProperties._from_record, max_page_size, timeout)

    def list_deleted_secrets(
        self, *, max_page_size: Optional[int] = None, timeout: Optional[float] = None, **keywords: Any
    ) -> ItemPaged[DeletedSecret]:
        """Lists the deleted secrets; see :meth:`list_properties_of_secrets`."""
        item = DeletedSecret._from_record
        return self._list("list-deleted-secrets", (), wit.DELETED_SECRET_LIST, item, max_page_size, timeout)

    def begin_delete_secret(self, name: str, *, timeout: Optional[float] = None, **keywords: Any) -> LROPoller[DeletedSecret]:
        """Starts to delete a secret with all its versions. The poller tells when the deletion is complete.

        :param timeout: the time limit of the first request; see :meth:`get_secret`.
        :raises keyfob.exceptions.ResourceNotFoundError: the vault has no such secret.
        """
        handle = self._call_for_resource("begin-delete-secret", name, _call_options(timeout))
        return LROPoller(self._pool, handle, wit.DELETED_SECRET_POLLER, "deleted-secret", DeletedSecret._from_record)

    def get_deleted_secret(self, name: str, *, timeout: Optional[float] = None, **keywords: Any) -> DeletedSecret:
        """Reads the properties of a deleted secret.

        :param timeout: see :meth:`get_secret`.
        :raises keyfob.exceptions.ResourceNotFoundError: the vault has no such deleted secret.
        """
        return DeletedSecret._from_record(self._call("get-deleted-secret", name, _call_options(timeout)))

    def begin_recover_deleted_secret(
        self, name: str, *, timeout: Optional[float] = None, **keywords: Any
    ) -> LROPoller[SecretProperties]:
        """Starts to recover a deleted secret. The poller tells when the secret can be read again.

        :param timeout: the time limit of the first request; see :meth:`get_secret`.
        :raises keyfob.exceptions.ResourceNotFoundError: the vault has no such deleted secret.
        """
        handle = self._call_for_resource("begin-recover-deleted-secret", name, _call_options(timeout))
        return LROPoller(self._pool, handle, wit.SECRET_POLLER, "properties", SecretProperties._from_record)

    def purge_deleted_secret(self, name: str, *, timeout: Optional[float] = None, **keywords: Any) -> None:
        """Deletes a deleted secret permanently.

        :param timeout: see :meth:`get_secret`.
        :raises keyfob.exceptions.HttpResponseError: the vault has purge protection.
        :raises keyfob.exceptions.ResourceNotFoundError: the vault has no such deleted secret.
        """
        self._call("purge-deleted-secret", name, _call_options(timeout))

    def backup_secret(self, name: str, *, timeout: Optional[float] = None, **keywords: Any) -> bytes:
        """Returns all versions of a secret in a format that only Key Vault can read.

        The backup can be restored in a vault of the same subscription and geography.

        :param timeout: see :meth:`get_secret`.
        :raises keyfob.exceptions.ResourceNotFoundError: the vault has no such secret.
        """
        text: str = self._pool.call(wit.BACKUP_SECRET, self._open_handle(), name, _call_options(timeout))
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    def restore_secret_backup(self, backup: bytes, *, timeout: Optional[float] = None, **keywords: Any) -> SecretProperties:
        """Restores a secret with all its versions.

        :param backup: the result of :meth:`backup_secret`, at most 24 MiB.
        :param timeout: see :meth:`get_secret`.
        :raises keyfob.exceptions.ResourceExistsError: the vault has a secret of that name, or a deleted one.
        """
        if len(backup) > _MAX_BACKUP_BYTES:
            raise InvalidArgumentError(
                f"the backup has {len(backup):,} bytes, and at most {_MAX_BACKUP_BYTES:,} can be restored; nothing was sent",
                kind="invalid-argument",
            )
        text = base64.urlsafe_b64encode(backup).decode("ascii").rstrip("=")
        record = self._pool.call(wit.RESTORE_SECRET_BACKUP, self._open_handle(), text, _call_options(timeout))
        return SecretProperties._from_record(record)

    def close(self) -> None:
        """Closes the client; further calls raise ``ValueError``. The credential can still be used."""
        self._handle = None

    def __enter__(self) -> "SecretClient":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<SecretClient [{self._vault_url}]>"

    def __copy__(self) -> "SecretClient":
        # It shares everything with this one, except that each of them is closed for itself.
        copied = type(self).__new__(type(self))
        vars(copied).update(vars(self))
        return copied

    def __reduce__(self) -> Any:
        raise TypeError("a SecretClient can't be pickled: create one in the other process, or fork")

    def _call(self, function: str, *arguments: Any) -> Any:
        return self._pool.call(wit.SECRET_CLIENT.method(function), self._open_handle(), *arguments)

    def _call_for_resource(self, function: str, *arguments: Any) -> ResourceHandle:
        return self._pool.call_for_resource(wit.SECRET_CLIENT.method(function), self._open_handle(), *arguments)

    def _list(
        self,
        function: str,
        arguments: Sequence[str],
        resource: wit.Resource,
        item: Callable[[Any], Any],
        max_page_size: Optional[int],
        timeout: Optional[float],
    ) -> ItemPaged[Any]:
        options = setters(max_page_size=max_page_size, timeout=milliseconds(timeout))
        return ItemPaged(
            self._pool,
            lambda: self._call_for_resource(function, *arguments, Options(wit.LIST_OPTIONS, options)),
            resource,
            item,
        )

    def _open_handle(self) -> ResourceHandle:
        if self._handle is None:
            raise ValueError("this SecretClient is closed")
        return self._handle


def _to_secret(record: Any) -> KeyVaultSecret:
    cache = None if record.cache is None else CacheInfo(record.cache.age, record.cache.stale, record.cache.error)
    return KeyVaultSecret(SecretProperties._from_record(record.properties), record.value, record.credential, record.source, cache)


def _call_options(timeout: Optional[float]) -> Options:
    return Options(wit.CALL_OPTIONS, setters(timeout=milliseconds(timeout)))


def _enum_value(value: Any) -> str:
    """The text of an enumeration member: the Azure SDK accepts both."""
    return str(getattr(value, "value", value))


def _set_options(
    enabled: Optional[bool],
    tags: Optional[Mapping[str, str]],
    content_type: Optional[str],
    not_before: Optional[datetime],
    expires_on: Optional[datetime],
    timeout: Optional[float],
) -> Setters:
    return setters(
        enabled=enabled,
        tags=None if tags is None else list(tags.items()),
        content_type=content_type,
        not_before=unix_seconds(not_before),
        expires_on=unix_seconds(expires_on),
        timeout=milliseconds(timeout),
    )
