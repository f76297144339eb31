"""Secrets, tokens, headers and assertions are not shown: in text forms, attributes, exceptions, causes and frames."""

import asyncio
import copy
import os
import pickle
import pprint
import subprocess
import sys
import threading
import traceback

import azure.core.credentials
import pytest
import urllib3
from conftest import SCOPE, SECRET_VALUE, USER_ASSIGNED_CLIENT_ID, WHO
from servers import Server, StaticCredential, respond_with

import keyfob.aio
from keyfob._component.host import Host
from keyfob._redaction import describe_text, describe_transport_error
from keyfob.exceptions import AzureError, ClientAuthenticationError, InvalidArgumentError, ServiceRequestError
from keyfob.identity import (
    AccessToken,
    AccessTokenInfo,
    CertificateCredential,
    ChainedTokenCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
)
from keyfob.secrets import KeyVaultSecretIdentifier, SecretClient

SECRET = "pa55-Canary/0123"
HALF_PAIR = SECRET + "\ud800"


def caught(call):
    """The exception that a call raises."""
    try:
        call()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def chain(error):
    """An exception, its causes and its contexts."""
    while error is not None:
        yield error
        for linked in (getattr(error, "inner_exception", None), error.__context__):
            if linked is not None and linked is not error.__cause__:
                yield from chain(linked)
        error = error.__cause__


def everything(error):
    """All that a program, a logger or an error reporter prints of an exception, with the local variables of all frames."""
    parts = list(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    for one in chain(error):
        parts += [str(one), repr(one), repr(vars(one)), repr(one.args)]
        parts += traceback.TracebackException.from_exception(one, capture_locals=True).format()
        parts.append(repr(getattr(one, "object", "")))
    return "\n".join(parts)


def assert_hidden(text, *secrets):
    for secret in secrets or (SECRET,):
        # Not even a part of it, except the first characters of what is described.
        assert not any(secret[index : index + 8] in text for index in range(len(secret) - 7)), text


# --- Text forms and attributes


def objects(app_service):
    credential = ClientSecretCredential(*WHO, SECRET)
    working = ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    client = SecretClient(os.environ["KEYVAULT_URL"], working)
    yield from (credential, client, ChainedTokenCredential(credential), keyfob.aio.ClientSecretCredential(*WHO, SECRET))
    yield CertificateCredential(*WHO, certificate_data=b"-----BEGIN" + SECRET.encode(), password=SECRET)
    yield ClientAssertionCredential(*WHO, lambda: SECRET)
    yield keyfob.aio.SecretClient(os.environ["KEYVAULT_URL"], working)
    yield client.list_properties_of_secrets()
    yield client.get_secret("secret-a")
    yield client.get_secret("secret-a").properties
    yield working.get_token_info(SCOPE)
    yield working.get_token(SCOPE)


def test_no_object_shows_a_secret(app_service):
    token = ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID).get_token(SCOPE).token
    for shown in objects(app_service):
        attributes = vars(shown) if hasattr(shown, "__dict__") else {}
        inner = [vars(one) for one in attributes.values() if hasattr(one, "__dict__") and not isinstance(one, type)]
        forms = [repr(shown), str(shown), f"{shown}", pprint.pformat(attributes), repr(inner)]
        assert " object at 0x" not in repr(shown)
        assert_hidden("\n".join(forms), SECRET, SECRET_VALUE[:12], token.split(".")[1], token.split(".")[2])


def test_closures_of_credentials_hold_no_secret(app_service):
    for credential in (ClientSecretCredential(*WHO, SECRET), CertificateCredential(*WHO, "/x", password=SECRET)):
        cells = [cell.cell_contents for cell in credential._create.__closure__]
        cells += [inner.cell_contents for cell in cells for inner in getattr(cell, "__closure__", None) or ()]
        assert_hidden(repr(cells))


def test_tokens_are_those_of_the_azure_sdk():
    token = AccessToken(SECRET, 5)
    assert isinstance(token, azure.core.credentials.AccessToken) and token == (SECRET, 5)
    assert token.token == SECRET and pickle.loads(pickle.dumps(token)) == token
    assert_hidden(repr(token) + f"{token}" + "%s" % (token,))
    info = AccessTokenInfo(SECRET, 5)
    assert info.token == SECRET and pickle.loads(pickle.dumps(info)).token == SECRET
    assert_hidden(repr(vars(info)) + repr(info))


