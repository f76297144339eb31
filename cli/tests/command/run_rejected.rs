//! Files and options that `keyfob run` rejects.

use std::path::{Path, PathBuf};
use std::process::Command;

use keyfob_host_test::Build;

use crate::apps;
use crate::run::Output;
use crate::world::World;

/// Asserts that the run fails with one line: the file's name and this text.
#[track_caller]
fn assert_rejected(world: &World, path: &Path, options: &[&str], says: &str) {
    let run = world.keyfob(&["run", path.to_str().unwrap()]).args(options).output();
    let said = run.usage_error();
    assert!(said.starts_with(&format!("error: {} {says}", path.display())), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(world.requests().is_empty());
}

fn bytes(world: &World, name: &str, bytes: &[u8]) -> PathBuf {
    let path = world.folder().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A string with its length as prefix.
fn name(text: &str) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

/// The binary of a component that imports an empty instance under one name, and exports it under the others.
fn component(import: &str, exports: &[&str]) -> Vec<u8> {
    component_with(&[import], exports)
}

/// The same with several imports.
fn component_with(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    let section = |id: u8, content: Vec<u8>| [vec![id, u8::try_from(content.len()).unwrap()], content].concat();
    let types = section(7, vec![1, 0x42, 0]);
    let imports = imports.iter().flat_map(|import| section(10, [vec![1, 0], name(import), vec![5, 0]].concat()));
    let exports = exports.iter().flat_map(|export| section(11, [vec![1, 0], name(export), vec![5, 0, 0]].concat()));
    [b"\0asm\x0d\0\x01\0".to_vec(), types, imports.collect(), exports.collect()].concat()
}

#[test]
fn files_that_are_no_app() {
    let world = World::app_service();
    assert_rejected(&world, &world.folder().join("missing.wasm"), &[], "can't be read: ");
    assert_rejected(&world, world.folder(), &[], "can't be read: ");
    assert_rejected(&world, &world.file("text.wasm", "hello"), &[], "is no WebAssembly binary");
    assert_rejected(&world, &world.file("empty.wasm", ""), &[], "is no WebAssembly binary");
    let core = bytes(&world, "core.wasm", b"\0asm\x01\0\0\0");
    assert_rejected(&world, &core, &[], "is a core module and no component: build it for wasm32-wasip2, or");
    let app = std::fs::read(apps::readme()).unwrap();
    let half = bytes(&world, "half.wasm", &app[..app.len() / 2]);
    assert_rejected(&world, &half, &[], "is no valid component: ");
    let empty = bytes(&world, "component.wasm", b"\0asm\x0d\0\x01\0");
    assert_rejected(
        &world,
        &empty,
        &[],
        "is no app that can be run: it exports nothing, where a command exports wasi:cli/run@0.2",
    );
    let library = bytes(&world, "library.wasm", &component("a:b/c", &["a:b/d"]));
    assert_rejected(&world, &library, &[], "is no app that can be run: it exports a:b/d, where");
    for build in [Build::WithCertificates, Build::WithoutCertificates] {
        assert_rejected(&world, &world.component(build), &[], "is Keyfob itself and no app: ");
    }
}

#[test]
fn other_wasi_versions() {
    let world = World::app_service();
    for (import, export) in
        [("wasi:cli/environment@0.3.0", "wasi:cli/run@0.3.0"), ("wasi:http/types@0.3.2", "wasi:http/handler@0.3.2")]
    {
        // It is accepted, and fails later: its export has no function.
        let app = bytes(&world, "app.wasm", &component(import, &[export]));
        assert_rejected(
            &world,
            &app,
            &[],
            &format!("can't be run: instance export `{}@0.3.0`", export.split('@').next().unwrap()),
        );
    }
    let draft = component("a:b/c", &["wasi:cli/run@0.3.0-rc-2025-09-16"]);
    assert_rejected(
        &world,
        &bytes(&world, "app.wasm", &draft),
        &[],
        "is made for a draft of WASI 0.3: it exports wasi:cli/run@0.3.0-rc-2025-09-16, and this host runs the releases",
    );
    let draft = component("a:b/c", &["wasi:cli/run@0.2.0-rc-2023-11-10"]);
    assert_rejected(
        &world,
        &bytes(&world, "app.wasm", &draft),
        &[],
        "is no app that can be run: it exports wasi:cli/run@0.2.0-rc",
    );
}

#[test]
fn unsupported_imports() {
    let world = World::app_service();
    let run = Some("wasi:cli/run@0.2.6");
    let assert_import_rejected = |import: &str, says: &str| {
        assert_rejected(&world, &bytes(&world, "app.wasm", &component(import, run.as_slice())), &[], says);
    };
    for import in ["my:own/library@1.0.0", "wasi:keyvalue/store@0.2.0-draft2", "wasi:http/types@0.2.0-rc-2023-11-10"] {
        assert_import_rejected(
            import,
            &format!("imports {import}, which this host does not give: it gives WASI 0.2 and 0.3 (cli, clocks, "),
        );
    }
    let draft = "wasi:http/types@0.3.0-rc-2025-09-16";
    assert_import_rejected(draft, &format!("imports {draft}, which this host does not give: "));
    for version in ["0.1.0", "0.1.1"] {
        let import = format!("keyfob:azure/new@{version}");
        assert_import_rejected(
            &import,
            &format!("imports {import}, and this Keyfob is keyfob:azure@0.1.0: build the app with "),
        );
    }
    for version in ["0.3.0", "1.0.0", "0.2.0-rc.1"] {
        let import = format!("keyfob:azure/simple@{version}");
        assert_import_rejected(
            &import,
            &format!(
                "imports {import}, and there is Keyfob as keyfob:azure@0.1 for WASI 0.2 and keyfob:azure@0.2 for WASI 0.3: "
            ),
        );
    }
    // An app that imports Keyfob's own interfaces would get Keyfob's grants.
    for interface in ["cli/environment", "filesystem/preopens", "http/outgoing-handler", "http/client"] {
        for version in ["0.2.0", "0.2.12", "0.3.0", "0.3.2"] {
            let import = format!("kfob:{interface}@{version}");
            assert_import_rejected(&import, &format!("imports {import}, which this host does not give: "));
        }
    }
    // These imports are accepted; the component fails later, because its export has no function.
    let wasi = ["wasi:io/poll@0.2.99", "wasi:http/types@0.3.0"];
    for import in ["keyfob:azure/simple@0.1.0", "keyfob:azure/simple@0.1.7"].into_iter().chain(wasi) {
        assert_import_rejected(import, "can't be run: instance export `wasi:cli/run@0.2.");
    }
}

#[test]
fn options_that_do_not_fit_the_app() {
    let world = World::app_service();
    assert_rejected(
        &world,
        &apps::probe(),
        &["--addr", "127.0.0.1:0"],
        "is a command and does not listen: omit --addr",
    );
    assert_rejected(&world, &apps::server(), &["--", "x"], "is an HTTP server and takes no arguments: omit them");
    let keyfob = world.component(Build::WithCertificates);
    assert_rejected(
        &world,
        &apps::probe(),
        &["--component", keyfob.to_str().unwrap()],
        "does not import Keyfob: omit --component",
    );

    let text = world.file("text", "hello");
    let options = ["--component", text.to_str().unwrap()];
    assert_rejected(&world, &apps::server(), &options, "can't be given Keyfob, which is no WebAssembly binary");
    let options = ["--component", "missing"];
    assert_rejected(&world, &apps::server(), &options, "can't be composed: missing can't be read: ");
    let options = ["--component", apps::probe().to_str().unwrap()].map(str::to_owned);
    assert_rejected(
        &world,
        &apps::server(),
        &[&options[0], &options[1]],
        "can't be given Keyfob: what is to be put into it exports no",
    );
}

/// wasm32-wasip2 makes every program with a `main` export `wasi:cli/run`, and wstd's servers have one that does nothing.
#[test]
fn an_app_with_both_exports_is_a_server() {
    let world = World::app_service();
    let exports = ["wasi:cli/run@0.2.12", "wasi:http/incoming-handler@0.2.12"];
    let app = bytes(&world, "both.wasm", &component("wasi:io/poll@0.2.12", &exports));
    assert_rejected(&world, &app, &["--", "x"], "is an HTTP server and takes no arguments: omit them");
}

#[test]
fn keyfob_of_another_version_than_the_app_needs() {
    let world = World::app_service();
    let (blocking, waiting) = ("keyfob:azure/simple@0.1.0", "keyfob:azure/simple@0.2.0");
    for (export, kind) in [("wasi:cli/run@0.2.6", "app"), ("wasi:http/incoming-handler@0.2.6", "server")] {
        let app = bytes(&world, &format!("{kind}.wasm"), &component(waiting, &[export]));
        let says = format!(
            "exports {export}, which can't wait for the async functions of {waiting}; they would trap with `cannot block a \
             synchronous task before returning`: build it with the WIT files of keyfob:azure@0.1 (`keyfob wit DIR`), or as"
        );
        assert_rejected(&world, &app, &[], &says);
        let mut compose = Command::new(env!("CARGO_BIN_EXE_keyfob"));
        let composed = Output::of(compose.args(["compose", app.to_str().unwrap(), "-"]).env_clear());
        assert!(composed.usage_error().contains(&says), "{composed:?}");
    }
    // An export of WASI 0.3 can wait, whatever else there is: wasm32-wasip2 makes each `main` one of WASI 0.2.
    let exports = ["wasi:cli/run@0.2.6", "wasi:cli/run@0.3.0"];
    let app = bytes(&world, "app.wasm", &component(waiting, &exports));
    assert_rejected(&world, &app, &[], "can't be run: instance export `wasi:cli/run@0.3.0`");

    let both = bytes(&world, "app.wasm", &component_with(&[blocking, waiting], &exports));
    assert_rejected(&world, &both, &[], &format!("imports {blocking}, {waiting}, and an app can have one Keyfob: "));

    for (import, export, build, says) in [
        (
            blocking,
            "wasi:cli/run@0.2.6",
            Build::P3WithCertificates,
            "for WASI 0.3: give the one for WASI 0.2, which `keyfob component FILE` writes",
        ),
        (
            waiting,
            "wasi:cli/run@0.3.0",
            Build::WithCertificates,
            "for WASI 0.2: give the one for WASI 0.3, which `keyfob component --wasi 0.3 FILE` writes",
        ),
    ] {
        let app = bytes(&world, "app.wasm", &component(import, &[export]));
        let keyfob = world.component(build);
        let says = format!("imports {import}, and the Keyfob to be put into it is {says}");
        assert_rejected(&world, &app, &["--component", keyfob.to_str().unwrap()], &says);
    }
}
