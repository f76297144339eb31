"""What a person reads of an exception, and the classes by which a program catches it."""

import asyncio
import json
import pickle
import re
import traceback

import azure.core.exceptions
import pytest
from conftest import SCOPE, USER_ASSIGNED_CLIENT_ID, WHO
from servers import Server, StaticCredential, Vault, respond_with

import keyfob.aio
from keyfob import exceptions
from keyfob.exceptions import Attempt, AzureError, ClientAuthenticationError, CredentialUnavailableError
from keyfob.identity import (
    ChainedTokenCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    ManagedIdentityCredential,
)
from keyfob.secrets import SecretClient

ATTEMPTS = [
    Attempt("EnvironmentCredential", "unavailable", "not set: AZURE_TENANT_ID, AZURE_CLIENT_ID"),
    Attempt("WorkloadIdentityCredential", "unavailable", "not set: AZURE_FEDERATED_TOKEN_FILE"),
    Attempt("ManagedIdentityCredential", "not-supported", "a reason of its own"),
    Attempt("AzureCliCredential", "not-supported", "not in a component"),
    Attempt("BrokerCredential", "not-supported", "not in a component"),
]


def test_parts_of_the_text():
    error = AzureError("the cause", attempts=ATTEMPTS, hint="Change this,\nor that")
    assert str(error) == error.message == error.exc_msg == error.args[0]
    assert str(error).splitlines() == [
        "the cause",
        "",
        "Attempted credentials:",
        "  EnvironmentCredential       not set: AZURE_TENANT_ID, AZURE_CLIENT_ID",
        "  WorkloadIdentityCredential  not set: AZURE_FEDERATED_TOKEN_FILE",
        "  ManagedIdentityCredential   a reason of its own",
        "  (AzureCli, Broker: not in a component)",
        "",
        "Fix:",
        "  Change this,",
        "  or that",
    ]
    assert str(AzureError("the cause")) == "the cause"
    assert str(AzureError("the cause", hint="Change this")) == "the cause\n\nFix:\n  Change this"
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.summary, again.attempts, again.hint) == (str(error), "the cause", ATTEMPTS, error.hint)


def test_constructors_of_the_azure_sdk():
    class Response:
        status_code, reason, headers = 404, "Not Found", {}

        def text(self):
            return ""

    cause = LookupError("x")
    for package in (exceptions, azure.core.exceptions):
        error = package.HttpResponseError(message="no such secret", response=Response(), error=cause)
        assert (error.status_code, error.reason, error.inner_exception) == (404, "Not Found", cause)
        assert error.message.startswith("no such secret") and isinstance(error.response, Response)
        assert package.ResourceNotFoundError("x").message == package.ServiceRequestError(message="x").message == "x"
        assert package.ResourceNotFoundError("x").status_code is package.HttpResponseError("x").response is None
        assert package.AzureError("x", continuation_token="t").continuation_token == "t"
    assert str(CredentialUnavailableError(message="not here")) == "not here"


def test_options_have_the_names_of_this_package():
    """No error names an option as the component's interface does."""

    def fail(error):
        raise error

    static = StaticCredential()
    url = "https://my-vault.vault.azure.net"
    calls = (
        lambda: DefaultAzureCredential(managed_identity_client_id="x").get_token(SCOPE),
        lambda: ManagedIdentityCredential(identity_config={"resource_id": "x"}).get_token(SCOPE),
        lambda: DefaultAzureCredential(authority="https://evil.example").get_token(SCOPE),
        lambda: ClientSecretCredential(*WHO, "x").get_token(SCOPE, tenant_id="other"),
        lambda: ClientSecretCredential(*WHO, "x", additionally_allowed_tenants=["a b"]).get_token(SCOPE, tenant_id="other"),
        lambda: ClientSecretCredential("contoso", "x", "x").get_token(SCOPE),
        lambda: ClientSecretCredential(*WHO, "x").get_token(SCOPE, claims="x"),
        lambda: ClientSecretCredential(*WHO, "x").get_token(),
        lambda: SecretClient(url, static, cache_ttl=0),
        lambda: SecretClient(url, static, cache_ttl=1, cache_max_secrets=0),
        lambda: SecretClient(url, static, cache_stale_if_error=5),
        lambda: SecretClient(url, static, api_version="x y"),
        lambda: SecretClient(url, static).get_secret("a", out_content_type="x"),
        lambda: SecretClient(url, static).get_secret("a", timeout=0),
        lambda: fail(SecretClient(url, static).get_secrets(["a"], max_concurrency=0)[0]),
        lambda: next(SecretClient(url, static).list_properties_of_secrets(max_page_size=0)),
    )
    words = "options|managed-identity|-id|-host|-ttl|-tenant|-secrets|-concurrency|-size|-type|-version|-if-|get-|embedding"
    for number, call in enumerate(calls):
        with pytest.raises(AzureError) as raised:
            call()
        assert not re.search(rf"\b[a-z-]*({words})\b", re.sub(r"\S*my-vault\S*", "", str(raised.value))), (number, raised.value)


