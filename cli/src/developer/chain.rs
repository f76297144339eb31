//! One tool after the other, until one gives a token.

use std::sync::OnceLock;

use super::TOOLS;
use super::resource::Resource;
use super::tool::{Token, Tool};

/// The developer's tools in the order of the official chain. The first that gives a token is asked alone from then on, as
/// `DefaultAzureCredential` does it: an app must not become somebody else while it runs.
#[derive(Debug)]
pub(crate) struct Chain {
    tools: Vec<&'static Tool>,
    winner: OnceLock<&'static Tool>,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// All tools.
    pub(crate) fn new() -> Self {
        Self { tools: TOOLS.iter().collect(), winner: OnceLock::new() }
    }

    /// What `AZURE_TOKEN_CREDENTIALS` asks for: one tool by its credential's name, whose case does not matter, or all.
    pub(crate) fn from_setting(token_credentials: Option<&str>) -> Self {
        match token_credentials.and_then(find_tool) {
            Some(tool) => Self { tools: vec![tool], winner: OnceLock::new() },
            None => Self::new(),
        }
    }

    /// A token and the credential that gave it, or the reason of each tool in one line.
    pub(super) async fn token(&self, resource: &Resource) -> Result<(&'static str, Token), String> {
        let mut reasons = Vec::new();
        let tools = self.winner.get().map_or(self.tools.as_slice(), std::slice::from_ref);
        for tool in tools {
            match tool.token(resource).await {
                Ok(token) => {
                    // Of two at once, the first stays.
                    let _ = self.winner.set(tool);
                    return Ok((tool.credential, token));
                }
                Err(reason) => reasons.push(format!("{}: {reason}", tool.credential)),
            }
        }
        Err(reasons.join("; "))
    }
}

/// The tool that a credential's name means.
pub(super) fn find_tool(credential: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.credential.eq_ignore_ascii_case(credential.trim()))
}
