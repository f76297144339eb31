"""Prints a configuration of `wash dev` that grants what wasmcloud.yaml grants, with the fake Azure's addresses.

Arguments: the component, and optionally one grant to leave out: allowedHosts or secretFrom.
"""

import json
import os
import pathlib
import sys

import yaml

component, without = sys.argv[1], sys.argv[2:]
documents = yaml.safe_load_all(pathlib.Path(__file__).with_name("wasmcloud.yaml").read_text())
(deployment,) = [document for document in documents if document["kind"] == "WorkloadDeployment"]
(deployed,) = deployment["spec"]["template"]["spec"]["components"]
granted = deployed["localResources"]
environment = granted["environment"]

# wash refers to a secret by its name, and the configuration has the values. The values are the fake's.
secrets = [reference["name"] for reference in environment["secretFrom"]]
identity = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
fake_variables = ("KEYVAULT_URL", "AZURE_AUTHORITY_HOST", "KEYFOB_ALLOW_LOOPBACK_HTTP")
variable_of_host = {"https://login.microsoftonline.com": "AZURE_AUTHORITY_HOST", environment["config"]["KEYVAULT_URL"]: "KEYVAULT_URL"}
hosts = [os.environ[variable_of_host[host]].rstrip("/") for host in granted["allowedHosts"]]

print(
    json.dumps(
        {
            "build": {"command": "true", "component_path": component},
            "dev": {"address": "127.0.0.1:0"},
            "workload": {
                "allowedHosts": [] if "allowedHosts" in without else hosts,
                "environment": {
                    "config": environment["config"] | {name: os.environ[name] for name in fake_variables},
                    "secretFrom": [] if "secretFrom" in without else secrets,
                },
            },
            "secrets": {name: {"inline": {key: os.environ[key] for key in identity}} for name in secrets},
        },
        indent=2,
    )
)
