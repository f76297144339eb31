"""The credentials, each on an Azure host where it works."""

import os

import pytest
from conftest import ROOT, SCOPE, SECRET_VALUE, USER_ASSIGNED_CLIENT_ID, read_secret

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

@pytest.mark.parametrize("platform", ["vm", "aks", "cloud-shell", "service-principal", "us-government", "azure-ml"])
def test_default_chain_on_each_platform(start_fake, monkeypatch, platform):
    start_fake("--example", platform)
    if platform == "azure-ml":
        monkeypatch.setenv("AZURE_CLIENT_ID", USER_ASSIGNED_CLIENT_ID)
    assert read_secret(DefaultAzureCredential()) == SECRET_VALUE


def test_workload_identity(start_fake, monkeypatch):
    start_fake("--example", "aks")
    options = {
        "tenant_id": os.environ["AZURE_TENANT_ID"],
        "client_id": os.environ["AZURE_CLIENT_ID"],
        "token_file_path": os.environ["AZURE_FEDERATED_TOKEN_FILE"],
    }
    assert read_secret(WorkloadIdentityCredential()) == SECRET_VALUE
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name)
    assert read_secret(WorkloadIdentityCredential(**options)) == SECRET_VALUE
    with pytest.raises(ClientAuthenticationError) as raised:
        read_secret(WorkloadIdentityCredential(**{**options, "token_file_path": "/nowhere/token"}))
    assert "/nowhere/token" in str(raised.value) and "--dir" not in str(raised.value)


def test_client_secret(start_fake, monkeypatch):
    start_fake("--example", "service-principal")
    tenant, client = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"]
    secret = os.environ["AZURE_CLIENT_SECRET"]
    assert read_secret(EnvironmentCredential()) == SECRET_VALUE
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name)
    assert read_secret(ClientSecretCredential(tenant, client, secret)) == SECRET_VALUE
    with pytest.raises(ClientAuthenticationError) as raised:
        read_secret(ClientSecretCredential(tenant, client, "wrong-secret"))
    assert raised.value.error.code == "AADSTS7000215" and "wrong-secret" not in str(raised.value)


