"""Runs the operations of a case with the SDK's client."""

from datetime import datetime, timezone


def perform(runner, operation, pages):
    """Runs an operation and returns its outcome. `pages` returns the outcome of a list."""
    # An operation without fields is a string, its name.
    name, fields = next(iter(operation.items())) if isinstance(operation, dict) else (operation, None)
    return _OPERATIONS[name](runner, fields, pages)


def _set(runner, fields, _pages):
    options = _set_options(fields.get("options", {}))
    value = fields["value"] * runner.current_step.get("value-times", 1)
    return _properties_outcome(runner.client.set_secret(fields["name"], value, **options).properties)


def _update(runner, fields, _pages):
    options = _set_options(fields.get("options", {}))
    return _properties_outcome(
        runner.client.update_secret_properties(fields["name"], options.pop("version", None), **options)
    )


def _list_versions(runner, fields, pages):
    return pages(runner.client.list_properties_of_secret_versions(fields["name"], **_page_size(fields)))


def _list_deleted(runner, fields, pages):
    return pages(runner.client.list_deleted_secrets(**_page_size(fields)))


def _get_deleted(runner, name, _pages):
    return _properties_outcome(runner.client.get_deleted_secret(name).properties)


def _purge(runner, name, _pages):
    runner.client.purge_deleted_secret(name)
    return {"class": "done"}


def _delete(runner, name, _pages):
    poller = runner.client.begin_delete_secret(name)
    poller.wait()
    return _properties_outcome(poller.result().properties)


def _recover(runner, name, _pages):
    poller = runner.client.begin_recover_deleted_secret(name)
    poller.wait()
    return _properties_outcome(poller.result())


def _backup(runner, name, _pages):
    runner.backup = runner.client.backup_secret(name)
    return {"class": "done"}


def _restore(runner, _fields, _pages):
    return _properties_outcome(runner.client.restore_secret_backup(runner.backup))


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


def _page_size(fields):
    # 0 stands for the vault's default.
    return {"max_page_size": fields["size"]} if fields.get("size") else {}


def _set_options(fields):
    options = {name.replace("-", "_"): value for name, value in fields.items()}
    for time in ("not_before", "expires_on"):
        if time in options:
            options[time] = datetime.fromtimestamp(options[time], timezone.utc)
    if "tags" in options:
        options["tags"] = dict(options["tags"])
    return options


def _properties_outcome(properties):
    def seconds(time):
        return "" if time is None else str(int(time.timestamp()))

    properties_by_field = {
        "name": properties.name,
        "content-type": properties.content_type or "",
        "enabled": "" if properties.enabled is None else str(properties.enabled).lower(),
        "not-before": seconds(properties.not_before),
        "expires-on": seconds(properties.expires_on),
    }
    return {"class": "told", "told": properties_by_field, "tags": sorted((properties.tags or {}).items())}
