//! The errors of this library, but for those of a call ([`CallError`](crate::CallError)).

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use crate::component_types::Wasi;

/// A cause that another library reports.
pub type Cause = Box<dyn Error + Send + Sync>;

/// A component that can't be compiled, started or run, or a host that lacks what was given to it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// A file can't be read.
    #[error("{} can't be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A file holds no Keyfob component.
    #[error("{} is not a Keyfob component: {reason}", path.display())]
    NotKeyfob {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file holds no app that this host can run. The message begins with the file's name.
    #[error("{} {}", path.display(), Chain(error))]
    NotAnApp {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: ComponentError,
    },
    /// The component does not compile.
    #[error("the component can't be compiled")]
    Compile(#[source] Cause),
    /// A folder that was given to [`Host::preopened_dir`](crate::Host::preopened_dir) can't be opened.
    #[error("the folder {} can't be opened", path.display())]
    Folder {
        /// The folder on this machine.
        path: PathBuf,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// The component can't be instantiated, for instance because all places of [`Keyfob::pooled`](crate::Keyfob::pooled) are
    /// in use.
    #[error("the component does not start")]
    Start(#[source] Cause),
    /// The app can't be instantiated.
    #[error("the app does not start")]
    StartApp(#[source] Cause),
    /// The app is a command, and HTTP was expected of it.
    #[error("the app is a command and serves no HTTP")]
    NoHttp,
    /// The app serves HTTP, and was run as a command.
    #[error("the app serves HTTP and is no command")]
    NoCommand,
    /// The app trapped.
    #[error("the app stopped: {0}")]
    Stopped(String),
    /// The request can't be handed to the app: its URI names no host.
    #[error("the request can't be handed to the app")]
    Request(#[source] Cause),
    /// The app returned without a response.
    #[error("the app ended without an answer")]
    NoResponse,
    /// The app answered with an error code of `wasi:http`.
    #[error("the app answered with the error {0}")]
    ResponseError(String),
    /// The body of the app's response ended early.
    #[error("the answer breaks off: {0}")]
    ResponseBody(String),
    /// The component was not compiled by [`Keyfob::inspectable`](crate::Keyfob::inspectable).
    #[error("the component is not inspectable")]
    NotInspectable,
}

/// What is wrong with a component. The messages complete a sentence that begins with the file's name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// The file can't be read.
    #[error("can't be read")]
    Read(#[source] std::io::Error),
    /// The binary is no WebAssembly.
    #[error("is no WebAssembly binary")]
    NotWasm,
    /// The binary is a core module.
    #[error(
        "is a core module and no component: build it for wasm32-wasip2, or make a component of it with \
         `wasm-tools component new`"
    )]
    CoreModule,
    /// The binary does not validate.
    #[error("is no valid component")]
    Invalid(#[source] Cause),
    /// The component exports a draft of WASI 0.3.
    #[error(
        "is made for a draft of WASI 0.3: it exports {exports}, and this host runs the releases: build it with bindings of a \
         release"
    )]
    WasiDraft {
        /// The names of those exports.
        exports: String,
    },
    /// The component is Keyfob and not an app that imports it.
    #[error(
        "is Keyfob itself and no app: give a component that imports it, or call it with `keyfob get-secret` or \
         `keyfob get-token`"
    )]
    IsKeyfob,
    /// The component exports neither `wasi:cli/run` nor an HTTP handler.
    #[error(
        "is no app that can be run: it exports {exports}, where a command exports wasi:cli/run@0.2 or @0.3, and an app \
         that serves HTTP wasi:http/incoming-handler@0.2 or wasi:http/handler@0.3"
    )]
    NoEntryPoint {
        /// The names of its exports, or `nothing`.
        exports: String,
    },
    /// The component imports what no host of this library has.
    #[error("imports {imports}, which this host does not give: it gives {given} and Keyfob; {cure}")]
    MissingImports {
        /// The names of those imports.
        imports: String,
        /// What the host has.
        given: String,
        /// What to do about it.
        cure: &'static str,
    },
    /// The component does not compile.
    #[error("can't be run")]
    Compile(#[source] Cause),
    /// What is to be put into the app is no valid component.
    #[error("can't be given Keyfob, which {}", Chain(.0))]
    InvalidKeyfob(Box<ComponentError>),
    /// What is to be put into the app does not export `keyfob:azure`.
    #[error("can't be given Keyfob: what is to be put into it exports no keyfob:azure")]
    NotKeyfob,
    /// The app imports Keyfob for WASI 0.2 and Keyfob for WASI 0.3.
    #[error(
        "imports {imports}, and an app can have one Keyfob: build all parts of it with the WIT files of one version, \
         keyfob:azure@0.1 for WASI 0.2 (`keyfob wit DIR`) or keyfob:azure@0.2 for WASI 0.3 (`keyfob wit --wasi 0.3 DIR`)"
    )]
    BothVersions {
        /// Its imports of `keyfob:azure`.
        imports: String,
    },
    /// The app imports a version of `keyfob:azure` that is neither that for WASI 0.2 nor that for WASI 0.3.
    #[error(
        "imports {imports}, and there is Keyfob as keyfob:azure@0.1 for WASI 0.2 and keyfob:azure@0.2 for WASI 0.3: build \
         the app with the WIT files of one of them (`keyfob wit DIR` or `keyfob wit --wasi 0.3 DIR`)"
    )]
    UnknownVersion {
        /// Its imports of another version.
        imports: String,
    },
    /// The Keyfob to be put into the app is for another version of WASI than the one that the app imports.
    #[error(
        "imports {imports}, and the Keyfob to be put into it is for WASI {given}: give the one for WASI {wanted}, which \
         `{}` writes", wanted.component_command()
    )]
    OtherWasi {
        /// Its imports of `keyfob:azure`.
        imports: String,
        /// The version that Keyfob is for.
        given: Wasi,
        /// The version that the app imports.
        wanted: Wasi,
    },
    /// The app is of WASI 0.2, whose exports can't wait, and imports the Keyfob whose functions are `async`.
    #[error(
        "exports {exports}, which can't wait for the async functions of {imports}; they would trap with `cannot block a \
         synchronous task before returning`: build it with the WIT files of keyfob:azure@0.1 (`keyfob wit DIR`), or as an app \
         of WASI 0.3, which exports wasi:cli/run@0.3 or wasi:http/handler@0.3"
    )]
    CannotWait {
        /// The exports that would call them.
        exports: String,
        /// Its imports of `keyfob:azure`.
        imports: String,
    },
    /// The app imports Keyfob for WASI 0.3, and this crate was built without it.
    #[error("imports Keyfob for WASI 0.3, and keyfob-host-test was built without its feature p3")]
    NoP3,
    /// The app was built with the WIT files of another version of `keyfob:azure`.
    #[error(
        "imports {imports}, and this Keyfob is keyfob:azure@{version}: build the app with the WIT files of that version, \
         or give the Keyfob component that it was made for"
    )]
    OtherVersion {
        /// The imports that Keyfob does not export.
        imports: String,
        /// The version of `keyfob:azure` that it exports.
        version: String,
    },
    /// The app was built with other WIT files of the same version of `keyfob:azure`.
    #[error(
        "imports {imports} in another form than this Keyfob exports it: build the app anew with the WIT files of \
         keyfob:azure@{version} that this Keyfob was built with"
    )]
    OtherTypes {
        /// The imports whose types differ.
        imports: String,
        /// The version of `keyfob:azure`.
        version: String,
    },
    /// The composition failed.
    #[error("can't be given Keyfob")]
    Compose(#[source] Cause),
    /// The app imports a version of `wasi:config/store` that `keyfob-config` does not export.
    #[error("imports {import}, and can't be given keyfob-config, which has another")]
    OtherConfigVersion {
        /// The app's import.
        import: String,
        /// Why the composition failed.
        #[source]
        cause: Cause,
    },
}