class OwnUnavailable(CredentialUnavailableError):
    pass


class OwnCredential:
    """A credential of the program whose exception begins with its name, as those of the Azure SDK do."""

    def get_token(self, *scopes, **options):
        raise OwnUnavailable(message="OwnCredential authentication unavailable.\nVisit a page")


def test_each_name_and_each_attempt_stands_once():
    with pytest.raises(CredentialUnavailableError) as raised:
        ChainedTokenCredential(OwnCredential(), EnvironmentCredential()).get_token(SCOPE)
    first, second = raised.value.attempts
    assert (first.credential, first.message) == ("OwnCredential", "authentication unavailable. Visit a page")
    assert second.credential == "EnvironmentCredential" and "EnvironmentCredential" not in second.message
    tried = str(raised.value).partition("Attempted credentials:\n  ")[2].partition("\n\nFix:")[0]
    assert tried.splitlines() == [
        f"OwnCredential          {first.message}",
        f"  EnvironmentCredential  {second.message}",
    ]


def test_causes_are_printed_only_from_the_program(monkeypatch):
    printed = []
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")

    def sign():
        raise LookupError("no key")

    for credential in (ManagedIdentityCredential(), ClientAssertionCredential(*WHO, sign)):
        with pytest.raises(ClientAuthenticationError) as raised:
            credential.get_token(SCOPE, timeout=1)
        printed.append("".join(traceback.format_exception(type(raised.value), raised.value, None)))
        assert raised.value.inner_exception is not None
    assert "direct cause" not in printed[0] and "in sign" in printed[1]


def test_hint_of_an_inner_credential_is_kept():
    class Wrapping:
        def get_token(self, *scopes, **options):
            return ClientSecretCredential("contoso", USER_ASSIGNED_CLIENT_ID, "x", authority="a.b").get_token(*scopes)

    with pytest.raises(ClientAuthenticationError) as raised:
        SecretClient("https://my-vault.vault.azure.net", Wrapping()).get_secret("a")
    assert raised.value.hint == raised.value.inner_exception.hint is not None
    assert raised.value.summary.startswith("Wrapping: ") and "\n" not in raised.value.summary


def reply(status, body, headers=b""):
    return respond_with(b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, headers, len(body), body))


FAILURES = {
    "throttled": (reply(b"429 Too Many Requests", b"{}", b"Retry-After: 100\r\n"), ClientAuthenticationError, "throttled"),
    "not found": (reply(b"404 Not Found", b"{}"), ClientAuthenticationError, None),
    "html": (reply(b"200 OK", b"<html>"), exceptions.DecodeError, "unexpected-reply"),
    # Asked again until the time has passed, or nearly.
    "no reply": (
        lambda server, connection: None,
        (exceptions.ServiceRequestError, exceptions.ServiceResponseTimeoutError),
        None,
    ),
    "timeout": (lambda server, connection: server.done.wait(5), exceptions.ServiceResponseTimeoutError, "timed-out"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_to_get_a_token(monkeypatch, name):
    respond, expected, kind = FAILURES[name]
    with Server(respond) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        calls = (
            lambda: ManagedIdentityCredential().get_token(SCOPE, timeout=0.5),
            lambda: asyncio.run(keyfob.aio.DefaultAzureCredential().get_token(SCOPE, timeout=0.5)),
            lambda: SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential()).get_secret(
                "a", timeout=0.5
            ),
        )
        for call in calls:
            with pytest.raises(ClientAuthenticationError) as raised:
                call()
            assert isinstance(raised.value, expected)
            assert kind is None or raised.value.kind == kind
            again = pickle.loads(pickle.dumps(raised.value))
            assert (type(again), str(again)) == (type(raised.value), str(raised.value))
        batch = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential()).get_secrets(
            ["a", "b"], timeout=0.5
        )
        assert [isinstance(one, ClientAuthenticationError) for one in batch] == [True, True]


