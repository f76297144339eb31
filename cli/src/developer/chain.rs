//! Tries the tools in order until one returns a token.

use std::sync::OnceLock;

use super::TOOLS;
use super::allowed_resources::AllowedResources;
use super::resource::Resource;
use super::tool::{Token, Tool};

/// The developer's tools in the order of `DefaultAzureCredential`. The first tool that returns a token is the only one used
/// afterwards, as in `DefaultAzureCredential`: the identity of an app must not change while it runs.
#[derive(Debug)]
pub(crate) struct Chain {
    tools: Vec<&'static Tool>,
    winner: OnceLock<&'static Tool>,
    allowed: AllowedResources,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// A chain of all tools.
    pub(crate) fn new() -> Self {
        Self { tools: TOOLS.iter().collect(), winner: OnceLock::new(), allowed: AllowedResources::All }
    }

    /// The chain for a value of `AZURE_TOKEN_CREDENTIALS`: one tool if it names a tool's credential (in any case), else all.
    pub(crate) fn from_setting(token_credentials: Option<&str>) -> Self {
        match token_credentials.and_then(find_tool) {
            Some(tool) => Self { tools: vec![tool], ..Self::new() },
            None => Self::new(),
        }
    }

    /// The chain with tokens for these resources only.
    pub(crate) fn allowing(self, allowed: AllowedResources) -> Self {
        Self { allowed, ..self }
    }

    /// A token and the name of the credential that returned it. The error holds the reason of each tool in one line.
    pub(super) async fn token(&self, resource: &Resource) -> Result<(&'static str, Token), String> {
        if !self.allowed.permits(resource) {
            let resource = resource.as_str();
            return Err(format!(
                "--dev serves no token for {resource}, because it is not the resource of this command's vault: add \
                 `--dev-scope {resource}` to allow it"
            ));
        }
        let mut reasons = Vec::new();
        let tools = self.winner.get().map_or(self.tools.as_slice(), std::slice::from_ref);
        for tool in tools {
            match tool.token(resource).await {
                Ok(token) => {
                    // If two requests finish at once, the first sets the tool.
                    let _ = self.winner.set(tool);
                    return Ok((tool.credential, token));
                }
                Err(reason) => reasons.push(format!("{}: {reason}", tool.credential)),
            }
        }
        Err(reasons.join("; "))
    }
}

/// The tool of a credential's class name.
pub(super) fn find_tool(credential: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.credential.eq_ignore_ascii_case(credential.trim()))
}
