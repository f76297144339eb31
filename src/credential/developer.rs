//! The developer credentials of the official chain. None can exist in a component, but "why not my az login?" is a
//! question that the report has to answer.

use crate::error::{Error, ErrorKind};
use crate::prelude::*;

/// Why a credential can't be here, and the command that does its work outside.
pub(super) type Alternative = (&'static str, &'static str);

const NO_PROCESS: &str = "no process can be started";
const AZ: &str = "az account get-access-token --scope SCOPE";

pub(super) const SHARED_TOKEN_CACHE: Alternative = ("it reads a token cache of the desktop", AZ);
pub(super) const VISUAL_STUDIO_CODE: Alternative = ("it needs the broker of the desktop", AZ);
pub(super) const AZURE_CLI: Alternative = (NO_PROCESS, AZ);
pub(super) const AZURE_POWERSHELL: Alternative = (NO_PROCESS, "Get-AzAccessToken -ResourceUrl RESOURCE");
pub(super) const AZURE_DEVELOPER_CLI: Alternative = (NO_PROCESS, "azd auth token --scope SCOPE");
pub(super) const BROKER: Alternative = ("it needs the sign-in of the desktop", AZ);

/// More names that `AZURE_TOKEN_CREDENTIALS` has in the Azure SDKs of other languages.
pub(super) const OTHER_LANGUAGES: &[&str] = &["InteractiveBrowserCredential", "VisualStudioCredential"];

#[cfg(not(all(target_family = "wasm", feature = "embedded")))]
pub(super) fn unsupported((why, command): Alternative) -> Box<Error> {
    Error::new(
        ErrorKind::Unsupported,
        format!(
            "not available inside a WebAssembly component: {why}; instead start the app with `keyfob dev-identity`, or run \
             `{command}` outside and give the token to credential.static-token"
        ),
    )
}

/// A program that embeds the component can hand any credential to it.
#[cfg(all(target_family = "wasm", feature = "embedded"))]
pub(super) fn unsupported((why, _): Alternative) -> Box<Error> {
    Error::new(
        ErrorKind::Unsupported,
        format!(
            "not available inside a WebAssembly component: {why}; instead give the Azure SDK's credential of this name to \
             ChainedTokenCredential or to the client"
        ),
    )
}
