//! The interfaces that Keyfob has for itself inside an app that this library composes: environment, folders, outgoing HTTP.
//!
//! They are WASI's own under another namespace, so that the host can give Keyfob other grants than the app. The resources
//! (descriptors, requests) are those of WASI. An app that imports one of these names itself is refused.

use wasmtime::StoreContextMut;
use wasmtime::component::{Accessor, Linker, LinkerInstance, Resource};
use wasmtime_wasi::cli::WasiCliCtxView;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView};
use wasmtime_wasi::{p2, p3};
use wasmtime_wasi_http::WasiHttp;
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler;
use wasmtime_wasi_http::p2::bindings::http::types::{self as types, OutgoingRequest, RequestOptions};
use wasmtime_wasi_http::p3::bindings::http::client::HostWithStore as _;
use wasmtime_wasi_http::p3::bindings::http::types::{self as async_types, Request};

use crate::store::State;

/// The namespace that replaces `wasi`. It has as many letters, so that a name is replaced in place.
#[cfg(feature = "compose")]
pub(crate) const NAMESPACE: &str = "kfob";

/// The interfaces of WASI whose namespace is replaced, up to the version. The last one is that of WASI 0.3 for the one before.
#[cfg(feature = "compose")]
pub(crate) const INTERFACES: [&str; 4] =
    ["wasi:cli/environment@", "wasi:filesystem/preopens@", "wasi:http/outgoing-handler@", "wasi:http/client@"];

/// Whether an import is of the namespace.
#[cfg(feature = "compose")]
pub(crate) fn is_reserved(import: &str) -> bool {
    import.strip_prefix(NAMESPACE).is_some_and(|rest| rest.starts_with(':'))
}

/// Defines the interfaces. The linker accepts them for every 0.2 and 0.3 version.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    add_environment(&mut linker.instance("kfob:cli/environment@0.2.0")?, "initial-cwd", |mut cli| {
        p2::bindings::cli::environment::Host::get_environment(&mut cli)
    })?;
    add_environment(&mut linker.instance("kfob:cli/environment@0.3.0")?, "get-initial-cwd", |mut cli| {
        p3::bindings::cli::environment::Host::get_environment(&mut cli)
    })?;
    add_folders(&mut linker.instance("kfob:filesystem/preopens@0.2.0")?, |mut folders| {
        p2::bindings::filesystem::preopens::Host::get_directories(&mut folders)
    })?;
    add_folders(&mut linker.instance("kfob:filesystem/preopens@0.3.0")?, |mut folders| {
        p3::bindings::filesystem::preopens::Host::get_directories(&mut folders)
    })?;
    add_http(&mut linker.instance("kfob:http/outgoing-handler@0.2.0")?)?;
    add_async_http(&mut linker.instance("kfob:http/client@0.3.0")?)
}

type Variables = Vec<(String, String)>;

/// Arguments and the working directory are the app's: Keyfob has none.
fn add_environment(
    interface: &mut LinkerInstance<'_, State>,
    working_directory: &str,
    get: fn(WasiCliCtxView<'_>) -> wasmtime::Result<Variables>,
) -> wasmtime::Result<()> {
    interface.func_wrap("get-environment", move |mut store: StoreContextMut<'_, State>, (): ()| {
        Ok((get(store.data_mut().keyfob_cli())?,))
    })?;
    interface.func_wrap("get-arguments", |_: StoreContextMut<'_, State>, (): ()| Ok((Vec::<String>::new(),)))?;
    interface.func_wrap(working_directory, |_: StoreContextMut<'_, State>, (): ()| Ok((None::<String>,)))
}

type Folders = Vec<(Resource<Descriptor>, String)>;

fn add_folders(
    interface: &mut LinkerInstance<'_, State>,
    get: fn(WasiFilesystemCtxView<'_>) -> wasmtime::Result<Folders>,
) -> wasmtime::Result<()> {
    interface.func_wrap("get-directories", move |mut store: StoreContextMut<'_, State>, (): ()| {
        Ok((get(store.data_mut().keyfob_filesystem())?,))
    })
}

fn add_http(interface: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    type Arguments = (Resource<OutgoingRequest>, Option<Resource<RequestOptions>>);

    interface.func_wrap("handle", |mut store: StoreContextMut<'_, State>, (request, options): Arguments| {
        let mut http = store.data_mut().keyfob_http();
        let sent = outgoing_handler::Host::handle(&mut http, request, options);
        Ok((match sent {
            Ok(response) => Ok(response),
            Err(error) => Err(types::Host::convert_error_code(&mut http, error)?),
        },))
    })
}

fn add_async_http(interface: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    interface.func_wrap_concurrent("send", |store: &Accessor<State>, (request,): (Resource<Request>,)| {
        Box::pin(async move {
            let keyfob = store.with_getter::<WasiHttp>(State::keyfob_http);
            Ok((match WasiHttp::send(&keyfob, request).await {
                Ok(response) => Ok(response),
                Err(error) => {
                    Err(keyfob.with(|mut store| async_types::Host::convert_error_code(&mut store.get(), error))?)
                }
            },))
        })
    })
}
