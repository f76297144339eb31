//! The developer credentials of the Azure SDKs' default chain. None works in a component; the chain's report says for each
//! why not, and what to do instead.

use crate::error::{Error, ErrorKind};
use crate::prelude::*;

/// Why a credential does not work in a component, and the command that gets a token outside of it.
pub(super) type Alternative = (&'static str, &'static str);

const NO_PROCESS: &str = "no process can be started";
const AZ: &str = "az account get-access-token --scope SCOPE";

pub(super) const SHARED_TOKEN_CACHE: Alternative = ("it reads a token cache of the desktop", AZ);
pub(super) const VISUAL_STUDIO_CODE: Alternative = ("it needs the broker of the desktop", AZ);
pub(super) const AZURE_CLI: Alternative = (NO_PROCESS, AZ);
pub(super) const AZURE_POWERSHELL: Alternative = (NO_PROCESS, "Get-AzAccessToken -ResourceUrl RESOURCE");
pub(super) const AZURE_DEVELOPER_CLI: Alternative = (NO_PROCESS, "azd auth token --scope SCOPE");
pub(super) const BROKER: Alternative = ("it needs the sign-in of the desktop", AZ);

/// Further values of `AZURE_TOKEN_CREDENTIALS` in the Azure SDKs for other languages.
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

/// A program that embeds the component can pass any credential of its own to it.
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