def test_tokens_without_the_azure_sdk():
    script = (
        "import sys\n"
        "sys.modules['azure'] = None\n"
        "from keyfob.identity import AccessToken, AccessTokenInfo\n"
        f"for token in (AccessToken({SECRET!r}, 5), AccessTokenInfo({SECRET!r}, 5)):\n"
        f"    assert token.token == {SECRET!r}\n"
        "    print(repr(token), str(token), f'{token}', getattr(token, '__dict__', {}))\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0 and result.stdout.count("REDACTED") == 6, result.stderr
    assert_hidden(result.stdout)


def test_pickling(app_service):
    working = ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)
    client = SecretClient(os.environ["KEYVAULT_URL"], working)
    for one in (client, keyfob.aio.SecretClient(client.vault_url, working)):
        for dump in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError, match="can't be pickled"):
                dump(one)
    # A secret is pickled with its value: a process pool may return it.
    assert pickle.loads(pickle.dumps(client.get_secret("secret-a"))).value == SECRET_VALUE
    # A credential is pickled with its arguments, as in the Azure SDK, and without what it has read or received.
    assert SECRET.encode() in pickle.dumps(ClientSecretCredential(*WHO, SECRET))
    working.get_token(SCOPE)
    text = pickle.dumps(working)
    assert USER_ASSIGNED_CLIENT_ID.encode() in text
    assert os.environ["IDENTITY_HEADER"].encode() not in text and b"eyJ" not in text


# --- Arguments


def calls_with_half_a_pair(client):
    yield lambda: client.set_secret("a", HALF_PAIR)
    yield lambda: client.set_secret("a", "x", tags={"tag": HALF_PAIR})
    yield lambda: client.set_secret("a", "x", content_type=HALF_PAIR)
    yield lambda: client.get_secret(HALF_PAIR)
    yield lambda: client.get_secret("a", HALF_PAIR)
    yield lambda: client.get_secrets(["a", HALF_PAIR])
    yield lambda: list(client.list_properties_of_secret_versions(HALF_PAIR))
    yield lambda: client.begin_delete_secret(HALF_PAIR)
    yield lambda: SecretClient(HALF_PAIR, StaticCredential())
    yield lambda: ClientSecretCredential(*WHO, HALF_PAIR).get_token(SCOPE)
    yield lambda: ClientSecretCredential("contoso", HALF_PAIR, "x").get_token(SCOPE)
    yield lambda: CertificateCredential(*WHO, certificate_data=b"x", password=HALF_PAIR).get_token(SCOPE)
    yield lambda: CertificateCredential(*WHO, certificate_data=b"x", password=SECRET.encode() + b"\xff")
    yield lambda: ManagedIdentityCredential(identity_config={"object_id": HALF_PAIR}).get_token(SCOPE)
    yield lambda: DefaultAzureCredential(authority=HALF_PAIR).get_token(SCOPE)
    yield lambda: DefaultAzureCredential().get_token(HALF_PAIR)
    yield lambda: DefaultAzureCredential().get_token(SCOPE, claims=HALF_PAIR)
    yield lambda: asyncio.run(keyfob.aio.SecretClient(client.vault_url, StaticCredential()).set_secret("a", HALF_PAIR))
    yield lambda: asyncio.run(keyfob.aio.ClientSecretCredential(*WHO, HALF_PAIR).get_token(SCOPE))


def test_text_that_is_none_is_refused_without_showing_it():
    client = SecretClient("https://my-vault.vault.azure.net", StaticCredential())
    instance = client._pool.first.instance
    for call in calls_with_half_a_pair(client):
        error = caught(call)
        assert isinstance(error, InvalidArgumentError) and not isinstance(error, UnicodeError)
        assert_hidden(everything(error))
    assert client._pool.first.instance is instance


