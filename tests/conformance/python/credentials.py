"""From the fields of a case to the SDK's classes and arguments."""

from azure import identity

# The SDK's developer credentials would look at this machine. Keyfob's report names them as not supported.
_DEVELOPERS = dict.fromkeys(
    [
        "exclude_shared_token_cache_credential",
        "exclude_visual_studio_code_credential",
        "exclude_cli_credential",
        "exclude_powershell_credential",
        "exclude_developer_cli_credential",
        "exclude_broker_credential",
    ],
    True,
)

_EXCLUDE = {
    "EnvironmentCredential": "exclude_environment_credential",
    "WorkloadIdentityCredential": "exclude_workload_identity_credential",
    "ManagedIdentityCredential": "exclude_managed_identity_credential",
}

# What a kind reads of [credential]. Fields of another kind are left alone, as in the other players.
_COMMON = {"kind", "authority-host", "disable-instance-discovery"}
_MANAGED = {"client-id", "object-id", "resource-id", "system-assigned"}
_FIELDS = {
    "default-azure": _COMMON | _MANAGED | {"exclude", "workload-identity-client-id", "tenant-id", "token-file-path"},
    "environment": _COMMON,
    "workload-identity": _COMMON | {"workload-identity-client-id", "tenant-id", "token-file-path"},
    "managed-identity": _COMMON | _MANAGED,
    "client-secret": _COMMON | {"tenant-id", "client-id", "client-secret"},
    "chained": _COMMON | {"links"},
}
_ALL_FIELDS = frozenset().union(*_FIELDS.values())

# What only Keyfob has, with the reason why no comparison is possible.
_KEYFOBS_KINDS = {"static-token": "the SDK has no credential for a token that the caller has"}
_KEYFOBS_FIELDS = {
    "imds-connect-timeout-ms": "the SDK has no option for the time to connect to IMDS",
    "token": "the SDK has no credential for a token that the caller has",
    "expires-on": "the SDK has no credential for a token that the caller has",
}
_KEYFOBS_STEPS = {
    "set-token": "the SDK has no credential for a token that the caller has",
    "timeout-ms": "the SDK has no limit for a whole call",
}

_STEP_FIELDS = {"after", "get-secret", "version", "get-token", "tenant-id", "expect"}
_CLIENT_FIELDS = {"vault-url", "verify-challenge-resource"}


class NotApplicable(Exception):
    """The SDK has nothing of the kind."""


class Unknown(Exception):
    """A field of a case that is news to this file."""


def check(case):
    """Raises unless the SDK can play the case."""
    ours = sorted(name for name in case.get("env", {}) if name.startswith("KEYFOB_"))
    if ours:
        raise NotApplicable(f"{ours[0]} is a variable of Keyfob alone")
    _check_credential(case.get("credential", {}))
    _known("[client]", case.get("client", {}), _CLIENT_FIELDS, {})
    for step in case["step"]:
        _known("[[step]]", step, _STEP_FIELDS, _KEYFOBS_STEPS)


def _check_credential(fields):
    kind = fields.get("kind", "default-azure")
    if kind in _KEYFOBS_KINDS:
        raise NotApplicable(_KEYFOBS_KINDS[kind])
    if kind not in _FIELDS:
        raise Unknown(f"[credential] kind = {kind!r}")
    _known("[credential]", fields, _ALL_FIELDS, _KEYFOBS_FIELDS)
    if kind == "default-azure" and "token-file-path" in fields:
        raise NotApplicable("the SDK's default chain takes the token file from its variable only")
    for link in fields.get("links", []):
        _check_credential(link)


def _known(where, fields, known, ours):
    for name in fields:
        if name in ours:
            raise NotApplicable(ours[name])
        if name not in known:
            raise Unknown(f"the field {name!r} of {where}")


def make(fields, transport, attempts):
    """The credential; what becomes of the links of a chain is noted in `attempts`."""
    kind = fields.get("kind", "default-azure")
    given = {name: value for name, value in fields.items() if name in _FIELDS[kind]}
    common = {"transport": transport}
    if "authority-host" in given:
        common["authority"] = given["authority-host"]
    if "disable-instance-discovery" in given:
        common["disable_instance_discovery"] = given["disable-instance-discovery"]
    if kind == "default-azure":
        return _default(given, common, attempts)
    if kind == "environment":
        return identity.EnvironmentCredential(**common)
    if kind == "managed-identity":
        return identity.ManagedIdentityCredential(**_managed(given), **common)
    if kind == "client-secret":
        names = ("tenant-id", "client-id", "client-secret")
        return identity.ClientSecretCredential(*(given.get(name, "") for name in names), **common)
    if kind == "workload-identity":
        return identity.WorkloadIdentityCredential(**_workload(given), **common)
    links = [make(link, transport, attempts) for link in given.get("links", [])]
    for link in links:
        if not isinstance(link, identity.ChainedTokenCredential):
            attempts.watch(type(link).__name__, link)
    return identity.ChainedTokenCredential(*links)


def _default(given, common, attempts):
    options = dict(_DEVELOPERS, **common)
    for name in given.get("exclude", []):
        if name in _EXCLUDE:
            options[_EXCLUDE[name]] = True
    if "client-id" in given:
        options["managed_identity_client_id"] = given["client-id"]
    elif given.get("system-assigned"):
        options["managed_identity_client_id"] = None
    if "workload-identity-client-id" in given:
        options["workload_identity_client_id"] = given["workload-identity-client-id"]
    if "tenant-id" in given:
        options["workload_identity_tenant_id"] = given["tenant-id"]
    chain = identity.DefaultAzureCredential(**options)
    if "object-id" in given or "resource-id" in given:
        # Here the SDK's chain takes client ids only. Its link is replaced by one that it would have made.
        managed = identity.ManagedIdentityCredential(_enable_imds_probe=True, **_managed(given), **common)
        ours = identity.ManagedIdentityCredential
        chain.credentials = tuple(managed if isinstance(link, ours) else link for link in chain.credentials)
    for link in chain.credentials:
        attempts.watch(getattr(link, "_credential_name", type(link).__name__), link)
    return chain


def _managed(given):
    if "client-id" in given:
        return {"client_id": given["client-id"]}
    for field, name in (("object-id", "object_id"), ("resource-id", "resource_id")):
        if field in given:
            return {"identity_config": {name: given[field]}}
    return {}


def _workload(given):
    names = {
        "workload-identity-client-id": "client_id",
        "tenant-id": "tenant_id",
        "token-file-path": "token_file_path",
    }
    return {name: given[field] for field, name in names.items() if field in given}
