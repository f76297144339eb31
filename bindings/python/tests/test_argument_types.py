"""Arguments of another type than they must have."""

import inspect

import azure.identity
import pytest
from conftest import ROOT, SCOPE, WHO
from servers import StaticCredential
from test_keywords import METHODS, URL

import keyfob.aio
import keyfob.identity
from keyfob.identity import CertificateCredential, DefaultAzureCredential, ManagedIdentityCredential, WorkloadIdentityCredential
from keyfob.secrets import SecretClient

WRONG_TYPES = {
    "set_secret": ({"tags": {"a": 5}}, {"tags": ["a"]}, {"enabled": "s3cret"}, {"expires_on": "2030"}, {"content_type": 5}),
    "get_secret": ({"timeout": "5"}, {"timeout": True}, {"version": 5}, {"bypass_cache": "s3cret"}, {"out_content_type": 5}),
    "list_properties_of_secrets": ({"max_page_size": "5"}, {"max_page_size": True}),
    "restore_secret_backup": ({"backup": "s3cret"},),
    "get_secrets": ({"names": "abc"}, {"names": [5]}),
}


def test_argument_of_another_type():
    """The message names the argument, and not its value, which may be in the wrong place."""
    client = SecretClient(URL, StaticCredential())
    for method, several in WRONG_TYPES.items():
        for options in several:
            ((name, value),) = options.items()
            call = getattr(client, method)
            arguments = dict(zip(inspect.signature(call).parameters, METHODS[method]))
            with pytest.raises(TypeError, match=rf"^SecretClient.{method}: .*\b{name} must be ") as raised:
                call(**{**arguments, **options})
            assert "s3cret" not in str(raised.value)
    for create in (
        lambda: SecretClient(URL, StaticCredential(), cache_ttl="5"),
        lambda: DefaultAzureCredential(managed_identity_client_id=5),
        lambda: DefaultAzureCredential(additionally_allowed_tenants=[5]),
        lambda: DefaultAzureCredential(disable_instance_discovery="false"),
        lambda: ManagedIdentityCredential(identity_config="x"),
        lambda: WorkloadIdentityCredential(token_file_path=5),
        lambda: CertificateCredential(*WHO, 5),
        lambda: keyfob.aio.ClientAssertionCredential(*WHO, "an assertion"),
        lambda: DefaultAzureCredential().get_token(5),
        lambda: DefaultAzureCredential().get_token(None),
        lambda: DefaultAzureCredential().get_token(SCOPE, tenant_id=5),
        lambda: DefaultAzureCredential().get_token_info(SCOPE, options={"claims": 5}),
    ):
        with pytest.raises(TypeError, match=r"^\w+(\.\w+)?: .* must be "):
            create()


def test_paths():
    """The Azure SDK takes what `open` does."""
    certificate = ROOT / "tests/certificates/cert-first.pem"
    for path in (certificate, str(certificate), str(certificate).encode()):
        for package in (azure.identity, keyfob.identity):
            package.CertificateCredential(*WHO, path)
        assert CertificateCredential(*WHO, path).explain()[0].readiness == "ready"
    CertificateCredential(*WHO, certificate_data=bytearray(certificate.read_bytes())).explain()
    for path in (certificate.parent / "token", b"/nowhere/token"):
        found = WorkloadIdentityCredential(tenant_id=WHO[0], client_id=WHO[1], token_file_path=path).explain()[0]
        assert found.readiness != "unavailable"
