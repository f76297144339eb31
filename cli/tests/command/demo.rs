//! `keyfob demo`.

use std::process::Command;

use crate::run::Output;

/// The expected output, in this order.
const EXPECTED_IN_ORDER: [&str; 12] = [
    "\n1. ",
    "DefaultAzureCredential: App Service must be told which identity to use.",
    "Unable to load the proper Managed Identity.",
    "   Fix:\n     ",
    "AZURE_CLIENT_ID",
    "in code",
    "\n2. Fix 1, in code",
    "GET https://story-kv.vault.azure.net/secrets/secret-a",
    "secret-a = the value of secret-a",
    "\n3. Fix 2, in configuration",
    "AZURE_CLIENT_ID=",
    "secret-a = the value of secret-a",
];

#[test]
fn shows_the_failure_and_both_fixes() {
    // The caller's own Azure settings must not affect the demo.
    for (arguments, variables) in
        [(vec![], vec![]), (vec!["demo"], vec![("AZURE_CLIENT_ID", "x"), ("KEYVAULT_URL", "https://evil.example")])]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
        let output = Output::of(command.args(&arguments).env_clear().envs(variables));
        assert_eq!((output.status, output.stderr.as_str()), (0, ""), "{output:?}");
        let mut rest = output.stdout.as_str();
        for expected in EXPECTED_IN_ORDER {
            let (_, after) = rest.split_once(expected).unwrap_or_else(|| panic!("{expected:?} is missing in {rest}"));
            rest = after;
        }
    }
}
