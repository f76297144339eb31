//! The command line. Values are passed to the component unchanged; the component validates them.

use clap::Parser;

use super::verbs::Verb;

const EXAMPLES: &str = "\
Examples:
  keyfob                                                   plays the demo
  keyfob doctor --env-file .env                            shows which identity an app would get
  keyfob get-secret my-secret --vault-url https://my-vault.vault.azure.net
  keyfob set-secret my-secret --file value.txt --vault-url https://my-vault.vault.azure.net
  keyfob run app.wasm --env KEYVAULT_URL=https://my-vault.vault.azure.net

Exit status: 0 success, 1 the component returned an error, 2 wrong usage.";

/// Azure identity and Key Vault secrets, through the Keyfob component.
#[derive(Debug, Parser)]
#[command(name = "keyfob", version, after_help = EXAMPLES)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
        assert!(parse("keyfob").expect("no verb").verb.is_none());
    }

    #[test]
    fn the_examples_in_each_help_text_parse() {
        let command = Cli::command();
        for verb in [&command].into_iter().chain(command.get_subcommands()) {
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples = help.strip_prefix("Examples:\n").and_then(|rest| rest.split("\n\n").next());
            let examples = examples.unwrap_or_else(|| panic!("{}: {help}", verb.get_name()));
            assert!(examples.lines().count() > 1, "{}: {help}", verb.get_name());
            for example in examples.lines() {
                // Two spaces start a comment. Pipes and redirections are left out.
                let call = example.trim_start().split("  ").next().unwrap_or_default();
                let call = call.split(" | ").find(|part| part.starts_with("keyfob")).unwrap_or_default();
                let call = call.split(" > ").flat_map(|part| part.split(" < ")).next().unwrap_or_default();
                let parsed = parse(call).unwrap_or_else(|error| panic!("{example}: {error}"));
                let named = call.split(' ').nth(1);
                assert!(verb.get_name() == "keyfob" || named == Some(verb.get_name()), "{example}: {parsed:?}");
            }
        }
    }

    #[test]
    fn managed_identity_options_exclude_each_other() {
        assert!(parse("keyfob get-token --scope s --managed-identity-client-id a").is_ok());
        let error =
            parse("keyfob get-token --scope s --managed-identity-client-id a --managed-identity-system-assigned");
        assert_eq!(error.expect_err("a conflict").exit_code(), i32::from(crate::exit::USAGE_ERROR));
    }
}
