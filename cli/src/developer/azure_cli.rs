//! Azure CLI.
//! <https://learn.microsoft.com/cli/azure/account#az-account-get-access-token>

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use super::process::Output;
use super::redact;
use super::resource::Resource;
use super::tool::{Token, Tool};

pub(super) const TOOL: Tool = Tool {
    credential: "AzureCliCredential",
    programs: &["az"],
    arguments,
    variable: Some(("AZURE_CORE_NO_COLOR", "true")),
    not_installed: "Azure CLI not found on path",
    failed: "Failed to invoke the Azure CLI",
    parse,
};

const NOT_SIGNED_IN: &str = "Please run 'az login' to set up an account";

fn arguments(resource: &Resource) -> Vec<String> {
    let line = ["account", "get-access-token", "--output", "json", "--resource", resource.as_str()];
    line.map(str::to_owned).to_vec()
}

fn parse(output: &Output) -> Result<Token, String> {
    let stderr = output.stderr.as_str();
    if output.status == Some(0) {
        return token(&output.stdout)
            .ok_or_else(|| format!("Unexpected output from Azure CLI: '{}'", redact::redact_tokens(&output.stdout)));
    }
    // Errors of Entra (AADSTS…) also mention `az login`, but have other causes.
    let advised = stderr.contains("az login") || stderr.contains("az account set");
    if advised && !stderr.contains("AADSTS") {
        return Err(NOT_SIGNED_IN.to_owned());
    }
    // Warnings precede the error.
    let error = stderr.find("ERROR:").and_then(|start| stderr.get(start..)).unwrap_or(stderr);
    Err(if error.trim().is_empty() { "Failed to invoke Azure CLI".to_owned() } else { redact::redact_tokens(error) })
}

#[derive(Deserialize)]
struct Reply {
    #[serde(rename = "accessToken")]
    token: String,
    /// Unix seconds, from Azure CLI 2.54 on.
    expires_on: Option<Value>,
    /// The same time as local time without a zone.
    #[serde(rename = "expiresOn")]
    local_time: Option<String>,
}

fn token(stdout: &str) -> Option<Token> {
    let reply: Reply = serde_json::from_str(stdout).ok()?;
    let seconds = match &reply.expires_on {
        Some(Value::Null) | None => None,
        Some(Value::String(text)) => Some(text.parse().ok()?),
        Some(number) => Some(number.as_u64()?),
    };
    let expires_on = match seconds {
        Some(seconds) => seconds,
        None => unix_from_local(reply.local_time?.parse().ok()?, &TimeZone::system())?,
    };
    Token::new(&reply.token, expires_on)
}

/// Local time as unix seconds. An ambiguous time (when summer time ends) is taken as the earlier one, so that a token is
/// renewed too early rather than too late.
fn unix_from_local(local_time: DateTime, zone: &TimeZone) -> Option<u64> {
    u64::try_from(zone.to_ambiguous_timestamp(local_time).earlier().ok()?.as_second()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_is_converted_in_its_zone() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        let at = |text: &str| unix_from_local(text.parse().expect("a time"), &berlin).expect("a time of ours");
        assert_eq!(at("2026-11-25 12:00:00.123456"), 1_795_604_400); // 11:00 UTC
        assert_eq!(at("2026-07-01 12:00:00.000000"), 1_782_900_000); // 10:00 UTC
        // This time occurs twice, at 00:30 and 01:30 UTC.
        assert_eq!(at("2026-10-25 02:30:00.000000"), 1_792_888_200);
    }
}
