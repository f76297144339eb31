"""Creates the SDK's credentials from the fields of a case, and checks whether the SDK can run the case."""

import os

from azure import identity

# The SDK's developer credentials would use this machine's sign-ins. Keyfob reports them as not supported.
_EXCLUDE_DEVELOPER_CREDENTIALS = dict.fromkeys(
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

# The values of AZURE_TOKEN_CREDENTIALS that select developer credentials.
_DEVELOPER_SELECTIONS = {
    *("dev", "visualstudiocodecredential", "azureclicredential", "azuredeveloperclicredential"),
    *("azurepowershellcredential", "interactivebrowsercredential"),
}

_EXCLUDE_ARGUMENTS = {
    "EnvironmentCredential": "exclude_environment_credential",
    "WorkloadIdentityCredential": "exclude_workload_identity_credential",
    "ManagedIdentityCredential": "exclude_managed_identity_credential",
}

# The fields of [credential] that each kind reads. Fields of other kinds are ignored, as with Keyfob.
_COMMON = {"kind", "authority-host", "disable-instance-discovery", "additionally-allowed-tenants"}
_MANAGED_IDENTITY = {"client-id", "object-id", "resource-id", "system-assigned"}
_WORKLOAD_IDENTITY = {"workload-identity-client-id", "tenant-id", "token-file-path"}
_CLIENT = {"tenant-id", "client-id"}
_CERTIFICATE = {"certificate", "certificate-path", "certificate-password", "send-certificate-chain"}
_FIELDS = {
    "default-azure": _COMMON
    | _MANAGED_IDENTITY
    | _WORKLOAD_IDENTITY
    | {"exclude", "require-token-credentials", "send-certificate-chain"},
    "environment": _COMMON | {"send-certificate-chain"},
    "workload-identity": _COMMON | _WORKLOAD_IDENTITY,
    "managed-identity": _COMMON | _MANAGED_IDENTITY,
    "client-secret": _COMMON | _CLIENT | {"client-secret"},
    "client-assertion": _COMMON | _CLIENT | {"assertion"},
    "client-certificate": _COMMON | _CLIENT | _CERTIFICATE,
    "chained": _COMMON | {"links"},
}
_ALL_FIELDS = frozenset().union(*_FIELDS.values())

# Kinds, fields and steps that only Keyfob has, with the reason why they can't be compared.
_KEYFOB_ONLY_KINDS = {"static-token": "the SDK has no credential for a token that the caller has"}
_KEYFOB_ONLY_FIELDS = {
    "imds-connect-timeout-ms": "the SDK has no option for the time to connect to IMDS",
    "token": "the SDK has no credential for a token that the caller has",
    "expires-on": "the SDK has no credential for a token that the caller has",
}
_KEYFOB_ONLY_STEPS = {
    "set-token": "the SDK has no credential for a token that the caller has",
    "explain": "the SDK has no equivalent of explain",
    "timeout-ms": "the SDK has no limit for a whole call",
    "get-secrets": "the SDK reads one secret at a time",
    "bypass-cache": "the SDK does not cache values",
}
_KEYFOB_ONLY_CLIENT = dict.fromkeys(
    ["cache-ttl", "cache-limits", "cache-stale-if-error"], "the SDK does not cache values"
)

_STEP_FIELDS = {
    *("after", "clock-ahead", "get-secret", "version", "list-secrets", "get-token"),
    *("tenant-id", "claims", "enable-cae"),
    *("set-assertion", "vault-url", "out-content-type", "most-pages", "operation", "value-times", "expect"),
}
_CLIENT_FIELDS = {"vault-url", "verify-challenge-resource", "api-version"}


class NotApplicable(Exception):
    """The SDK has no equivalent of something in the case."""


class UnknownField(Exception):
    """A field of a case that this file does not know."""


def check(case):
    """Raises NotApplicable or UnknownField unless the SDK can run the case."""
    keyfob_variables = sorted(name for name in case.get("env", {}) if name.startswith("KEYFOB_"))
    if keyfob_variables:
        raise NotApplicable(f"{keyfob_variables[0]} is a variable that only Keyfob reads")
    if case.get("env", {}).get("AZURE_TOKEN_CREDENTIALS", "").strip().lower() in _DEVELOPER_SELECTIONS:
        raise NotApplicable("the SDK's developer credentials would use this machine's sign-ins")
    _check_credential(case.get("credential", {}))
    _check_fields("[client]", case.get("client", {}), _CLIENT_FIELDS, _KEYFOB_ONLY_CLIENT)
    if any(fault.get("body-size", 0) > 1 << 24 for fault in case.get("fault", [])):
        raise NotApplicable("the SDK reads bodies of any size, and this one is too large for the test's pipe")
    for step in case["step"]:
        _check_fields("[[step]]", step, _STEP_FIELDS, _KEYFOB_ONLY_STEPS)
        if "set-assertion" in step and case.get("credential", {}).get("kind") != "client-assertion":
            raise NotApplicable("only the SDK's ClientAssertionCredential has an assertion")


def _check_credential(fields):
    kind = fields.get("kind", "default-azure")
    if kind in _KEYFOB_ONLY_KINDS:
        raise NotApplicable(_KEYFOB_ONLY_KINDS[kind])
    if kind not in _FIELDS:
        raise UnknownField(f"[credential] kind = {kind!r}")
    _check_fields("[credential]", fields, _ALL_FIELDS, _KEYFOB_ONLY_FIELDS)
    if kind == "default-azure" and "token-file-path" in fields:
        raise NotApplicable("the SDK's default chain reads the token file's path from its variable only")
    if kind in ("default-azure", "environment") and "send-certificate-chain" in fields:
        raise NotApplicable("the SDK's environment credential reads this from its variable only")
    for link in fields.get("links", []):
        _check_credential(link)


def _check_fields(table, fields, known, keyfob_only):
    for name in fields:
        if name in keyfob_only:
            raise NotApplicable(keyfob_only[name])
        if name not in known:
            raise UnknownField(f"the field {name!r} of {table}")


class Assertion:
    """The function that the SDK calls for an assertion."""

    current = ""

    def __call__(self):
        return self.current


def read_certificates(fields, folder):
    """The contents of the certificates that a case passes as bytes, by name. Call it before `sandbox.isolate`."""
    names = [link["certificate"] for link in [fields, *fields.get("links", [])] if "certificate" in link]
    contents = {}
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            contents[name] = file.read()
    return contents


def create(fields, runner):
    """Creates a credential. The outcomes of a chain's credentials are recorded in the runner's attempts."""
    kind = fields.get("kind", "default-azure")
    fields = {name: value for name, value in fields.items() if name in _FIELDS[kind]}
    common = {"transport": runner.transport}
    if "authority-host" in fields:
        common["authority"] = fields["authority-host"]
    if "disable-instance-discovery" in fields:
        common["disable_instance_discovery"] = fields["disable-instance-discovery"]
    if "additionally-allowed-tenants" in fields:
        common["additionally_allowed_tenants"] = fields["additionally-allowed-tenants"]
    if kind == "default-azure":
        return _default_azure_credential(fields, common, runner.attempts)
    if kind == "environment":
        return identity.EnvironmentCredential(**common)
    if kind == "managed-identity":
        return identity.ManagedIdentityCredential(**_managed_identity_arguments(fields), **common)
    client = [fields.get(name, "") for name in ("tenant-id", "client-id")]
    if kind == "client-secret":
        return identity.ClientSecretCredential(*client, fields.get("client-secret", ""), **common)
    if kind == "client-assertion":
        runner.assertion.current = fields.get("assertion", "")
        return identity.ClientAssertionCredential(*client, runner.assertion, **common)
    if kind == "client-certificate":
        return identity.CertificateCredential(*client, **_certificate_arguments(fields, runner.certificates), **common)
    if kind == "workload-identity":
        return identity.WorkloadIdentityCredential(**_workload_identity_arguments(fields), **common)
    links = [create(link, runner) for link in fields.get("links", [])]
    for link in links:
        if not isinstance(link, identity.ChainedTokenCredential):
            runner.attempts.observe(type(link).__name__, link)
    return identity.ChainedTokenCredential(*links)


def _default_azure_credential(fields, common, attempts):
    options = dict(_EXCLUDE_DEVELOPER_CREDENTIALS, **common)
    for name in fields.get("exclude", []):
        if name in _EXCLUDE_ARGUMENTS:
            options[_EXCLUDE_ARGUMENTS[name]] = True
    if "client-id" in fields:
        options["managed_identity_client_id"] = fields["client-id"]
    elif fields.get("system-assigned"):
        options["managed_identity_client_id"] = None
    if "workload-identity-client-id" in fields:
        options["workload_identity_client_id"] = fields["workload-identity-client-id"]
    if "tenant-id" in fields:
        options["workload_identity_tenant_id"] = fields["tenant-id"]
    if "require-token-credentials" in fields:
        options["require_envvar"] = fields["require-token-credentials"]
    chain = identity.DefaultAzureCredential(**options)
    if "object-id" in fields or "resource-id" in fields:
        # The SDK's chain accepts client ids only. Its managed identity credential is replaced by an equal one.
        managed = identity.ManagedIdentityCredential(
            _enable_imds_probe=True, **_managed_identity_arguments(fields), **common
        )
        managed_identity_class = identity.ManagedIdentityCredential
        chain.credentials = tuple(
            managed if isinstance(link, managed_identity_class) else link for link in chain.credentials
        )
    for link in chain.credentials:
        attempts.observe(getattr(link, "_credential_name", type(link).__name__), link)
    return chain


def _managed_identity_arguments(fields):
    if "client-id" in fields:
        return {"client_id": fields["client-id"]}
    for field, name in (("object-id", "object_id"), ("resource-id", "resource_id")):
        if field in fields:
            return {"identity_config": {name: fields[field]}}
    return {}


def _workload_identity_arguments(fields):
    names = {
        "workload-identity-client-id": "client_id",
        "tenant-id": "tenant_id",
        "token-file-path": "token_file_path",
    }
    return {name: fields[field] for field, name in names.items() if field in fields}


def _certificate_arguments(fields, certificates):
    options = {}
    if "certificate" in fields:
        options["certificate_data"] = certificates[fields["certificate"]]
    if "certificate-path" in fields:
        options["certificate_path"] = fields["certificate-path"]
    if "certificate-password" in fields:
        options["password"] = fields["certificate-password"]
    if "send-certificate-chain" in fields:
        options["send_certificate_chain"] = fields["send-certificate-chain"]
    return options
