//! Builds the apps for the tests of `keyfob run`, once per test process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const TARGET: &str = "wasm32-wasip2";

/// Variables that cargo sets for this test and that must not affect the apps' build.
const NOT_INHERITED: [&str; 4] =
    ["CARGO_BUILD_TARGET", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER", "RUSTFLAGS"];

/// The README's app: a command that reads secret-a of my-vault.
pub(crate) fn readme() -> PathBuf {
    app("keyfob-rust-app")
}

/// An example of the crate `keyfob`.
pub(crate) fn example(name: &str) -> PathBuf {
    app(&format!("examples/{name}"))
}

/// An example of the crate `keyfob` for WASI 0.3.
pub(crate) fn async_example(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    existing(
        BUILT.get_or_init(|| build(&["-pkeyfob", "--no-default-features", "--features=p3"])),
        &format!("examples/{name}"),
    )
}

/// A command that reads a secret with each credential of the crate `keyfob`.
pub(crate) fn credentials() -> PathBuf {
    app("credentials")
}

/// A command that prints its arguments, environment and files, and sends requests.
pub(crate) fn probe() -> PathBuf {
    app("probe")
}

/// A command that uses Keyfob, and prints its own environment, folders and answers.
pub(crate) fn explorer() -> PathBuf {
    app("explorer")
}

/// A command that prints its configuration.
pub(crate) fn settings() -> PathBuf {
    app("settings")
}

/// An app that serves HTTP.
pub(crate) fn server() -> PathBuf {
    app("server")
}

/// A command of WASI 0.3 like [`explorer`], which also abandons calls.
pub(crate) fn async_explorer() -> PathBuf {
    async_app("examples/async_explorer")
}

/// An app of WASI 0.3 that serves HTTP.
pub(crate) fn async_server() -> PathBuf {
    async_app("async_server")
}

/// A command of WASI 0.3 that uses Keyfob for WASI 0.2.
pub(crate) fn blocking_reader() -> PathBuf {
    async_app("examples/blocking_reader")
}

/// A command of WASI 0.2 that imports Keyfob for WASI 0.3.
pub(crate) fn blocking_caller() -> PathBuf {
    async_app("blocking_caller")
}

fn app(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    existing(BUILT.get_or_init(|| build(&["-pkeyfob", "-pkeyfob-rust-app", "-pkeyfob-test-apps"])), name)
}

/// These are built by a command of their own: in one build with the others, they would all have the same wit-bindgen.
fn async_app(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    existing(BUILT.get_or_init(|| build(&["-pkeyfob-test-async-apps"])), name)
}

fn existing(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name).with_extension("wasm");
    assert!(path.exists(), "{}", path.display());
    path
}

/// `selection` is what cargo builds: packages and features.
fn build(selection: &[&str]) -> PathBuf {
    // The folder for test files is in the target folder, whose built crates are reused.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--lib", "--bins", "--examples", "--target", TARGET]);
    cargo.args(selection);
    cargo.arg("--target-dir").arg(target).current_dir(env!("CARGO_MANIFEST_DIR"));
    for name in NOT_INHERITED {
        cargo.env_remove(name);
    }
    let built = cargo.output().unwrap();
    assert!(built.status.success(), "the apps do not build:\n{}", String::from_utf8_lossy(&built.stderr));
    target.join(TARGET).join("debug")
}
