"""Keyword arguments of the Azure SDK, and what constructors check at once."""

import asyncio
import inspect

import azure.identity
import azure.keyvault.secrets
import pytest
from azure.core.exceptions import ClientAuthenticationError
from conftest import CREDENTIALS, SCOPE, USER_ASSIGNED_CLIENT_ID, WHO
from servers import SECRET, StaticCredential, Vault

import keyfob.aio
import keyfob.identity
from keyfob._component import guest
from keyfob.exceptions import InvalidArgumentError
from keyfob.identity import (
    AzureAuthorityHosts,
    CertificateCredential,
    ChainedTokenCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from keyfob.secrets import SecretClient

URL = "https://my-vault.vault.azure.net"
CREATE = {
    **CREDENTIALS,
    "SecretClient": lambda **options: SecretClient(URL, StaticCredential(), **options),
    "aio": lambda **options: keyfob.aio.ClientSecretCredential(*WHO, "s3cret", **options),
    "aio.SecretClient": lambda **options: keyfob.aio.SecretClient(URL, StaticCredential(), **options),
}
WITHOUT_EFFECT = {
    "logging_enable": True,
    "logging_body": True,
    "user_agent": "my-program/1.0",
    "request_id": "1",
    "retry_total": 3,
    "retry_backoff_factor": 0.8,
    "retry_mode": "exponential",
    "connection_timeout": 5,
    "read_timeout": 5,
    "cache_persistence_options": object(),
    "connection_verify": True,
    "proxies": {},
    "transport": None,
}
ELSEWHERE = {
    "transport": (object(), "HTTPS_PROXY"),
    "per_call_policies": ([object()], "AZURE_LOG_LEVEL"),
    "retry_policy": (object(), "HTTPS_PROXY"),
    "proxies": ({"https": "http://proxy:8080"}, "HTTPS_PROXY"),
    "use_env_settings": (False, "NO_PROXY"),
    "connection_verify": ("/ca.pem", "REQUESTS_CA_BUNDLE"),
    "verify": (False, "REQUESTS_CA_BUNDLE"),
    "connection_cert": ("/client.pem", "client certificate"),
    "headers": ({"a": "b"}, "no part of one"),
    "timeout": (5, "to the calls"),
}


@pytest.mark.parametrize("name", CREATE)
def test_keywords_without_effect(name):
    CREATE[name](**WITHOUT_EFFECT)


@pytest.mark.parametrize("keyword", ELSEWHERE)
@pytest.mark.parametrize("name", CREATE)
def test_keywords_that_are_set_elsewhere(name, keyword):
    value, where = ELSEWHERE[keyword]
    with pytest.raises(TypeError, match=f"takes no argument {keyword}: .*{where}"):
        CREATE[name](**{keyword: value})


@pytest.mark.parametrize("name", CREATE)
def test_unknown_keyword(name, caplog):
    """The Azure SDK drops it. What was meant to choose an identity is refused."""
    CREATE[name](retries=3, foo="s3cret")
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert "has no argument retries, which is ignored" in caplog.text and "s3cret" not in caplog.text
    for keyword in ("tenant", "msi_client_id", "token"):
        with pytest.raises(TypeError, match=f"has no argument {keyword}"):
            CREATE[name](**{keyword: "x"})


def test_misspelt_keyword():
    with pytest.raises(TypeError, match="did you mean managed_identity_client_id"):
        DefaultAzureCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    with pytest.raises(TypeError, match="did you mean api_version"):
        SecretClient(URL, StaticCredential(), apiversion="7.4")
    with pytest.raises(TypeError, match="did you mean managed_identity_client_id"):
        DefaultAzureCredential(manged_identity_client_id="x")
    with pytest.raises(TypeError, match="did you mean exclude_cli_credential"):
        DefaultAzureCredential(exclude_cl_credential=True)
    with pytest.raises(TypeError, match="did you mean managed_identity_client_id"):
        keyfob.aio.DefaultAzureCredential(manged_identity_client_id="x")


def test_options_of_the_developer_credentials():
    options = {"process_timeout": 20, "interactive_browser_tenant_id": "t", "broker_client_id": "c", "shared_cache_username": "u"}
    DefaultAzureCredential(visual_studio_code_tenant_id="t", exclude_interactive_browser_credential=False, **options)
    with pytest.raises(TypeError, match="process_timeout"):
        ManagedIdentityCredential(process_timeout=20)


def test_every_keyword_that_the_azure_sdk_documents():
    """The keyword arguments in the descriptions of the classes that both packages have."""
    by_class = {type(create()).__name__: create for create in CREDENTIALS.values()}
    for name in set(by_class) & set(azure.identity.__all__):
        described = inspect.getdoc(getattr(azure.identity, name)) or ""
        for line in described.splitlines():
            if line.startswith(":keyword"):
                keyword = line.split(":")[1].split()[-1]
                value = _value(keyword)
                if value is not None:
                    by_class[name](**{keyword: value})


def _value(keyword):
    texts = {"authority": AzureAuthorityHosts.AZURE_GOVERNMENT, "tenant_id": "contoso", "identity_config": {}}
    # Given by position or as the alternative of a path, in CREATE; and the switch that this package does not have.
    if keyword in ("certificate_data", "require_envvar", "enable_azure_proxy"):
        return None
    if keyword.startswith(("exclude_", "disable_", "send_")):
        return True if "interactive" in keyword else False
    if keyword == "additionally_allowed_tenants":
        return ["*"]
    return texts.get(keyword, 5 if keyword.endswith("timeout") else USER_ASSIGNED_CLIENT_ID)


METHODS = {
    "get_secret": ("a",),
    "get_secrets": (["a"],),
    "set_secret": ("a", "x"),
    "update_secret_properties": ("a",),
    "list_properties_of_secrets": (),
    "list_properties_of_secret_versions": ("a",),
    "list_deleted_secrets": (),
    "begin_delete_secret": ("a",),
    "get_deleted_secret": ("a",),
    "begin_recover_deleted_secret": ("a",),
    "purge_deleted_secret": ("a",),
    "backup_secret": ("a",),
    "restore_secret_backup": (b"x",),
}


def test_keywords_of_methods():
    methods = {name for name in vars(SecretClient) if not name.startswith("_")} - {"close", "vault_url"}
    assert methods == set(METHODS)
    with Vault(SECRET) as vault:
        client = vault.client()
        assert client.get_secret("a", logging_enable=True, retry_total=0, connection_timeout=5).value == "x"
        sent = len(vault.requests)
        for name, arguments in METHODS.items():
            for keyword in ("transport", "headers", "raw_response_hook", "continuation_token"):
                with pytest.raises(TypeError, match=f"SecretClient.{name} takes no argument {keyword}"):
                    getattr(client, name)(*arguments, **{keyword: "x"})
            with pytest.raises(TypeError, match="has no argument"):
                getattr(client, name)(*arguments, nonsense=1)
        assert len(vault.requests) == sent


def test_operations_and_lists_are_not_resumed(fake_vaults):
    client = SecretClient(URL, ManagedIdentityCredential())
    client.set_secret("a", "x")
    poller = client.begin_delete_secret("a", polling_interval=1)
    with pytest.raises(TypeError, match="can't be resumed"):
        poller.continuation_token()
    pages = client.list_properties_of_secrets().by_page()
    with pytest.raises(TypeError, match="no token"):
        pages.continuation_token
    with pytest.raises(TypeError, match="can't be resumed"):
        client.list_properties_of_secrets().by_page("token")
    # Begun once.
    assert fake_vaults.log().count("DELETE") == 1


def test_connection_timeout_is_that_of_the_metadata_service(monkeypatch):
    seen = []
    call = guest.Guest.call

    def record(self, function, *arguments):
        seen.extend(one.setters for one in arguments if hasattr(one, "setters"))
        return call(self, function, *arguments)

    monkeypatch.setattr(guest.Guest, "call", record)
    DefaultAzureCredential(connection_timeout=0.5).explain()
    ManagedIdentityCredential(connection_timeout=1000).explain()
    assert [one for setters in seen for one in setters] == [
        ("imds-connect-timeout", (500,)),
        ("imds-connect-timeout", (60_000,)),
    ]


# --- Checks of the constructors


@pytest.mark.parametrize("tenant", ["", None, "con toso", "contoso/", "s3cret'", "{contoso}"])
@pytest.mark.parametrize("azure", [False, True])
def test_tenant(tenant, azure):
    package = globals()["azure"].identity if azure else keyfob.identity
    for create in (
        lambda: package.ClientSecretCredential(tenant, USER_ASSIGNED_CLIENT_ID, "x"),
        lambda: package.CertificateCredential(tenant, USER_ASSIGNED_CLIENT_ID, "/nowhere"),
        # Checked by this package alone.
        lambda: ClientAssertionCredential(tenant, USER_ASSIGNED_CLIENT_ID, lambda: ""),
        lambda: WorkloadIdentityCredential(tenant_id=tenant or "{}"),
    ):
        with pytest.raises(ValueError) as raised:
            create()
        assert azure or "s3cret" not in str(raised.value) and isinstance(raised.value, InvalidArgumentError)


@pytest.mark.parametrize("create", [ClientSecretCredential, keyfob.aio.ClientSecretCredential])
def test_client_id_and_secret(create):
    for arguments in (("contoso", "", "x"), ("contoso", USER_ASSIGNED_CLIENT_ID, ""), ("contoso", None, "x")):
        with pytest.raises(ValueError):
            create(*arguments)
    with pytest.raises(TypeError, match="client_id must be str, not int"):
        create("contoso", 1, "x")


def test_certificate_data():
    for package in (keyfob.identity, azure.identity):
        with pytest.raises(ValueError):
            package.CertificateCredential(*WHO, certificate_data=b"s3cret")
    with pytest.raises(TypeError, match="certificate_data must be bytes, not str"):
        CertificateCredential(*WHO, certificate_data="-----BEGIN")


def test_texts_of_methods():
    client = SecretClient(URL, StaticCredential())
    for call, name in (
        (lambda: client.get_secret(None), "get_secret: name must be str, not NoneType"),
        (lambda: client.get_secret(name=b"a"), "get_secret: name must be str, not bytes"),
        (lambda: client.set_secret("a", None), "set_secret: value must be str, not NoneType"),
        (lambda: client.set_secret("a", value=5), "set_secret: value must be str, not int"),
        (lambda: asyncio.run(keyfob.aio.SecretClient(URL, StaticCredential()).get_secret(None)), "name must be str"),
    ):
        with pytest.raises(TypeError, match=name):
            call()


def test_authority():
    for authority in ("http://login.microsoftonline.com", "ftp://a", ""):
        with pytest.raises(ValueError):
            ClientSecretCredential(*WHO, "x", authority=authority)
    for authority in ("login.microsoftonline.us", "https://login.microsoftonline.us/ ", "http://127.0.0.1:1"):
        ClientSecretCredential(*WHO, "x", authority=authority)


def test_token_credentials_variable(monkeypatch):
    with pytest.raises(ValueError, match="AZURE_TOKEN_CREDENTIALS is not set"):
        DefaultAzureCredential(require_envvar=True)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", " ")
    with pytest.raises(ValueError, match="AZURE_TOKEN_CREDENTIALS is not set"):
        DefaultAzureCredential(require_envvar=True)
    for value in ("prod", "dev", "ManagedIdentityCredential", "azureclicredential"):
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", value)
        DefaultAzureCredential(require_envvar=True)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "s3cret-nonsense")
    with pytest.raises(InvalidArgumentError, match="names no credential") as raised:
        DefaultAzureCredential()
    assert "s3cret" not in str(raised.value) and raised.value.hint