def test_no_connection_for_a_token(monkeypatch):
    monkeypatch.setenv("KEYFOB_ALLOW_LOOPBACK_HTTP", "1")
    credential = ClientSecretCredential(*WHO, "x", authority="http://127.0.0.1:9", disable_instance_discovery=True)
    for call in (
        lambda: credential.get_token(SCOPE),
        lambda: SecretClient("https://my-vault.vault.azure.net", credential).get_secret("a"),
    ):
        with pytest.raises(exceptions.TokenRequestError) as raised:
            call()
        assert raised.value.kind == "transport" and isinstance(raised.value, exceptions.ServiceRequestError)


def test_invalid_credential_is_a_failure_to_get_a_token():
    credential = DefaultAzureCredential(managed_identity_client_id="not a client id")
    client = SecretClient("https://my-vault.vault.azure.net", credential)
    for call in (lambda: credential.get_token(SCOPE), lambda: client.get_secret("a")):
        with pytest.raises(exceptions.TokenArgumentError) as raised:
            call()
        assert isinstance(raised.value, ValueError) and isinstance(raised.value, ClientAuthenticationError)
    with pytest.raises(exceptions.InvalidArgumentError) as raised:
        client.get_secret("not a name")
    assert not isinstance(raised.value, ClientAuthenticationError)


def test_failures_of_the_vault_are_none_of_the_token():
    for status in (b"429 Too Many Requests", b"500 Internal Server Error", b"200 OK"):
        with Vault(b"<html>", status) as vault, pytest.raises(AzureError) as raised:
            vault.client(StaticCredential()).get_secret("a", timeout=1)
        assert not isinstance(raised.value, ClientAuthenticationError)


def test_code_of_azure_arc(monkeypatch):
    body = json.dumps({"error": "invalid_request", "error_description": "The agent is not connected"}).encode()
    with Server(reply(b"400 Bad Request", body)) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.url.replace("127.0.0.1", "localhost"))
        monkeypatch.setenv("IMDS_ENDPOINT", "http://localhost")
        with pytest.raises(ClientAuthenticationError) as raised:
            ManagedIdentityCredential().get_token(SCOPE, timeout=5)
    assert (raised.value.status_code, raised.value.code, raised.value.error.code) == (400, *["invalid_request"] * 2)


def test_response_of_a_vault(fake_vaults):
    """What programs for the Azure SDK read of a response."""
    client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
    client.set_secret("disabled", "x", enabled=False)
    client.set_secret("deleted", "x")
    client.begin_delete_secret("deleted").wait()
    for call, status, reason, outer, inner in (
        (lambda: client.get_secret("missing"), 404, "Not Found", "SecretNotFound", None),
        (lambda: client.get_secret("disabled"), 403, "Forbidden", "Forbidden", "SecretDisabled"),
        (lambda: client.set_secret("deleted", "x"), 409, "Conflict", "Conflict", "ObjectIsDeletedButRecoverable"),
    ):
        with pytest.raises(azure.core.exceptions.HttpResponseError) as raised:
            call()
        for error in (raised.value, pickle.loads(pickle.dumps(raised.value))):
            assert (error.response.status_code, error.response.reason, error.reason) == (status, reason, reason)
            assert error.response.headers["X-MS-Request-ID"] == error.details["x-ms-request-id"]
            assert error.error.code == outer and error.code == (inner or outer)
            assert error.error.innererror == (inner and {"code": inner})
    throttled = exceptions.HttpResponseError("x", kind="throttled", status_code=429, retry_after=7)
    assert throttled.response.headers.get("retry-after") == "7" and throttled.reason == "Too Many Requests"
    assert exceptions.HttpResponseError("x", status_code=599).reason is None
