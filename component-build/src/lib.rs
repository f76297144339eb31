//! Builds Keyfob's components from this source tree, for build scripts: a dependent names the builds that it bundles, and
//! no other is built.
//!
//! A component is built for `wasm32-wasip2` by a cargo of its own, in one target directory for all dependents, and is then
//! made smaller by [`shrink`]. For a release `KEYFOB_WASM_OPT` names the program `wasm-opt` that makes it smaller still.

mod shrink;

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

pub use shrink::shrink;

/// The target that every component is built for.
pub const TARGET: &str = "wasm32-wasip2";

/// Names Binaryen's program `wasm-opt`. It is not needed to build, because few people have it.
const WASM_OPT: &str = "KEYFOB_WASM_OPT";

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

/// What a component's build reads, relative to the workspace.
const SOURCES: [&str; 12] = [
    ".cargo/config.toml",
    "Cargo.toml",
    "Cargo.lock",
    "bindgen",
    "component-build/src",
    "src",
    "wit",
    "wit-0.2",
    "wit-embedding",
    "config/src",
    "config/wit",
    "config/Cargo.toml",
];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A component of this source tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// Keyfob without certificates, which is what an app gets by default.
    Default,
    /// Keyfob that can use client certificates.
    WithCertificates,
    /// Keyfob for programs that embed it: no WASI, with certificates.
    Embedded,
    /// `keyfob-config`: secrets as `wasi:config`.
    Config,
    /// Keyfob for WASI 0.3, without certificates.
    P3,
    /// Keyfob for WASI 0.3 that can use client certificates.
    P3WithCertificates,
}

impl Component {
    /// The crate that it is built from.
    pub fn package(self) -> &'static str {
        match self {
            Self::Config => "keyfob-config",
            _ => "keyfob-component",
        }
    }

    /// The arguments by which cargo builds it rather than another component of its package.
    pub fn features(self) -> &'static [&'static str] {
        match self {
            Self::Default | Self::Config => &[],
            Self::WithCertificates => &["--features=certificate,languages"],
            Self::Embedded => &["--no-default-features", "--features=embedded,certificate"],
            Self::P3 => &["--features=p3"],
            Self::P3WithCertificates => &["--features=p3,certificate"],
        }
    }

    /// The name of its file, without the extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "keyfob",
            Self::WithCertificates => "keyfob-with-certificates",
            Self::Embedded => "keyfob-embedded",
            Self::Config => "keyfob-config",
            Self::P3 => "keyfob-p3",
            Self::P3WithCertificates => "keyfob-p3-with-certificates",
        }
    }

    /// The variable that tells the dependent's code where the component lies: `KEYFOB_WASM`, `KEYFOB_CONFIG_WASM`, …
    fn variable(self) -> String {
        format!("{}_WASM", self.name().replace('-', "_").to_uppercase())
    }
}

/// The body of a build script: builds `components`, and sets for each the variable by which the dependent includes it
/// (`include_bytes!(env!("KEYFOB_WASM"))`, by the name of its file). Ends the process where one does not build.
pub fn build_script(components: &[Component]) {
    if let Err(error) = bundle(components) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

fn bundle(components: &[Component]) -> Result<()> {
    // Of the dependent, at run time: a target directory may be shared by checkouts, and `env!` would keep the first one's.
    let dependent = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let workspace = dependent.parent().ok_or("the workspace has no folder")?;
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", workspace.join(source).display());
    }
    println!("cargo:rerun-if-env-changed=RUSTC_WORKSPACE_WRAPPER");
    println!("cargo:rerun-if-env-changed={WASM_OPT}");

    let out = PathBuf::from(variable("OUT_DIR")?);
    let file = |component: Component| out.join(component.name()).with_extension("wasm");
    for &component in components {
        println!("cargo:rustc-env={}={}", component.variable(), file(component).display());
    }
    // Clippy runs nothing: that there is a file is enough for it. The line above makes the next build come back here.
    if env::var("RUSTC_WORKSPACE_WRAPPER").is_ok_and(|wrapper| wrapper.contains("clippy")) {
        for path in components.iter().map(|&component| file(component)).filter(|path| !path.exists()) {
            fs::write(path, [])?;
        }
        return Ok(());
    }

    ensure_target()?;
    let target_dir = target_dir(&out)?;
    // Each component of a package comes out under the same name: nobody else builds between a build and its copy.
    let lock = File::create(target_dir.join("keyfob.lock"))?;
    lock.lock()?;
    for &component in components {
        fs::write(file(component), build(workspace, &target_dir, component)?)?;
    }
    println!(
        "cargo:warning=built {} for {TARGET}",
        components.iter().map(|it| it.name()).collect::<Vec<_>>().join(", ")
    );
    Ok(())
}

/// One target directory for all dependents and their sets of features, beside cargo's own profiles where it can be found.
fn target_dir(out: &Path) -> Result<PathBuf> {
    // target/PROFILE/build/PACKAGE/out; cargo promises no such layout, but marks the target directory.
    let outer = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    let folder = outer.unwrap_or(out).join("component");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Installs the standard library for the component's target where rustup can.
fn ensure_target() -> Result<()> {
    let printed = Command::new(variable("RUSTC")?)
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
        Ok(done) => {
            Err(format!("`rustup target add {TARGET}` failed:\n{}", String::from_utf8_lossy(&done.stderr)).into())
        }
        Err(_) => Err(format!(
            "Keyfob's component is built for {TARGET}, and this Rust has no standard library for it.\n\
             Install rustup (https://rustup.rs) and run `rustup target add {TARGET}`,\n\
             or install your distribution's package of the Rust standard library for {TARGET}."
        )
        .into()),
    }
}

/// The component's bytes, shrunk.
fn build(workspace: &Path, target_dir: &Path, component: Component) -> Result<Vec<u8>> {
    let mut cargo = Command::new(variable("CARGO")?);
    cargo
        .args(["rustc", "--package", component.package(), "--lib", "--profile", "component", "--target", TARGET])
        // Together with an rlib rustc would not optimise across crates: 32 KB more.
        .args(["--crate-type", "cdylib"])
        .args(component.features())
        .arg("--target-dir")
        .arg(target_dir)
        .current_dir(workspace);
    for name in NOT_INHERITED {
        cargo.env_remove(name);
    }
    let done = cargo.output().map_err(|error| format!("cargo can't be started: {error}"))?;
    if !done.status.success() {
        return Err(format!("{} does not build:\n{}", component.name(), String::from_utf8_lossy(&done.stderr)).into());
    }
    let name = component.package().replace('-', "_");
    let built = target_dir.join(TARGET).join("component").join(name).with_extension("wasm");
    let bytes = fs::read(&built).map_err(|error| format!("{}: {error}", built.display()))?;
    let wasm_opt = env::var_os(WASM_OPT).filter(|path| !path.is_empty()).map(PathBuf::from);
    let wasm_opt = wasm_opt.as_deref().map(|program| (program, target_dir));
    shrink(&bytes, wasm_opt).map_err(|error| format!("{}: {error}", built.display()).into())
}

/// A variable that cargo sets for every build script.
fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|_| format!("cargo sets {name} for build scripts").into())
}
