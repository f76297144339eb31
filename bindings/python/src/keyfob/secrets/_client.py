"""The client of a vault, with the methods of ``azure.keyvault.secrets``."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable, List, Mapping, Optional, Sequence, Union

from wasmtime.component import Variant

from keyfob._component import wit
from keyfob._component.conversions import exception_from
from keyfob._component.guest import ResourceHandle
from keyfob._component.options import Options, Setters, milliseconds, setters
from keyfob.exceptions import AzureError
from keyfob.identity._credentials import as_keyfob_credential
from keyfob.identity._token import TokenCredential

from ._models import DeletedSecret, KeyVaultSecret, SecretProperties, unix_seconds
from ._paging import ItemPaged
from ._polling import LROPoller


class SecretClient:
    """The secrets of one vault. Threads may share it; after a fork it goes on in both processes.

    :param vault_url: such as ``https://my-vault.vault.azure.net``.
    :param credential: one of :mod:`keyfob.identity`, or of the Azure SDK.
    :param api_version: the version of Key Vault's interface, for an emulator that does not know the newest.
    :param verify_challenge_resource: false accepts a challenge for another resource than the vault's own domain. Meant for
        emulators.
    :param cache_ttl: keeps the values of secrets in memory for this many seconds. Without it no value is kept.
    :param cache_max_secrets: how many are kept at most; 100 by default.
    :param cache_max_bytes: how many bytes of them; 262,144 by default.
    :param cache_stale_if_error: for this many seconds after its time a value stands in where the vault can't be asked.
        ``properties.details`` of what came from memory say so.
    :raises ValueError: the URL is not a vault's.
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
    ) -> None:
        options = setters(
            api_version=api_version,
            verify_challenge_resource=None if verify_challenge_resource else False,
            cache_ttl=cache_ttl,
            cache_stale_if_error=cache_stale_if_error,
        )
        if cache_max_secrets is not None or cache_max_bytes is not None:
            limits = (cache_max_secrets or 100, cache_max_bytes or 262_144)
            options.append(("cache-limits", limits))
        self._credential = as_keyfob_credential(credential)
        guest, credential_handle = self._credential._guest, self._credential._handle
        client_options = Options(wit.CLIENT_OPTIONS, options)

        def create() -> Any:
            return guest.call_locked(wit.SECRET_CLIENT.static("open"), vault_url, credential_handle, client_options)

        self._vault_url = vault_url.strip(" /")
        self._guest = guest
        self._handle: Optional[ResourceHandle] = ResourceHandle(guest, create)
        guest.create(self._handle)

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
    ) -> KeyVaultSecret:
        """Reads a secret.

        :param name: its name, its identifier, or App Service's reference to it.
        :param version: this version instead of the latest.
        :param out_content_type: the form that the secret of a certificate shall come in.
        :param bypass_cache: asks the vault, whatever is kept in memory.
        :param timeout: the limit of the whole call in seconds, token included.
        :raises keyfob.exceptions.ResourceNotFoundError: there is no such secret, or no such version.
        :raises keyfob.exceptions.HttpResponseError: the vault refused.
        :raises keyfob.exceptions.ClientAuthenticationError: there is no token.
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
    ) -> List[Union[KeyVaultSecret, AzureError]]:
        """Reads several secrets at the same time: a secret, or the exception for it, in the order of the names.

        They share one token and one limit. The Azure SDK has no such method.

        :param max_concurrency: how many are fetched at the same time, 1 to 100; 10 by default.
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
    ) -> KeyVaultSecret:
        """Sets a secret: a new version of it, if there is one of that name.

        :raises keyfob.exceptions.ResourceExistsError: a deleted secret has the name.
        """
        options = _set_options(enabled, tags, content_type, not_before, expires_on, timeout)
        record = self._call("set-secret", name, value, Options(wit.SET_SECRET_OPTIONS, options))
        return KeyVaultSecret(SecretProperties(record), value)

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
    ) -> SecretProperties:
        """Changes what is known of a secret, and not its value. What is not given is left as it is."""
        options = _set_options(enabled, tags, content_type, not_before, expires_on, timeout) + setters(
            version=version or None
        )
        record = self._call("update-secret-properties", name, Options(wit.SET_SECRET_OPTIONS, options))
        return SecretProperties(record)

    def list_properties_of_secrets(
        self, *, max_page_size: Optional[int] = None, timeout: Optional[float] = None
    ) -> ItemPaged[SecretProperties]:
        """The properties of all secrets, in their latest version. Nothing is sent until the first is asked for."""
        return self._list("list-properties-of-secrets", (), SecretProperties, max_page_size, timeout)

    def list_properties_of_secret_versions(
        self, name: str, *, max_page_size: Optional[int] = None, timeout: Optional[float] = None
    ) -> ItemPaged[SecretProperties]:
        """The properties of all versions of a secret."""
        return self._list("list-properties-of-secret-versions", (name,), SecretProperties, max_page_size, timeout)

    def list_deleted_secrets(
        self, *, max_page_size: Optional[int] = None, timeout: Optional[float] = None
    ) -> ItemPaged[DeletedSecret]:
        """The deleted secrets that can be recovered."""
        return self._list("list-deleted-secrets", (), DeletedSecret, max_page_size, timeout)

    def begin_delete_secret(self, name: str, *, timeout: Optional[float] = None) -> LROPoller[DeletedSecret]:
        """Begins to delete a secret, all its versions."""
        return LROPoller(self._call_for_resource("begin-delete-secret", name, _call_options(timeout)), DeletedSecret)

    def get_deleted_secret(self, name: str, *, timeout: Optional[float] = None) -> DeletedSecret:
        """What the vault says of a deleted secret."""
        return DeletedSecret(self._call("get-deleted-secret", name, _call_options(timeout)))

    def begin_recover_deleted_secret(
        self, name: str, *, timeout: Optional[float] = None
    ) -> LROPoller[SecretProperties]:
        """Begins to recover a deleted secret."""
        return LROPoller(
            self._call_for_resource("begin-recover-deleted-secret", name, _call_options(timeout)), SecretProperties
        )

    def purge_deleted_secret(self, name: str, *, timeout: Optional[float] = None) -> None:
        """Deletes a deleted secret for good."""
        self._call("purge-deleted-secret", name, _call_options(timeout))

    def backup_secret(self, name: str, *, timeout: Optional[float] = None) -> bytes:
        """All versions of a secret, in a form that only Key Vault can read."""
        backup: bytes = self._call("backup-secret", name, _call_options(timeout))
        return backup

    def restore_secret_backup(self, backup: bytes, *, timeout: Optional[float] = None) -> SecretProperties:
        """Restores a secret from its backup.

        :raises keyfob.exceptions.ResourceExistsError: the vault has one of that name.
        """
        return SecretProperties(self._call("restore-secret-backup", bytes(backup), _call_options(timeout)))

    def close(self) -> None:
        """Ends the client. Its credential goes on."""
        self._handle = None

    def __enter__(self) -> "SecretClient":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<SecretClient [{self._vault_url}]>"

    def __reduce__(self) -> Any:
        raise TypeError("a SecretClient can't be sent to another process: make one there, or fork")

    def _call(self, function: str, *arguments: Any) -> Any:
        return self._guest.call(wit.SECRET_CLIENT.method(function), self._open_handle(), *arguments)

    def _call_for_resource(self, function: str, *arguments: Any) -> ResourceHandle:
        return self._guest.call_for_resource(wit.SECRET_CLIENT.method(function), self._open_handle(), *arguments)

    def _list(
        self,
        function: str,
        arguments: Sequence[str],
        item: Callable[[Any], Any],
        max_page_size: Optional[int],
        timeout: Optional[float],
    ) -> ItemPaged[Any]:
        options = setters(max_page_size=max_page_size, timeout=milliseconds(timeout))
        return ItemPaged(
            lambda: self._call_for_resource(function, *arguments, Options(wit.LIST_OPTIONS, options)),
            item,
        )

    def _open_handle(self) -> ResourceHandle:
        if self._handle is None:
            raise ValueError("this SecretClient is closed")
        return self._handle


def _to_secret(record: Any) -> KeyVaultSecret:
    return KeyVaultSecret(SecretProperties(record.properties), record.value, record.credential, record.source)


def _call_options(timeout: Optional[float]) -> Options:
    return Options(wit.CALL_OPTIONS, setters(timeout=milliseconds(timeout)))


def _enum_value(value: Any) -> str:
    """The Azure SDK takes members of an enumeration where it takes text."""
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
