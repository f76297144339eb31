//! The developer credentials of the official chain. None can exist in a component, but "why not my az login?" is a
//! question that the report has to answer.

use crate::error::{Error, ErrorKind};
use crate::prelude::*;

pub(super) const SHARED_TOKEN_CACHE: &str = "it reads a token cache of the desktop; instead run `az account get-access-token --scope SCOPE` outside and give the token to credential.static-token";
pub(super) const VISUAL_STUDIO_CODE: &str = "it needs the broker of the desktop; instead run `az account get-access-token --scope SCOPE` outside and give the token to credential.static-token";
pub(super) const AZURE_CLI: &str = "no process can be started, so `az login` is out of reach; instead run `az account get-access-token --scope SCOPE` outside and give the token to credential.static-token";
pub(super) const AZURE_POWERSHELL: &str = "no process can be started; instead run `Get-AzAccessToken -ResourceUrl RESOURCE` outside and give the token to credential.static-token";
pub(super) const AZURE_DEVELOPER_CLI: &str = "no process can be started; instead run `azd auth token --scope SCOPE` outside and give the token to credential.static-token";
pub(super) const BROKER: &str = "it needs the sign-in of the desktop; instead set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to a service principal's";

pub(super) fn not_here(instead: &str) -> Box<Error> {
    Error::new(ErrorKind::Unsupported, format!("not available inside a WebAssembly component: {instead}"))
}
