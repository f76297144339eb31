//! The interfaces that Keyfob has for itself inside an app that this library composes: environment, folders, outgoing HTTP.
//!
//! They are WASI's own under another namespace, so that the host can give Keyfob other grants than the app. The resources
//! (descriptors, requests) are those of WASI. An app that imports one of these names itself is refused.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::p2::bindings::cli::environment;
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler;
use wasmtime_wasi_http::p2::bindings::http::types::{Host as _, OutgoingRequest, RequestOptions};

use crate::store::State;

/// The namespace that replaces `wasi`. It has as many letters, so that a name is replaced in place.
#[cfg(feature = "compose")]
pub(crate) const NAMESPACE: &str = "kfob";

/// The interfaces of WASI whose namespace is replaced, up to the version.
#[cfg(feature = "compose")]
pub(crate) const INTERFACES: [&str; 3] =
    ["wasi:cli/environment@", "wasi:filesystem/preopens@", "wasi:http/outgoing-handler@"];

/// Whether an import is of the namespace.
#[cfg(feature = "compose")]
pub(crate) fn is_reserved(import: &str) -> bool {
    import.strip_prefix(NAMESPACE).is_some_and(|rest| rest.starts_with(':'))
}

/// Defines the interfaces. The linker accepts them for every 0.2 version.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    type Store<'a> = StoreContextMut<'a, State>;

    let mut interface = linker.instance("kfob:cli/environment@0.2.0")?;
    interface.func_wrap("get-environment", |mut store: Store<'_>, (): ()| {
        Ok((environment::Host::get_environment(&mut store.data_mut().keyfob_cli())?,))
    })?;
    // Arguments and the working directory are the app's.
    interface.func_wrap("get-arguments", |_: Store<'_>, (): ()| Ok((Vec::<String>::new(),)))?;
    interface.func_wrap("initial-cwd", |_: Store<'_>, (): ()| Ok((None::<String>,)))?;

    let mut interface = linker.instance("kfob:filesystem/preopens@0.2.0")?;
    interface.func_wrap("get-directories", |mut store: Store<'_>, (): ()| {
        Ok((preopens::Host::get_directories(&mut store.data_mut().keyfob_filesystem())?,))
    })?;

    let mut interface = linker.instance("kfob:http/outgoing-handler@0.2.0")?;
    interface.func_wrap(
        "handle",
        |mut store: Store<'_>, (request, options): (Resource<OutgoingRequest>, Option<Resource<RequestOptions>>)| {
            let mut http = store.data_mut().keyfob_http();
            let sent = outgoing_handler::Host::handle(&mut http, request, options);
            Ok((match sent {
                Ok(response) => Ok(response),
                Err(error) => Err(http.convert_error_code(error)?),
            },))
        },
    )
}