def test_arguments_of_the_wrong_type_or_in_the_wrong_order():
    client = SecretClient("https://my-vault.vault.azure.net", StaticCredential())
    for call in (
        lambda: client.set_secret(SECRET, "a"),
        lambda: client.set_secret("a", SECRET.encode()),
        lambda: client.set_secret("a_b", SECRET),
        lambda: client.get_secret(SECRET),
        lambda: client.get_secret("a", SECRET),
        lambda: client.get_secret("a", timeout=SECRET),
        lambda: client.get_secret("a", timeout=float("nan")),
        lambda: client.restore_secret_backup(SECRET),
        lambda: SecretClient("https://my-vault.vault.azure.net", SECRET),
        lambda: KeyVaultSecretIdentifier(SECRET),
        lambda: ManagedIdentityCredential(identity_config={SECRET: "x"}),
        lambda: ClientSecretCredential("contoso", SECRET, USER_ASSIGNED_CLIENT_ID).get_token("x"),
        lambda: ClientSecretCredential(SECRET, USER_ASSIGNED_CLIENT_ID, "x").get_token(SCOPE),
        lambda: ClientAssertionCredential(*WHO, SECRET).get_token(SCOPE),
    ):
        error = caught(call)
        assert isinstance(error, (AzureError, TypeError, ValueError))
        assert_hidden(everything(error))


@pytest.mark.parametrize(
    "text, description",
    [
        ("", "is empty"),
        ("_", "has 1 character, and its character 1 is an underscore"),
        ("s3cr3t-canary", "has 13 characters, begins with 's3c', and its character 7 is punctuation"),
        ("zwölf", "has 5 characters, begins with 'z', and its character 3 is not ASCII"),
        ("a b", "has 3 characters, and its character 2 is white space"),
        ("ab\x7f", "has 3 characters, and its character 3 is a control character"),
        ("abcdefgh", "has 8 characters, begins with 'ab'"),
    ],
)
def test_description_of_a_text(text, description):
    assert describe_text(text, lambda character: character.isascii() and character.isalnum()) == description


# --- Exceptions


def test_frames_of_a_refused_credential(start_fake):
    start_fake("--example", "service-principal")
    who = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"]
    for call in (
        lambda: ClientSecretCredential(*who, SECRET).get_token(SCOPE),
        lambda: SecretClient(os.environ["KEYVAULT_URL"], ClientSecretCredential(*who, SECRET)).get_secret("a"),
        lambda: asyncio.run(keyfob.aio.ClientSecretCredential(*who, SECRET).get_token(SCOPE)),
    ):
        error = caught(call)
        assert isinstance(error, ClientAuthenticationError)
        assert_hidden(everything(error))
        assert "_component" not in everything(error)


def echo(server, connection):
    """Answers with what was received, in place of a status line."""
    connection.sendall(server.requests[-1].replace(b"\r\n", b" "))


def test_causes_show_neither_request_nor_reply(monkeypatch):
    responses = {
        "status line": echo,
        "header line": respond_with(
            b"HTTP/1.1 200 OK\r\n" + SECRET.encode() + b"\r\nX: " + b"y" * 70_000 + b"\r\n\r\n"
        ),
        "chunk": respond_with(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + SECRET.encode() + b"\r\n"),
        "length": respond_with(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + SECRET.encode()),
        "lengths": respond_with(b"HTTP/1.1 200 OK\r\nContent-Length: 1, " + SECRET.encode() + b"\r\n\r\n"),
        "nothing": respond_with(b""),
    }
    for name, respond in responses.items():
        with Server(respond) as server, monkeypatch.context() as patched:
            patched.setenv("IDENTITY_ENDPOINT", server.url)
            patched.setenv("IDENTITY_HEADER", SECRET)
            error = caught(lambda: ManagedIdentityCredential().get_token(SCOPE, timeout=5))
        assert isinstance(error, AzureError), name
        assert_hidden(everything(error))
        assert name == "lengths" or isinstance(error.inner_exception, urllib3.exceptions.HTTPError), name


