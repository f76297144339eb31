"""Secrets and their properties, with the attributes of the classes in ``azure.keyvault.secrets``."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Dict, Mapping, NamedTuple, Optional
from urllib.parse import urlsplit

from keyfob._component.conversions import field, record
from keyfob._redaction import Hidden, describe_text, hide_frames


def _utc_datetime(seconds: Optional[int]) -> Optional[datetime]:
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)


def unix_seconds(time: Optional[datetime]) -> Optional[int]:
    """Unix seconds. A time without a time zone is UTC, as in the Azure SDK.

    :raises ValueError: the time is before 1970.
    """
    if time is None:
        return None
    unix = int((time if time.tzinfo else time.replace(tzinfo=timezone.utc)).timestamp())
    if unix < 0:
        raise ValueError(f"{time} is before 1970: Key Vault stores times as unix seconds, which can't be negative")
    return unix


@hide_frames
class KeyVaultSecretIdentifier:
    """Splits a secret's identifier into its parts.

    :param source_id: such as ``https://my-vault.vault.azure.net/secrets/NAME/VERSION``.
    :raises ValueError: it is not a URL with ``/secrets/NAME`` and an optional version.
    """

    def __init__(self, source_id: str) -> None:
        parts = urlsplit(source_id)
        path = parts.path.strip("/").split("/")
        if not parts.scheme or not parts.netloc or len(path) not in (2, 3):
            # It may be a secret.
            description = describe_text(source_id, lambda character: character.isascii() and character.isalnum())
            raise ValueError(
                f"what is given is not a secret identifier: it {description}; expected https://VAULT/secrets/NAME/VERSION"
            )
        self._source_id = source_id
        self._vault_url = f"{parts.scheme}://{parts.netloc}"
        self._name = path[1]
        self._version = path[2] if len(path) == 3 else None

    def __repr__(self) -> str:
        return f"<KeyVaultSecretIdentifier [{self.source_id}]>"

    # Properties, so that a mock that is made from the class has them.

    @property
    def source_id(self) -> str:
        """The identifier."""
        return self._source_id

    @property
    def vault_url(self) -> str:
        """The vault's URL."""
        return self._vault_url

    @property
    def name(self) -> str:
        """The secret's name."""
        return self._name

    @property
    def version(self) -> Optional[str]:
        """The version, if the identifier has one."""
        return self._version


class SecretProperties:
    """The properties of a secret: everything except its value. Times are in UTC.

    Clients return it. The arguments are those of the Azure SDK's class, for tests that make one.

    :param attributes: an object with ``enabled``, ``not_before``, ``expires``, ``created``, ``updated``, ``recoverable_days``
        and ``recovery_level``, each of which may be absent.
    :param vault_id: the identifier.
    """

    def __init__(
        self,
        attributes: Any = None,
        vault_id: Optional[str] = None,
        *,
        content_type: Optional[str] = None,
        key_id: Optional[str] = None,
        managed: Optional[bool] = None,
        previous_version: Optional[str] = None,
        tags: Optional[Mapping[str, str]] = None,
    ) -> None:
        identifier = None if vault_id is None else KeyVaultSecretIdentifier(vault_id)
        times = {
            ours: unix_seconds(getattr(attributes, theirs, None))
            for ours, theirs in (
                ("not_before", "not_before"),
                ("expires_on", "expires"),
                ("created_on", "created"),
                ("updated_on", "updated"),
            )
        }
        self._record: Any = record(
            id=vault_id or "",
            name=identifier.name if identifier else "",
            version=identifier.version if identifier else None,
            content_type=content_type,
            enabled=getattr(attributes, "enabled", None),
            recoverable_days=getattr(attributes, "recoverable_days", None),
            recovery_level=getattr(attributes, "recovery_level", None),
            managed=managed,
            key_id=key_id,
            previous_version=previous_version,
            tags=list((tags or {}).items()),
            details=[],
            **times,
        )

    @classmethod
    def _from_record(cls, component_record: Any) -> "SecretProperties":
        properties = cls.__new__(cls)
        properties._record = component_record
        return properties

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.id}]>"

    @property
    def id(self) -> str:
        """The identifier: a URL with the vault, the name and the version."""
        return str(self._record.id)

    @property
    def name(self) -> str:
        """The name."""
        return str(self._record.name)

    @property
    def version(self) -> Optional[str]:
        """The version, if the identifier has one."""
        version: Optional[str] = self._record.version
        return version

    @property
    def vault_url(self) -> str:
        """The vault's URL."""
        return KeyVaultSecretIdentifier(self.id).vault_url

    @property
    def content_type(self) -> Optional[str]:
        """Free text, set with the secret."""
        content_type: Optional[str] = field(self._record, "content-type")
        return content_type

    @property
    def enabled(self) -> Optional[bool]:
        """Whether the secret can be read."""
        enabled: Optional[bool] = self._record.enabled
        return enabled

    @property
    def not_before(self) -> Optional[datetime]:
        """The secret should not be used before this time. Key Vault does not enforce it."""
        return _utc_datetime(field(self._record, "not-before"))

    @property
    def expires_on(self) -> Optional[datetime]:
        """The secret should not be used after this time. Key Vault does not enforce it."""
        return _utc_datetime(field(self._record, "expires-on"))

    @property
    def created_on(self) -> Optional[datetime]:
        """When this version was created."""
        return _utc_datetime(field(self._record, "created-on"))

    @property
    def updated_on(self) -> Optional[datetime]:
        """When this version's properties last changed."""
        return _utc_datetime(field(self._record, "updated-on"))

    @property
    def recoverable_days(self) -> Optional[int]:
        """How many days a deleted secret is kept: 7 to 90, or 0."""
        days: Optional[int] = field(self._record, "recoverable-days")
        return days

    @property
    def recovery_level(self) -> Optional[str]:
        """What the vault does with deleted secrets, such as ``Recoverable+Purgeable``."""
        level: Optional[str] = field(self._record, "recovery-level")
        return level

    @property
    def managed(self) -> Optional[bool]:
        """True if the secret belongs to a certificate."""
        managed: Optional[bool] = self._record.managed
        return managed

    @property
    def key_id(self) -> Optional[str]:
        """The key's identifier, if the secret belongs to a certificate."""
        key_id: Optional[str] = field(self._record, "key-id")
        return key_id

    @property
    def previous_version(self) -> Optional[str]:
        """The previous version, if the secret belongs to a certificate."""
        version: Optional[str] = field(self._record, "previous-version")
        return version

    @property
    def tags(self) -> Dict[str, str]:
        """The tags, by name."""
        return dict(self._record.tags)

    @property
    def details(self) -> Mapping[str, str]:
        """More names and values, which a later version of Keyfob may add."""
        return dict(self._record.details)


