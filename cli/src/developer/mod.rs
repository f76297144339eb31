//! Serves the developer's own sign-in to apps on this machine as if it were a managed identity.
//!
//! A component can't start `az`. So the host starts the tools that the Azure SDKs start, in the same order, and a [`Server`]
//! on loopback implements App Service's managed identity protocol. The app needs only `IDENTITY_ENDPOINT` and
//! `IDENTITY_HEADER`.

mod account;
mod allowed_resources;
mod azure_cli;
mod azure_developer_cli;
mod azure_powershell;
mod chain;
mod endpoint;
mod environment_changes;
mod event;
mod process;
mod redact;
mod resource;
mod server;
pub(crate) mod sign_in;
mod token_cache;
mod tool;

pub(crate) use self::allowed_resources::AllowedResources;
pub(crate) use self::chain::Chain;
pub(crate) use self::environment_changes::EnvironmentChanges;
pub(crate) use self::event::Event;
pub(crate) use self::server::Server;
use self::tool::Tool;

/// The tools, in the order of `DefaultAzureCredential`
/// (<https://learn.microsoft.com/python/api/azure-identity/azure.identity.defaultazurecredential>). The other developer
/// credentials (Visual Studio Code, brokers) have no command-line tool.
static TOOLS: [Tool; 3] = [azure_cli::TOOL, azure_powershell::TOOL, azure_developer_cli::TOOL];
