"""Tokens for several scopes and tenants, with claims and for continuous access evaluation, from one credential of each kind."""

import asyncio
import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import CREDENTIALS, USER_ASSIGNED_CLIENT_ID, WHO, federated_token
from servers import Server

import keyfob.aio
from keyfob.identity import AccessToken, ChainedTokenCredential, ManagedIdentityCredential

SCOPES = ("https://vault.azure.net/.default", "https://management.azure.com/.default")
OWN_TENANT, OTHER_TENANT = WHO[0], "fabrikam.example"
CLAIMS = [json.dumps({"access_token": {"nbf": {"essential": True, "value": str(number)}}}) for number in range(2)]


class Minting(Server):
    """Microsoft Entra ID, and App Service's identity endpoint: each token is a new one, whose request is known."""

    def __init__(self):
        super().__init__(self._respond)
        self.origin = self.url.partition("/x?")[0]
        self.minted = {}

    def _respond(self, _, connection):
        head, _, body = self.requests[-1].decode().partition("\r\n\r\n")
        url = urlsplit(head.split(" ")[1])
        parameters = {name: values[0] for name, values in parse_qs(body or url.query).items()}
        token = f"token-{len(self.minted)}"
        self.minted[token] = (url.path, parameters)
        reply = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        if "resource" in parameters:
            reply = {"access_token": token, "token_type": "Bearer", "expires_on": str(int(time.time()) + 3600)}
        text = json.dumps(reply).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(text), text))


@pytest.fixture
def entra(monkeypatch, tmp_path):
    with Minting() as server:
        (tmp_path / "token").write_text(federated_token())
        monkeypatch.setenv("KEYFOB_ALLOW_LOOPBACK_HTTP", "1")
        monkeypatch.setenv("AZURE_TENANT_ID", OWN_TENANT)
        monkeypatch.setenv("AZURE_CLIENT_ID", USER_ASSIGNED_CLIENT_ID)
        monkeypatch.setenv("AZURE_CLIENT_SECRET", "s3cret")
        monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
        yield server


# Those that request tokens from Microsoft Entra ID.
NAMES = [name for name in CREDENTIALS if name != "managed identity"] + ["chain"]


def create(name, options):
    if name == "chain":
        return ChainedTokenCredential(CREDENTIALS["client secret"](**options))
    return CREDENTIALS[name](**options)


def options(entra):
    return {
        "authority": entra.origin,
        "disable_instance_discovery": True,
        "additionally_allowed_tenants": [OTHER_TENANT],
    }


def expected(scope, tenant, cae):
    return (f"/{tenant or OWN_TENANT}/oauth2/v2.0/token", scope, cae)


def minted(entra, token):
    path, parameters = entra.minted[token]
    return (path, parameters["scope"], "CP1" in parameters.get("claims", "").upper())


REQUESTS = list(itertools.product(SCOPES, (None, OTHER_TENANT), (False, True)))


@pytest.mark.parametrize("name", NAMES)
def test_each_request_gets_its_own_token(entra, name):
    credential = create(name, options(entra))
    rounds = []
    for _ in range(2):
        tokens = [
            credential.get_token(scope, tenant_id=tenant, enable_cae=cae).token for scope, tenant, cae in REQUESTS
        ]
        assert [minted(entra, token) for token in tokens] == [expected(*one) for one in REQUESTS]
        rounds.append(tokens)
    # The second time, from the cache.
    assert rounds[0] == rounds[1] and len(entra.minted) == len(set(rounds[0])) == len(REQUESTS)


@pytest.mark.parametrize("name", NAMES)
def test_claims_get_a_token_of_their_own(entra, name):
    credential = create(name, options(entra))
    first = credential.get_token(SCOPES[0]).token
    for claims in CLAIMS:
        token = credential.get_token(SCOPES[0], claims=claims).token
        sent = json.loads(entra.minted[token][1]["claims"])
        assert sent["access_token"]["nbf"] == json.loads(claims)["access_token"]["nbf"] and token != first
        assert entra.minted[credential.get_token(SCOPES[1]).token][1]["scope"] == SCOPES[1]


@pytest.mark.parametrize("name", NAMES)
def test_each_request_gets_its_own_token_in_threads(entra, name):
    credential = create(name, options(entra))
    requests = REQUESTS * 4
    with ThreadPoolExecutor(8) as threads:
        tokens = list(
            threads.map(lambda one: credential.get_token(one[0], tenant_id=one[1], enable_cae=one[2]).token, requests)
        )
    assert [minted(entra, token) for token in tokens] == [expected(*one) for one in requests]


def test_each_request_gets_its_own_token_in_asyncio(entra):
    credential = keyfob.aio.ClientSecretCredential(*WHO, "s3cret", **options(entra))

    async def main():
        return await asyncio.gather(
            *[credential.get_token(scope, tenant_id=tenant, enable_cae=cae) for scope, tenant, cae in REQUESTS]
        )

    assert [minted(entra, one.token) for one in asyncio.run(main())] == [expected(*one) for one in REQUESTS]


def test_managed_identity(entra, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{entra.origin}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    credentials = [ManagedIdentityCredential(), ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID)]
    requests = list(itertools.product(credentials, SCOPES))
    rounds = [[credential.get_token(scope).token for credential, scope in requests] for _ in range(2)]
    assert rounds[0] == rounds[1] and len(set(rounds[0])) == len(entra.minted) == len(requests)
    for token, (credential, scope) in zip(rounds[0], requests):
        parameters = entra.minted[token][1]
        assert parameters["resource"] == scope[: -len("/.default")]
        assert ("client_id" in parameters) == (credential is credentials[1])
    # A managed identity has one tenant.
    assert credentials[0].get_token(SCOPES[0], tenant_id=OTHER_TENANT).token == rounds[0][0]


def test_credential_of_the_program():
    requests = []

    class Custom:
        def get_token(self, *scopes, claims=None, tenant_id=None, enable_cae=False):
            requests.append((scopes[0], tenant_id, enable_cae))
            return AccessToken(f"token-{len(requests)}", int(time.time()) + 3600)

    chain = ChainedTokenCredential(Custom())
    rounds = [
        [chain.get_token(scope, tenant_id=tenant, enable_cae=cae).token for scope, tenant, cae in REQUESTS]
        for _ in range(2)
    ]
    assert requests == REQUESTS and rounds[0] == rounds[1] and len(set(rounds[0])) == len(REQUESTS)
    assert chain.get_token(SCOPES[0], claims=CLAIMS[0]).token == f"token-{len(REQUESTS) + 1}"