def test_exclude_false_counts_more_than_the_variable(monkeypatch):
    def left(**options):
        return [one.credential for one in DefaultAzureCredential(**options).explain() if one.readiness not in ("excluded", "not-supported")]

    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    assert left(exclude_environment_credential=None) == ["ManagedIdentityCredential"]
    assert left(exclude_cli_credential=False) == ["ManagedIdentityCredential"]
    assert left(exclude_environment_credential=False) == ["EnvironmentCredential", "ManagedIdentityCredential"]
    assert left(exclude_environment_credential=False, exclude_managed_identity_credential=True) == ["EnvironmentCredential"]
    assert left(exclude_environment_credential=False, require_envvar=True) == ["EnvironmentCredential", "ManagedIdentityCredential"]
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", " Dev")
    assert left(exclude_managed_identity_credential=False) == ["ManagedIdentityCredential"]
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "nonsense")
    with pytest.raises(InvalidArgumentError, match="names no credential"):
        DefaultAzureCredential(exclude_managed_identity_credential=False)


def test_chain_without_credentials(monkeypatch):
    with pytest.raises(InvalidArgumentError, match="no credential"):
        ChainedTokenCredential()
    every = [f"exclude_{name}_credential" for name in ("environment", "workload_identity", "managed_identity")]
    developer = ("shared_token_cache", "visual_studio_code", "cli", "powershell", "developer_cli", "broker")
    # The developer credentials are left, of which each fails only when it is asked.
    DefaultAzureCredential(**dict.fromkeys(every, True))
    every += [f"exclude_{name}_credential" for name in developer]
    with pytest.raises(InvalidArgumentError, match="at least one credential is required"):
        DefaultAzureCredential(**dict.fromkeys(every, True))
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    with pytest.raises(InvalidArgumentError, match="at least one credential is required"):
        DefaultAzureCredential(exclude_managed_identity_credential=True)