/// An option of [`Sockets`](crate::Sockets) that can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketsError {
    /// The certificates are not PEM.
    #[error("not PEM")]
    NotPem(#[source] Cause),
    /// A certificate can't be that of an authority.
    #[error("not a certificate authority's certificate")]
    NotAnAuthority(#[source] Cause),
    /// The PEM file is empty.
    #[error("no certificate in it")]
    NoCertificate,
    /// The rule is not of the form `HOST:PORT=ADDR:PORT`.
    #[error("HOST:PORT=ADDR:PORT expected")]
    NotARule,
    /// A side of the rule has no port.
    #[error("a port is missing in {0:?}")]
    NoPort(String),
    /// A side of the rule has no host.
    #[error("a host is missing in {0:?}")]
    NoHost(String),
    /// A port is no number from 0 to 65535.
    #[error("{port:?} is not a port")]
    NotAPort {
        /// What stands in its place.
        port: String,
        /// Why.
        #[source]
        cause: std::num::ParseIntError,
    },
}

/// Why a variable names no proxy. The value is left out, because it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyVariableError {
    /// The value is no URL of a host.
    #[error(
        "{0} names no proxy: http://HOST:PORT expected, with user name and password http://USER:PASSWORD@HOST:PORT; \
         percent-encode special characters in them"
    )]
    NotAUrl(&'static str),
    /// The value has another scheme.
    #[error("{0} names no HTTP proxy: http://HOST:PORT expected, not SOCKS or another scheme")]
    Scheme(&'static str),
}

/// wasmtime's error as one of the standard library.
pub(crate) fn cause(error: wasmtime::Error) -> Cause {
    error.into_boxed_dyn_error()
}

/// An error and its sources in one line.
struct Chain<'a>(&'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
