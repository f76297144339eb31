"""From the fields of a case to the SDK's classes and arguments."""

import os

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

# So are they where the environment asks for them.
_ASKED_FOR = {
    *("dev", "visualstudiocodecredential", "azureclicredential", "azuredeveloperclicredential"),
    *("azurepowershellcredential", "interactivebrowsercredential"),
}

_EXCLUDE = {
    "EnvironmentCredential": "exclude_environment_credential",
    "WorkloadIdentityCredential": "exclude_workload_identity_credential",
    "ManagedIdentityCredential": "exclude_managed_identity_credential",
}

# What a kind reads of [credential]. Fields of another kind are left alone, as in the other players.
_COMMON = {"kind", "authority-host", "disable-instance-discovery", "additionally-allowed-tenants"}
_MANAGED = {"client-id", "object-id", "resource-id", "system-assigned"}
_WORKLOAD = {"workload-identity-client-id", "tenant-id", "token-file-path"}
_CLIENT = {"tenant-id", "client-id"}
_CERTIFICATE = {"certificate", "certificate-path", "certificate-password", "send-certificate-chain"}
_FIELDS = {
    "default-azure": _COMMON
    | _MANAGED
    | _WORKLOAD
    | {"exclude", "require-token-credentials", "send-certificate-chain"},
    "environment": _COMMON | {"send-certificate-chain"},
    "workload-identity": _COMMON | _WORKLOAD,
    "managed-identity": _COMMON | _MANAGED,
    "client-secret": _COMMON | _CLIENT | {"client-secret"},
    "client-assertion": _COMMON | _CLIENT | {"assertion"},
    "client-certificate": _COMMON | _CLIENT | _CERTIFICATE,
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
    "explain": "the SDK does not tell what it would try",
    "timeout-ms": "the SDK has no limit for a whole call",
    "get-secrets": "the SDK reads one secret at a time",
    "bypass-cache": "the SDK keeps no values",
}
_KEYFOBS_CLIENT = dict.fromkeys(["cache-ttl", "cache-limits", "cache-stale-if-error"], "the SDK keeps no values")

_STEP_FIELDS = {
    *("after", "clock-ahead", "get-secret", "version", "list-secrets", "get-token", "tenant-id", "claims", "enable-cae"),
    *("set-assertion", "vault-url", "out-content-type", "most-pages", "operation", "value-times", "expect"),
}
_CLIENT_FIELDS = {"vault-url", "verify-challenge-resource", "api-version"}


class NotApplicable(Exception):
    """The SDK has nothing of the kind."""


class Unknown(Exception):
    """A field of a case that is news to this file."""


def check(case):
    """Raises unless the SDK can play the case."""
    ours = sorted(name for name in case.get("env", {}) if name.startswith("KEYFOB_"))
    if ours:
        raise NotApplicable(f"{ours[0]} is a variable of Keyfob alone")
    if case.get("env", {}).get("AZURE_TOKEN_CREDENTIALS", "").strip().lower() in _ASKED_FOR:
        raise NotApplicable("the SDK's developer credentials would look at this machine")
    _check_credential(case.get("credential", {}))
    _known("[client]", case.get("client", {}), _CLIENT_FIELDS, _KEYFOBS_CLIENT)
    if any(fault.get("body-size", 0) > 1 << 24 for fault in case.get("fault", [])):
        raise NotApplicable("the SDK reads all that it is sent, and so much does not go through this check's pipe")
    for step in case["step"]:
        _known("[[step]]", step, _STEP_FIELDS, _KEYFOBS_STEPS)
        if "set-assertion" in step and case.get("credential", {}).get("kind") != "client-assertion":
            raise NotApplicable("the SDK asks the caller for each assertion, and no other credential has one")


def _check_credential(fields):
    kind = fields.get("kind", "default-azure")
    if kind in _KEYFOBS_KINDS:
        raise NotApplicable(_KEYFOBS_KINDS[kind])
    if kind not in _FIELDS:
        raise Unknown(f"[credential] kind = {kind!r}")
    _known("[credential]", fields, _ALL_FIELDS, _KEYFOBS_FIELDS)
    if kind == "default-azure" and "token-file-path" in fields:
        raise NotApplicable("the SDK's default chain takes the token file from its variable only")
    if kind in ("default-azure", "environment") and "send-certificate-chain" in fields:
        raise NotApplicable("the SDK's environment credential takes this from its variable only")
    for link in fields.get("links", []):
        _check_credential(link)


def _known(where, fields, known, ours):
    for name in fields:
        if name in ours:
            raise NotApplicable(ours[name])
        if name not in known:
            raise Unknown(f"the field {name!r} of {where}")


class Assertion:
    """The caller's assertion, as the SDK asks for it."""

    current = ""

    def __call__(self):
        return self.current


def certificates(fields, folder):
    """The bytes of the certificates that a case gives as such, by name. They are no files of its world."""
    names = [each["certificate"] for each in [fields, *fields.get("links", [])] if "certificate" in each]
    found = {}
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = file.read()
    return found


def make(fields, player):
    """The credential; what becomes of the links of a chain is noted in the player's attempts."""
    kind = fields.get("kind", "default-azure")
    given = {name: value for name, value in fields.items() if name in _FIELDS[kind]}
    common = {"transport": player.transport}
    if "authority-host" in given:
        common["authority"] = given["authority-host"]
    if "disable-instance-discovery" in given:
        common["disable_instance_discovery"] = given["disable-instance-discovery"]
    if "additionally-allowed-tenants" in given:
        common["additionally_allowed_tenants"] = given["additionally-allowed-tenants"]
    if kind == "default-azure":
        return _default(given, common, player.attempts)
    if kind == "environment":
        return identity.EnvironmentCredential(**common)
    if kind == "managed-identity":
        return identity.ManagedIdentityCredential(**_managed(given), **common)
    client = [given.get(name, "") for name in ("tenant-id", "client-id")]
    if kind == "client-secret":
        return identity.ClientSecretCredential(*client, given.get("client-secret", ""), **common)
    if kind == "client-assertion":
        player.assertion.current = given.get("assertion", "")
        return identity.ClientAssertionCredential(*client, player.assertion, **common)
    if kind == "client-certificate":
        return identity.CertificateCredential(*client, **_certificate(given, player.certificates), **common)
    if kind == "workload-identity":
        return identity.WorkloadIdentityCredential(**_workload(given), **common)
    links = [make(link, player) for link in given.get("links", [])]
    for link in links:
        if not isinstance(link, identity.ChainedTokenCredential):
            player.attempts.watch(type(link).__name__, link)
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
    if "require-token-credentials" in given:
        options["require_envvar"] = given["require-token-credentials"]
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


def _certificate(given, certificates):
    options = {}
    if "certificate" in given:
        options["certificate_data"] = certificates[given["certificate"]]
    if "certificate-path" in given:
        options["certificate_path"] = given["certificate-path"]
    if "certificate-password" in given:
        options["password"] = given["certificate-password"]
    if "send-certificate-chain" in given:
        options["send_certificate_chain"] = given["send-certificate-chain"]
    return options
