"""From an operation of a case to the SDK's method, and what it tells of a secret."""

from datetime import datetime, timezone


def perform(player, operation, pages):
    """Does it; `pages` makes an outcome of a list."""
    # An operation without fields is its name alone.
    name, fields = next(iter(operation.items())) if isinstance(operation, dict) else (operation, None)
    return _OPERATIONS[name](player, fields, pages)


def _set(player, fields, _pages):
    options = _options(fields.get("options", {}))
    value = fields["value"] * player.step_now.get("value-times", 1)
    return _told(player.client.set_secret(fields["name"], value, **options).properties)


def _update(player, fields, _pages):
    options = _options(fields.get("options", {}))
    return _told(player.client.update_secret_properties(fields["name"], options.pop("version", None), **options))


def _list_versions(player, fields, pages):
    return pages(player.client.list_properties_of_secret_versions(fields["name"], **_size(fields)))


def _list_deleted(player, fields, pages):
    return pages(player.client.list_deleted_secrets(**_size(fields)))


def _get_deleted(player, name, _pages):
    return _told(player.client.get_deleted_secret(name).properties)


def _purge(player, name, _pages):
    player.client.purge_deleted_secret(name)
    return {"class": "done"}


def _delete(player, name, _pages):
    poller = player.client.begin_delete_secret(name)
    poller.wait()
    return _told(poller.result().properties)


def _recover(player, name, _pages):
    poller = player.client.begin_recover_deleted_secret(name)
    poller.wait()
    return _told(poller.result())


def _backup(player, name, _pages):
    player.backup = player.client.backup_secret(name)
    return {"class": "done"}


def _restore(player, _fields, _pages):
    return _told(player.client.restore_secret_backup(player.backup))


_OPERATIONS = {
    "set": _set,
    "update": _update,
    "list-versions": _list_versions,
    "list-deleted": _list_deleted,
    "get-deleted": _get_deleted,
    "purge": _purge,
    "delete": _delete,
    "recover": _recover,
    "backup": _backup,
    "restore": _restore,
}


def _size(fields):
    # 0 is the vault's own size, as when nothing is said.
    return {"max_page_size": fields["size"]} if fields.get("size") else {}


def _options(fields):
    options = {name.replace("-", "_"): value for name, value in fields.items()}
    for time in ("not_before", "expires_on"):
        if time in options:
            options[time] = datetime.fromtimestamp(options[time], timezone.utc)
    if "tags" in options:
        options["tags"] = dict(options["tags"])
    return options


def _told(properties):
    def seconds(time):
        return "" if time is None else str(int(time.timestamp()))

    told = {
        "name": properties.name,
        "content-type": properties.content_type or "",
        "enabled": "" if properties.enabled is None else str(properties.enabled).lower(),
        "not-before": seconds(properties.not_before),
        "expires-on": seconds(properties.expires_on),
    }
    return {"class": "told", "told": told, "tags": sorted((properties.tags or {}).items())}