def test_two_identities():
    for options in (
        {"client_id": USER_ASSIGNED_CLIENT_ID, "identity_config": {"object_id": USER_ASSIGNED_CLIENT_ID}},
        {"identity_config": {"object_id": "a", "resource_id": "b"}},
    ):
        with pytest.raises(InvalidArgumentError, match="give only one of"):
            ManagedIdentityCredential(**options)
        with pytest.raises(ValueError):
            azure.identity.ManagedIdentityCredential(**options)


def test_identity_of_the_default_chain(monkeypatch):
    resource = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    explained = {
        one.credential: one for one in DefaultAzureCredential(identity_config={"resource_id": resource}).explain()
    }
    assert explained["ManagedIdentityCredential"].details["resource-id"] == resource


def test_identity_that_is_none(monkeypatch, fake_vaults):
    """The machine has a system-assigned identity only."""
    monkeypatch.setenv("AZURE_CLIENT_ID", USER_ASSIGNED_CLIENT_ID)
    developer = dict.fromkeys((f"exclude_{name}_credential" for name in ("cli", "powershell", "developer_cli")), True)
    for package in (azure.identity, keyfob.identity):
        with pytest.raises(ClientAuthenticationError):
            package.DefaultAzureCredential(**developer).get_token(SCOPE)
        for options in ({}, {"identity_config": None}, {"identity_config": {"resource_id": None}}):
            token = package.DefaultAzureCredential(managed_identity_client_id=None, **options, **developer).get_token(SCOPE)
            assert token.token.count(".") == 2
        assert package.ManagedIdentityCredential(identity_config={"client_id": None}).get_token(SCOPE).token
    member = DefaultAzureCredential(managed_identity_client_id=None).credentials[-1]
    assert "client-id" not in member.explain()[0].details


def test_identity_in_cloud_shell(monkeypatch):
    monkeypatch.setenv("MSI_ENDPOINT", "http://localhost:50342/oauth2/token")
    for package in (keyfob.identity, azure.identity):
        package.ManagedIdentityCredential()
        package.DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED_CLIENT_ID)
        for options in ({"client_id": USER_ASSIGNED_CLIENT_ID}, {"identity_config": {"object_id": "x"}}):
            with pytest.raises(ValueError):
                package.ManagedIdentityCredential(**options)
    monkeypatch.setenv("MSI_SECRET", "secret")
    ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)


def test_vault_and_credential():
    for arguments in (("", StaticCredential()), (URL, None), (None, StaticCredential())):
        with pytest.raises(ValueError):
            SecretClient(*arguments)
        with pytest.raises(ValueError):
            azure.keyvault.secrets.SecretClient(*arguments)
