//! Azure Developer CLI.
//! <https://learn.microsoft.com/azure/developer/azure-developer-cli/reference#azd-auth-token>

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::process::Output;
use super::redact;
use super::resource::Resource;
use super::tool::{Token, Tool};

pub(super) const TOOL: Tool = Tool {
    credential: "AzureDeveloperCliCredential",
    programs: &["azd"],
    arguments,
    variable: Some(("NO_COLOR", "true")),
    not_installed: "Azure Developer CLI could not be found",
    failed: "Failed to invoke the Azure Developer CLI",
    parse,
};

const NOT_SIGNED_IN: &str =
    "Please run 'azd auth login' from a command prompt to authenticate before using this credential";

fn arguments(resource: &Resource) -> Vec<String> {
    let line = ["auth", "token", "--output", "json", "--no-prompt", "--scope"];
    line.map(str::to_owned).into_iter().chain([format!("{}/.default", resource.as_str())]).collect()
}

fn parse(output: &Output) -> Result<Token, String> {
    let (stdout, stderr) = (output.stdout.as_str(), output.stderr.as_str());
    if output.status == Some(0) {
        return token(stdout).ok_or_else(|| {
            let unexpected =
                || format!("Unexpected output from Azure Developer CLI: '{}'", redact::redact_tokens(stdout));
            error(stdout).unwrap_or_else(unexpected)
        });
    }
    let says = |text| stdout.contains(text) || stderr.contains(text);
    if says("not logged in, run `azd auth login` to login") && !says("AADSTS") {
        return Err(NOT_SIGNED_IN.to_owned());
    }
    let fallback = || match stderr.trim() {
        "" => "Failed to invoke Azure Developer CLI".to_owned(),
        text => redact::redact_tokens(text),
    };
    Err(error(stdout).or_else(|| error(stderr)).unwrap_or_else(fallback))
}

#[derive(Deserialize)]
struct Reply {
    token: String,
    #[serde(rename = "expiresOn")]
    expires_on: Timestamp,
}

fn token(stdout: &str) -> Option<Token> {
    let reply: Reply = serde_json::from_str(stdout).ok()?;
    Token::new(&reply.token, u64::try_from(reply.expires_on.as_second()).ok()?)
}

/// The error among lines of JSON: the field `error` (from azd 1.23.7 on), else the first message to the console.
fn error(lines: &str) -> Option<String> {
    let objects: Vec<Value> = lines.lines().filter_map(|line| serde_json::from_str(line.trim()).ok()).collect();
    let redacted_text =
        |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(redact::redact_tokens);
    let field = objects.iter().find_map(|object| redacted_text(object.get("error")?));
    field.or_else(|| objects.iter().find_map(|object| redacted_text(object.pointer("/data/message")?)))
}