class CacheInfo(NamedTuple):
    """How a value came from the client's cache."""

    age: int
    """The seconds since the vault was asked for the value."""
    stale: bool
    """True if the value has expired, and is returned because reading it again failed."""
    error: Optional[str]
    """If the value is stale, the message of the error that reading it again ended with."""


@hide_frames
class KeyVaultSecret:
    """A secret and its value."""

    def __init__(
        self,
        properties: SecretProperties,
        value: Optional[str],
        credential: Optional[str] = None,
        source: Optional[str] = None,
        cache: Optional[CacheInfo] = None,
    ) -> None:
        self._properties = properties
        self._value = Hidden(value)
        self.credential = credential
        """The class name of the credential whose token was used."""
        self.source = source
        """The service that issued the token: ``App Service``, ``IMDS``, …"""
        self.cache = cache
        """How the value came from the client's cache; ``None`` if it came from the vault."""

    def __repr__(self) -> str:
        return f"<KeyVaultSecret [{self.id}]>"

    @property
    def properties(self) -> SecretProperties:
        """The properties."""
        return self._properties

    @property
    def value(self) -> Optional[str]:
        """The value, exactly as it was set."""
        return self._value.reveal()

    @property
    def id(self) -> str:
        """The identifier."""
        return self.properties.id

    @property
    def name(self) -> str:
        """The name."""
        return self.properties.name


class DeletedSecret:
    """A deleted secret, which can be recovered until ``scheduled_purge_date``.

    Clients return it. The arguments are those of the Azure SDK's class, for tests that make one.
    """

    def __init__(
        self,
        properties: SecretProperties,
        deleted_date: Optional[datetime] = None,
        recovery_id: Optional[str] = None,
        scheduled_purge_date: Optional[datetime] = None,
    ) -> None:
        self._properties = properties
        self._deleted_date = deleted_date
        self._recovery_id = recovery_id
        self._scheduled_purge_date = scheduled_purge_date

    @classmethod
    def _from_record(cls, component_record: Any) -> "DeletedSecret":
        return cls(
            SecretProperties._from_record(component_record.properties),
            _utc_datetime(field(component_record, "deleted-on")),
            field(component_record, "recovery-id"),
            _utc_datetime(field(component_record, "scheduled-purge-on")),
        )

    def __repr__(self) -> str:
        return f"<DeletedSecret [{self.id}]>"

    @property
    def properties(self) -> SecretProperties:
        """The properties."""
        return self._properties

    @property
    def id(self) -> str:
        """The identifier that the secret had."""
        return self.properties.id

    @property
    def name(self) -> str:
        """The name."""
        return self.properties.name

    @property
    def deleted_date(self) -> Optional[datetime]:
        """When it was deleted."""
        return self._deleted_date

    @property
    def scheduled_purge_date(self) -> Optional[datetime]:
        """When the vault will purge it."""
        return self._scheduled_purge_date

    @property
    def recovery_id(self) -> Optional[str]:
        """The identifier of the deleted secret."""
        return self._recovery_id
