"""Runs cases with the official Azure SDK. Started by the Rust test, which simulates Azure."""

# ruff: noqa: E402 - time must be patched before the SDK is imported.
import itertools
import logging
import os
import sys
import traceback
import warnings

import sandbox

sandbox.patch_time()

import azure.identity  # noqa: F401
import azure.keyvault.secrets
import msal  # noqa: F401

import channel
import credentials
import operations
import transport
from clock import CLOCK
from outcome import Attempts, classify


class CaseRunner:
    """Runs the steps of a case, one after the other, with one credential and one client."""

    def __init__(self, case, vault, certificates):
        self.case = case
        self.vault = vault
        self.certificates = certificates
        self.assertion = credentials.Assertion()
        self.transport = transport.create_transport()
        self.attempts = Attempts()
        self.credential = None
        self.client = None
        self.client_vault = None
        self.backup = b""
        self.current_step = {}

    def step(self, step):
        """Runs a step and returns its outcome for the test."""
        self.current_step = step
        self.attempts.list.clear()
        try:
            outcome = self._run_step(step)
        except Exception as error:  # noqa: BLE001 - every exception is an outcome
            text = f"{type(error).__name__}: {error}"
            outcome = {"class": classify(error), "text": text}
        outcome["attempts"] = self.attempts.list
        return outcome

    def _run_step(self, step):
        if self.credential is None:
            spec = self.case.get("credential", {})
            self.credential = credentials.create(spec, self)
        if "set-assertion" in step:
            self.assertion.current = step["set-assertion"]
            return {"class": "done"}
        if "get-token" in step:
            token = self.credential.get_token(*step["get-token"], **_options(step, _TOKEN_OPTIONS))
            return {"class": "token", "value": token.token, "expires_on": token.expires_on}
        vault = step.get("vault-url", self.vault)
        if self.client is None or self.client_vault != vault:
            client_options = self.case.get("client", {})
            options = _options(
                client_options, {"verify-challenge-resource": "verify_challenge_resource", "api-version": "api_version"}
            )
            self.client = azure.keyvault.secrets.SecretClient(
                vault, self.credential, transport=self.transport, **options
            )
            self.client_vault = vault
        if "list-secrets" in step:
            # 0 stands for the vault's default.
            size = {"max_page_size": step["list-secrets"]} if step["list-secrets"] else {}
            return self._pages(self.client.list_properties_of_secrets(**size))
        if "operation" in step:
            return operations.perform(self, step["operation"], self._pages)
        options = _options(step, {"out-content-type": "out_content_type"})
        secret = self.client.get_secret(step["get-secret"], step.get("version"), **options)
        return {"class": "secret", "value": secret.value}

    def _pages(self, secrets):
        pages = ([secret.name for secret in page] for page in secrets.by_page())
        # The SDK follows links without end if a page links to itself. No case has 5 pages.
        pages = list(itertools.islice(pages, self.current_step.get("most-pages", 5)))
        return {"class": "pages", "pages": pages} if len(pages) < 5 else {"class": "pages without end"}


_TOKEN_OPTIONS = {"tenant-id": "tenant_id", "claims": "claims", "enable-cae": "enable_cae"}


def _options(fields, names):
    return {name: fields[field] for field, name in names.items() if field in fields}


def run_case(message):
    """Runs one case. The process ends after it."""
    case = message["case"]
    try:
        credentials.check(case)
    except credentials.NotApplicable as reason:
        channel.send({"not_applicable": str(reason)})
        return
    except credentials.UnknownField as field:
        fix = "pass it to the SDK there, or add the reason why the SDK has no equivalent"
        channel.send({"bug": f"python/credentials.py does not know {field}: {fix}"})
        return
    certificates = credentials.read_certificates(case.get("credential", {}), message["certificates"])
    sandbox.isolate(message["env"], message["root"])
    try:
        runner = CaseRunner(case, message["vault"], certificates)
        *steps, last = case["step"]
        for step in steps:
            channel.send_and_receive({"outcome": runner.step(step)})
        channel.send({"outcome": runner.step(last)})
    except Exception:  # noqa: BLE001
        channel.send({"bug": traceback.format_exc()})


def main():
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sandbox.block_network()
    while (message := channel.receive()) is not None:
        CLOCK.now = message["now"]
        # One process for each case, because the SDK keeps challenges, tokens and throttling state in globals.
        child = os.fork()
        if child == 0:
            run_case(message)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            sys.exit(f"the process of a case ended with {status}")


main()