def test_client_certificate(start_fake, monkeypatch, tmp_path):
    files = ROOT / "tests/certificates"
    pem = (files / "cert-first.pem").read_text()
    description = (ROOT / "examples/azure/service-principal.toml").read_text()
    registered = "certificate = '''\n" + pem[: pem.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----'''"
    (tmp_path / "azure.toml").write_text(description.replace("client-secret =", f"{registered}\nclient-secret ="))
    start_fake(str(tmp_path / "azure.toml"))
    who = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"]
    assert read_secret(CertificateCredential(*who, str(files / "cert-first.pem"))) == SECRET_VALUE
    assert read_secret(CertificateCredential(*who, certificate_data=pem.encode())) == SECRET_VALUE
    assert read_secret(CertificateCredential(*who, str(files / "aes256.pfx"), password="keyfob-test")) == SECRET_VALUE
    # A PEM key that is encrypted, by the ciphers of OpenSSL's default and of older programs.
    for name in ("encrypted.pem", "encrypted-aes128.pem", "encrypted-des3.pem"):
        path = files / name
        assert read_secret(CertificateCredential(*who, str(path), password="keyfob-test")) == SECRET_VALUE
        data = CertificateCredential(*who, certificate_data=path.read_bytes(), password=b"keyfob-test")
        assert read_secret(data) == SECRET_VALUE
        for password in ("wrong", None):
            with pytest.raises(ClientAuthenticationError, match="password"):
                read_secret(CertificateCredential(*who, str(path), password=password))
    unicode = CertificateCredential(*who, str(files / "encrypted-unicode-password.pem"), password="pässwörd-🔑")
    assert read_secret(unicode) == SECRET_VALUE
    with pytest.raises(ClientAuthenticationError, match="the password does not open it"):
        read_secret(CertificateCredential(*who, str(files / "aes256.pfx"), password=b"wrong"))
    with pytest.raises(ClientAuthenticationError, match="does not exist") as raised:
        read_secret(CertificateCredential(*who, "/nowhere/app.pem"))
    assert "that the user that the program runs as may read /nowhere/app.pem" in raised.value.hint
    with pytest.raises(ValueError, match="either certificate_path or certificate_data"):
        CertificateCredential(*who)


def test_get_token(app_service):
    credential = DefaultAzureCredential(managed_identity_client_id=USER_ASSIGNED_CLIENT_ID)
    token = credential.get_token(SCOPE)
    assert isinstance(token, AccessToken) and token.token.count(".") == 2
    info = credential.get_token_info(SCOPE, options={"enable_cae": True})
    assert (info.token, info.expires_on, info.token_type) == (*token, "Bearer")
    assert (info.credential, info.source) == ("ManagedIdentityCredential", "App Service")
    assert token.token not in repr(info)


def test_managed_identity_selection(app_service):
    assert read_secret(ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)) == SECRET_VALUE
    with pytest.raises(ClientAuthenticationError) as raised:
        read_secret(ManagedIdentityCredential(identity_config={"object_id": USER_ASSIGNED_CLIENT_ID}))
    assert "object" in raised.value.hint
    with pytest.raises(ValueError, match="give only one of"):
        ManagedIdentityCredential(
            client_id=USER_ASSIGNED_CLIENT_ID, identity_config={"object_id": USER_ASSIGNED_CLIENT_ID}
        )
    with pytest.raises(ValueError, match="nonsense"):
        ManagedIdentityCredential(identity_config={"nonsense": "x"})


def test_chained_token_credential(app_service):
    nothing = EnvironmentCredential()
    app = ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    assert read_secret(ChainedTokenCredential(nothing, app)) == SECRET_VALUE
    with pytest.raises(CredentialUnavailableError) as raised:
        read_secret(ChainedTokenCredential(nothing, WorkloadIdentityCredential()))
    assert [attempt.credential for attempt in raised.value.attempts] == [
        "EnvironmentCredential",
        "WorkloadIdentityCredential",
    ]
    with pytest.raises(ValueError):
        ChainedTokenCredential()


def test_client_assertion(start_fake):
    start_fake("--example", "aks")
    tenant, client = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"]
    signed = []

    def sign():
        with open(os.environ["AZURE_FEDERATED_TOKEN_FILE"]) as file:
            signed.append(file.read().strip())
        return signed[-1]

    assert read_secret(ClientAssertionCredential(tenant, client, sign)) == SECRET_VALUE
    assert len(signed) == 1

    def fail():
        raise LookupError("the vault of assertions is locked")

    with pytest.raises(ClientAuthenticationError, match="fail: the vault of assertions is locked") as raised:
        read_secret(ClientAssertionCredential(tenant, client, fail))
    assert isinstance(raised.value.__cause__, LookupError)
    with pytest.raises(ClientAuthenticationError, match="it returned bytes"):
        read_secret(ClientAssertionCredential(tenant, client, lambda: b"x"))


def test_explain(app_service):
    candidates = DefaultAzureCredential(exclude_environment_credential=True, exclude_cli_credential=True).explain()
    by_name = {candidate.credential: candidate for candidate in candidates}
    assert by_name["EnvironmentCredential"].readiness == "excluded"
    assert by_name["ManagedIdentityCredential"].details["source"] == "App Service"


def test_invalid_arguments_are_rejected(app_service):
    with pytest.raises(TypeError, match="exclude_nonsense_credential"):
        DefaultAzureCredential(exclude_nonsense_credential=True)
    with pytest.raises(TypeError, match="get_token"):
        SecretClient(os.environ["KEYVAULT_URL"], "a token")
    with pytest.raises(InvalidArgumentError):
        read_secret(DefaultAzureCredential(managed_identity_client_id="not a client id"))
    with pytest.raises(InvalidArgumentError):
        DefaultAzureCredential().get_token()
