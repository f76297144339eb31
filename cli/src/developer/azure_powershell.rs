//! Azure PowerShell.
//! <https://learn.microsoft.com/powershell/module/az.accounts/get-azaccesstoken>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::process::Output;
use super::redact;
use super::resource::Resource;
use super::tool::{Token, Tool};

pub(super) const TOOL: Tool = Tool {
    credential: "AzurePowerShellCredential",
    programs: if cfg!(windows) { &["pwsh", "powershell"] } else { &["pwsh"] },
    arguments,
    variable: None,
    not_installed: "PowerShell is not installed",
    failed: "Failed to invoke PowerShell",
    parse,
};

const SCRIPT: &str = include_str!("azure_powershell.ps1");
const NO_MODULE: &str = "NO_AZ_ACCOUNT_MODULE";

/// The script is passed encoded, which avoids quoting. A resource can't contain a quote.
fn arguments(resource: &Resource) -> Vec<String> {
    let script = SCRIPT.replace("RESOURCE", resource.as_str());
    let encoded = BASE64.encode(script.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    ["-NoProfile", "-NonInteractive", "-EncodedCommand", &encoded].map(str::to_owned).to_vec()
}

fn parse(output: &Output) -> Result<Token, String> {
    let (stdout, stderr) = (output.stdout.as_str(), output.stderr.as_str());
    if output.status == Some(0) {
        if stdout.contains(NO_MODULE) {
            return Err("Az.Account module >= 2.2.0 is not installed".to_owned());
        }
        return token(stdout)
            .ok_or_else(|| format!("Unexpected output from Get-AzAccessToken: \"{}\"", redact::redact_tokens(stdout)));
    }
    for (text, reason) in [
        ("Run Connect-AzAccount to login", "Please run \"Connect-AzAccount\" to set up account"),
        ("AuthorizationManager check failed", "Execution policy prevented invoking Azure PowerShell"),
    ] {
        if stderr.contains(text) {
            return Err(reason.to_owned());
        }
    }
    Err(match stderr.trim() {
        "" => "Failed to invoke PowerShell".to_owned(),
        text => format!("Failed to invoke PowerShell: {}", redact::redact_tokens(text)),
    })
}

fn token(stdout: &str) -> Option<Token> {
    let line = stdout.split_whitespace().find_map(|word| word.strip_prefix("azsdk%"))?;
    let (token, expires_on) = line.split_once('%')?;
    Token::new(token, expires_on.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoded_script_contains_the_resource() {
        let resource = Resource::new("https://vault.azure.net").expect("a resource");
        let line = arguments(&resource);
        let bytes = BASE64.decode(&line[3]).expect("base64");
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let script = String::from_utf16(&units).expect("UTF-16");
        assert_eq!(script.matches("'ResourceUrl' = 'https://vault.azure.net'").count(), 1);
        assert!(script.contains(NO_MODULE) && !script.contains("RESOURCE"), "{script}");
    }
}