@pytest.mark.parametrize("header", [SECRET + "\r\nx: y", SECRET + "\n", SECRET + "\u20ac"])
def test_header_that_http_does_not_allow(monkeypatch, header):
    with Server(respond_with(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as server:
        request_header = ("x-identity-header", header)
        host = Host()
        from test_transport import start_request

        start_request(host, server, headers=[request_header])
        finished = host.wait(2**63)
        assert [one.outcome for one in finished if isinstance(one.outcome, str)] == ["other"]
    assert_hidden(everything(host.send_exception))
    assert server.requests in ([], [b""])


def test_cause_of_a_failed_handshake(app_service, monkeypatch):
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("IDENTITY_HEADER", SECRET)
    client = SecretClient(os.environ["KEYVAULT_URL"], StaticCredential())
    error = caught(lambda: client.set_secret("secret-a", SECRET))
    assert isinstance(error, ServiceRequestError) and isinstance(error.inner_exception, urllib3.exceptions.SSLError)
    # What OpenSSL says is shown.
    assert "CERTIFICATE_VERIFY_FAILED" in everything(error)
    assert_hidden(everything(error), SECRET, "a-token")


def test_proxy_password_is_not_shown(monkeypatch):
    with Server(respond_with(b"HTTP/1.1 407 " + SECRET.encode() + b"\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", f"://user:{SECRET.replace('/', '%2F')}@"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        client = SecretClient("https://my-vault.vault.azure.net", StaticCredential())
        error = caught(lambda: client.get_secret("a", timeout=5))
    assert isinstance(error, ServiceRequestError) and "the proxy answered 407" in everything(error)
    assert_hidden(everything(error), SECRET, "a-token")


def test_copies_of_exceptions_can_be_printed():
    import http.client

    for error in (
        http.client.IncompleteRead(SECRET.encode(), 99),
        http.client.BadStatusLine(SECRET),
        http.client.RemoteDisconnected(SECRET),
        urllib3.exceptions.IncompleteRead(1, 2),
        urllib3.exceptions.LocationParseError(SECRET),
        urllib3.exceptions.ProtocolError(SECRET, OSError(SECRET)),
        urllib3.exceptions.NewConnectionError(None, SECRET),
        urllib3.exceptions.NameResolutionError(SECRET, None, OSError(2, "no name")),
        ValueError(f"Invalid header value {SECRET}"),
        UnicodeEncodeError("ascii", SECRET, 0, 1, "reason"),
        KeyError(SECRET),
    ):
        copied = describe_transport_error(error)
        assert "details are not shown" in str(copied) and "str() failed" not in everything(copied)
        assert_hidden(everything(copied))


class RaisesUnicodeError:
    def get_token(self, *scopes, **options):
        raise UnicodeEncodeError("utf-8", HALF_PAIR, len(SECRET), len(HALF_PAIR), "surrogates not allowed")


def chained_failure():
    try:
        HALF_PAIR.encode()
    except UnicodeEncodeError as error:
        raise LookupError("the program's own text") from error


def test_causes_from_the_program(start_fake):
    for credential in (RaisesUnicodeError(), ClientAssertionCredential(*WHO, chained_failure)):
        client = SecretClient("https://my-vault.vault.azure.net", credential)
        error = caught(lambda: client.get_secret("a"))
        assert isinstance(error, ClientAuthenticationError) and error.inner_exception is not None
        assert_hidden(everything(error))
    # The program's own frames are kept.
    assert "chained_failure" in [frame.name for frame in traceback.extract_tb(error.__cause__.__traceback__)]
    assert isinstance(error.__cause__, LookupError)


def test_assertion_that_is_not_ascii():
    for assertion in (HALF_PAIR, SECRET + "ü"):
        error = caught(lambda: ClientAssertionCredential(*WHO, lambda: assertion).get_token(SCOPE))
        assert isinstance(error, ClientAuthenticationError) and "not ASCII" in str(error)


def test_trap_shows_no_arguments(fake_vaults, monkeypatch):
    client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())
    with monkeypatch.context() as patched:
        patched.setattr(Host, "unix_now", lambda host: 1 // 0)
        assert_hidden(everything(caught(lambda: client.set_secret("a", SECRET))))
    client.set_secret("a", "x")
    resource = client._handle.resource(client._pool.first, client._pool.first.instance)
    resource.drop(client._pool.first.instance.store)
    error = caught(lambda: client.set_secret("a", SECRET))
    assert isinstance(error, AzureError) and "stopped during the call" in str(error)
    assert_hidden(everything(error))


def test_context_of_the_program_is_kept(fake_vaults):
    client = SecretClient("https://my-vault.vault.azure.net", ManagedIdentityCredential())

    def retry():
        try:
            raise LookupError("the program's")
        except LookupError:
            client.get_secret("missing")

    error = caught(retry)
    assert isinstance(error, AzureError) and isinstance(error.__context__, LookupError)


def test_no_description_is_printed_by_threads(capsys):
    before = threading.excepthook
    with Server(echo) as server:
        host = Host()
        from test_transport import start_request

        start_request(host, server, headers=[("authorization", f"Bearer {SECRET}")])
        assert [one.outcome for one in host.wait(2**63)] == ["reset"]
    assert threading.excepthook is before
    assert_hidden("".join(capsys.readouterr()))
