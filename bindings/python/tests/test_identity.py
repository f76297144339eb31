"""The credentials, each on its platform."""

import os
import pickle

import pytest
from conftest import ROOT, USER_ASSIGNED, VALUE

from keyfob.exceptions import ClientAuthenticationError, CredentialUnavailableError, InvalidArgumentError
from keyfob.identity import (
    AccessToken,
    CertificateCredential,
    ChainedTokenCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from keyfob.secrets import SecretClient

SCOPE = "https://vault.azure.net/.default"


def read(credential):
    return SecretClient(os.environ["KEYVAULT_URL"], credential).get_secret("secret-a").value


@pytest.mark.parametrize("platform", ["vm", "aks", "cloud-shell", "service-principal", "us-government", "azure-ml"])
def test_the_default_chain_everywhere(fake, monkeypatch, platform):
    fake("--example", platform)
    if platform == "azure-ml":
        monkeypatch.setenv("AZURE_CLIENT_ID", USER_ASSIGNED)
    assert read(DefaultAzureCredential()) == VALUE


def test_workload_identity(fake, monkeypatch):
    fake("--example", "aks")
    told = {
        "tenant_id": os.environ["AZURE_TENANT_ID"],
        "client_id": os.environ["AZURE_CLIENT_ID"],
        "token_file_path": os.environ["AZURE_FEDERATED_TOKEN_FILE"],
    }
    assert read(WorkloadIdentityCredential()) == VALUE
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name)
    assert read(WorkloadIdentityCredential(**told)) == VALUE
    with pytest.raises(ClientAuthenticationError) as raised:
        read(WorkloadIdentityCredential(**{**told, "token_file_path": "/nowhere/token"}))
    assert "/nowhere/token" in str(raised.value) and "--dir" not in str(raised.value)


def test_service_principals(fake, monkeypatch):
    fake("--example", "service-principal")
    tenant, client = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"]
    secret = os.environ["AZURE_CLIENT_SECRET"]
    assert read(EnvironmentCredential()) == VALUE
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name)
    assert read(ClientSecretCredential(tenant, client, secret)) == VALUE
    with pytest.raises(ClientAuthenticationError) as raised:
        read(ClientSecretCredential(tenant, client, "wrong-secret"))
    assert raised.value.error.code == "AADSTS7000215" and "wrong-secret" not in str(raised.value)


def test_certificates(fake, monkeypatch, tmp_path):
    files = ROOT / "tests/certificates"
    pem = (files / "cert-first.pem").read_text()
    world = (ROOT / "examples/azure/service-principal.toml").read_text()
    registered = "certificate = '''\n" + pem[: pem.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----'''"
    (tmp_path / "world.toml").write_text(world.replace("client-secret =", f"{registered}\nclient-secret ="))
    fake(str(tmp_path / "world.toml"))
    who = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"]
    assert read(CertificateCredential(*who, str(files / "cert-first.pem"))) == VALUE
    assert read(CertificateCredential(*who, certificate_data=pem.encode())) == VALUE
    assert read(CertificateCredential(*who, str(files / "aes256.pfx"), password="keyfob-test")) == VALUE
    with pytest.raises(ClientAuthenticationError, match="the password does not open it"):
        read(CertificateCredential(*who, str(files / "aes256.pfx"), password=b"wrong"))
    with pytest.raises(ClientAuthenticationError, match="does not exist") as raised:
        read(CertificateCredential(*who, "/nowhere/app.pem"))
    assert "that the user that the program runs as may read /nowhere/app.pem" in raised.value.hint
    with pytest.raises(ValueError, match="not by both"):
        CertificateCredential(*who)


def test_tokens(app_service):
    credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED)
    token = credential.get_token(SCOPE)
    assert isinstance(token, AccessToken) and token.token.count(".") == 2
    info = credential.get_token_info(SCOPE, options={"enable_cae": True})
    assert (info.token, info.expires_on, info.token_type) == (*token, "Bearer")
    assert (info.credential, info.source) == ("ManagedIdentityCredential", "App Service")
    assert token.token not in repr(info)


def test_managed_identity_by_other_ids(app_service):
    assert read(ManagedIdentityCredential(client_id=USER_ASSIGNED)) == VALUE
    with pytest.raises(ClientAuthenticationError) as raised:
        read(ManagedIdentityCredential(identity_config={"object_id": USER_ASSIGNED}))
    assert "object" in raised.value.hint
    with pytest.raises(ValueError, match="Give one of"):
        ManagedIdentityCredential(client_id=USER_ASSIGNED, identity_config={"object_id": USER_ASSIGNED})
    with pytest.raises(ValueError, match="nonsense"):
        ManagedIdentityCredential(identity_config={"nonsense": "x"})


def test_a_chain(app_service):
    nothing = EnvironmentCredential()
    app = ManagedIdentityCredential(client_id=USER_ASSIGNED)
    assert read(ChainedTokenCredential(nothing, app)) == VALUE
    with pytest.raises(CredentialUnavailableError) as raised:
        read(ChainedTokenCredential(nothing, WorkloadIdentityCredential()))
    assert [attempt.credential for attempt in raised.value.attempts] == [
        "EnvironmentCredential",
        "WorkloadIdentityCredential",
    ]
    with pytest.raises(ValueError):
        ChainedTokenCredential()


def test_an_assertion_is_signed_for_each_exchange(fake):
    fake("--example", "aks")
    tenant, client = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"]
    signed = []

    def sign():
        with open(os.environ["AZURE_FEDERATED_TOKEN_FILE"]) as file:
            signed.append(file.read().strip())
        return signed[-1]

    assert read(ClientAssertionCredential(tenant, client, sign)) == VALUE
    assert len(signed) == 1

    def fail():
        raise LookupError("the vault of assertions is locked")

    with pytest.raises(ClientAuthenticationError, match="fail: the vault of assertions is locked") as raised:
        read(ClientAssertionCredential(tenant, client, fail))
    assert isinstance(raised.value.__cause__, LookupError)
    with pytest.raises(ClientAuthenticationError, match="it gave bytes"):
        read(ClientAssertionCredential(tenant, client, lambda: b"x"))


def test_what_would_be_tried(app_service):
    candidates = DefaultAzureCredential(exclude_environment_credential=True, exclude_cli_credential=True).explain()
    by_name = {candidate.credential: candidate for candidate in candidates}
    assert by_name["EnvironmentCredential"].readiness == "excluded"
    assert by_name["ManagedIdentityCredential"].details["source"] == "App Service"


def test_mistakes_are_named(app_service):
    with pytest.raises(TypeError, match="exclude_nonsense_credential"):
        DefaultAzureCredential(exclude_nonsense_credential=True)
    with pytest.raises(TypeError, match="get_token"):
        SecretClient(os.environ["KEYVAULT_URL"], "a token")
    with pytest.raises(InvalidArgumentError):
        read(DefaultAzureCredential(managed_identity_client_id="not a client id"))
    with pytest.raises(InvalidArgumentError):
        DefaultAzureCredential().get_token()
    with pytest.raises(TypeError, match="another process"):
        pickle.dumps(DefaultAzureCredential())

