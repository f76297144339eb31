//! Builds the components, so that `cargo test` and `cargo run` need no step before them: Keyfob without and with
//! certificates and for embedding, and `keyfob-config`.

#[path = "build/shrink.rs"]
mod shrink;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-wasip2";

/// No WASI, and the certificates that the official SDKs have too.
const EMBEDDED: &str = "--no-default-features --features=embedded,certificate";

/// What the outer cargo sets for the host's build and the component's build must not inherit.
const NOT_INHERITED: [&str; 9] = [
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
];

fn main() {
    let crates = ["../src", "../wit", "../bindgen", "../config/src", "../config/wit", "../config/Cargo.toml"];
    for path in ["build.rs", "build", "../.cargo/config.toml", "../Cargo.toml", "../Cargo.lock"].iter().chain(&crates) {
        println!("cargo:rerun-if-changed={path}");
    }
    println!("cargo:rerun-if-env-changed=RUSTC_WORKSPACE_WRAPPER");

    let out = PathBuf::from(variable("OUT_DIR"));
    let builds = [
        ("KEYFOB_COMPONENT", "keyfob-component", "", out.join("keyfob.wasm")),
        (
            "KEYFOB_COMPONENT_WITH_CERTIFICATES",
            "keyfob-component",
            "--features=certificate",
            out.join("keyfob-with-certificates.wasm"),
        ),
        ("KEYFOB_COMPONENT_EMBEDDED", "keyfob-component", EMBEDDED, out.join("keyfob-embedded.wasm")),
        ("KEYFOB_CONFIG_COMPONENT", "keyfob-config", "", out.join("keyfob-config.wasm")),
    ];
    for (variable, .., component) in &builds {
        println!("cargo:rustc-env={variable}={}", component.display());
    }

    // Clippy runs nothing: that there is a file is enough for it. The line above makes the next build come back here.
    let linting = env::var("RUSTC_WORKSPACE_WRAPPER").is_ok_and(|wrapper| wrapper.contains("clippy"));
    if linting {
        for (.., component) in builds.iter().filter(|(.., component)| !component.exists()) {
            fs::write(component, []).unwrap_or_else(|error| panic!("{}: {error}", component.display()));
        }
        return;
    }
    let target_dir = out.join("component");
    let mut each = builds.iter();
    let built = ensure_target().and_then(|()| {
        each.try_for_each(|(_, package, features, component)| build(&target_dir, package, features, component))
    });
    if let Err(problem) = built {
        eprintln!("{problem}");
        std::process::exit(1);
    }
    println!("cargo:warning=built Keyfob's components for {TARGET}");
}

/// Installs the standard library for the component's target where rustup can.
fn ensure_target() -> Result<(), String> {
    let printed = Command::new(variable("RUSTC"))
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(|error| format!("rustc can't be started: {error}"))?;
    let libdir = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
    if printed.status.success() && Path::new(&libdir).exists() {
        return Ok(());
    }
    println!("cargo:warning=the Rust target {TARGET} is not installed; running `rustup target add {TARGET}`");
    match Command::new("rustup").args(["target", "add", TARGET]).output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(format!("`rustup target add {TARGET}` failed:\n{}", String::from_utf8_lossy(&done.stderr))),
        Err(_) => Err(format!(
            "Keyfob's component is built for {TARGET}, and this Rust has no standard library for it.\n\
             Install rustup (https://rustup.rs) and run `rustup target add {TARGET}`,\n\
             or install your distribution's package of the Rust standard library for {TARGET}."
        )),
    }
}

fn build(target_dir: &Path, package: &str, features: &str, component: &Path) -> Result<(), String> {
    let mut cargo = Command::new(variable("CARGO"));
    cargo
        .args(["rustc", "--package", package, "--lib", "--profile", "component", "--target", TARGET])
        // Together with an rlib rustc would not optimise across crates: 32 KB more.
        .args(["--crate-type", "cdylib"])
        .args(features.split_whitespace())
        .arg("--target-dir")
        .arg(target_dir)
        .current_dir("..");
    for name in NOT_INHERITED {
        cargo.env_remove(name);
    }
    let done = cargo.output().map_err(|error| format!("cargo can't be started: {error}"))?;
    if !done.status.success() {
        return Err(format!("the component does not build:\n{}", String::from_utf8_lossy(&done.stderr)));
    }
    let name = package.replace('-', "_");
    let built = target_dir.join(TARGET).join("component").join(name).with_extension("wasm");
    let bytes = fs::read(&built).map_err(|error| format!("{}: {error}", built.display()))?;
    let shrunk = shrink::shrink(&bytes).map_err(|error| format!("{}: {error}", built.display()))?;
    fs::write(component, shrunk).map_err(|error| format!("{}: {error}", component.display()))
}

/// A variable that cargo sets for every build script.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name} for build scripts"))
}
