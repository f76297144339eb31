//! `keyfob component`, `keyfob compose` and `keyfob wit`.

use std::process::Command;

use keyfob_host_test::compose::{ComponentTypes, compose};
use keyfob_host_test::{Build, embedded_component};

use crate::apps;
use crate::run::Output;
use crate::world::{CERTIFICATE, PRINCIPAL, TENANT, USER, VALUE, World};

fn component(arguments: &[&str]) -> Command {
    keyfob("component", arguments)
}

fn keyfob(verb: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
    command.arg(verb).args(arguments).env_clear();
    command
}

#[test]
fn written_components_work_as_component_option() {
    let world = World::app_service();
    let file = world.file("app.wasm", "what was there before");
    for (option, build) in [(None, Build::WithoutCertificates), (Some("--with-certificates"), Build::WithCertificates)]
    {
        let mut command = component(&["app.wasm"]);
        let run = Output::of(command.args(option).current_dir(world.folder()));
        let written = std::fs::read(&file).unwrap();
        assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
        assert_eq!(run.stderr, format!("app.wasm: {} bytes\n", written.len()));
        assert!(written == build.bytes(), "{build:?}");

        let run = world.get_secret().env("AZURE_CLIENT_ID", USER).path("--component", &file);
        assert_eq!(run.output().value(), VALUE);

        world.file("app.pem", CERTIFICATE);
        let run = world.get_secret().env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", PRINCIPAL);
        let run = run.env("AZURE_CLIENT_CERTIFICATE_PATH", "app.pem").path("--component", &file).json().output();
        if build == Build::WithCertificates {
            assert_eq!(run.success_json()["value"], VALUE);
        } else {
            let error = run.error();
            assert_eq!(error["kind"], "invalid-argument", "{error}");
            assert!(error["message"].as_str().unwrap().contains("this build of Keyfob can't use certificates"));
        }
    }
}

#[test]
fn embedded_writes_the_embedding_build() {
    let output = component(&["--embedded", "-"]).output().unwrap();
    assert!(output.status.success() && output.stdout == embedded_component());
    let misused = Output::of(&mut component(&["--embedded", "--with-certificates", "-"]));
    assert!(misused.usage_error().contains("cannot be used with"), "{misused:?}");
}

#[test]
fn wasi_0_3_writes_that_build() {
    let world = World::app_service();
    let file = world.folder().join("keyfob.wasm");
    let to = file.to_str().unwrap();
    for (options, build) in [
        (&["--wasi", "0.2"][..], Build::WithoutCertificates),
        (&["--wasi", "0.3"], Build::P3WithoutCertificates),
        (&["--wasi", "0.3", "--with-certificates"], Build::P3WithCertificates),
    ] {
        let run = Output::of(component(&[to]).args(options));
        assert_eq!(run.stderr, format!("{to}: {} bytes\n", build.bytes().len()));
        assert!(std::fs::read(&file).unwrap() == build.bytes(), "{options:?}");
    }
    for option in ["--config", "--embedded"] {
        let misused = Output::of(&mut component(&["--wasi", "0.3", option, "-"]));
        assert!(misused.usage_error().contains("cannot be used with"), "{misused:?}");
    }
    let unknown = Output::of(&mut component(&["--wasi", "0.4", "-"]));
    assert!(unknown.usage_error().contains("[possible values: 0.2, 0.3]"), "{unknown:?}");
    // get-secret works with either.
    let run = world.get_secret().env("AZURE_CLIENT_ID", USER).path("--component", &file);
    assert_eq!(run.output().value(), VALUE);
}

#[test]
fn dash_writes_to_stdout() {
    let output = component(&["-"]).output().unwrap();
    let expected = Build::WithoutCertificates.bytes();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("stdout: {} bytes\n", expected.len()));
    assert!(output.status.success() && output.stdout == expected);
}

#[test]
#[cfg(target_os = "linux")]
fn terminal_or_full_stdout_is_an_error() {
    use std::fs::File;
    use std::process::Stdio;

    // A terminal, and a full disk.
    for (stdout, why) in [("/dev/ptmx", "is not written to a terminal"), ("/dev/full", "stdout can't be written: ")] {
        let stdout = File::options().read(true).write(true).open(stdout).unwrap();
        let child = component(&["-"]).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(why), "{said}");
    }
}

#[test]
fn unwritable_file_is_an_error() {
    let world = World::app_service();
    let folder = world.folder().to_str().unwrap();
    for file in [format!("{folder}/missing/app.wasm"), folder.to_owned()] {
        let run = Output::of(&mut component(&[&file]));
        let said = run.usage_error();
        assert!(said.starts_with(&format!("error: {file} can't be written: ")), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    assert!(Output::of(&mut component(&[])).usage_error().contains("FILE"));
}

#[test]
fn compose_plugs_either_build_into_an_app() {
    let world = World::app_service();
    let (app, file) = (apps::readme(), world.folder().join("composed.wasm"));
    let async_app = apps::async_explorer();
    let (app, async_app, to) = (app.to_str().unwrap(), async_app.to_str().unwrap(), file.to_str().unwrap());
    // Which one fits, the app says.
    for (app, option, build) in [
        (app, None, Build::WithoutCertificates),
        (app, Some("--with-certificates"), Build::WithCertificates),
        (async_app, None, Build::P3WithoutCertificates),
        (async_app, Some("--with-certificates"), Build::P3WithCertificates),
    ] {
        let run = Output::of(keyfob("compose", &[app, to]).args(option));
        let written = std::fs::read(&file).unwrap();
        let told = format!("{to}: {} bytes\n", written.len());
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", told.as_str()));
        assert!(ComponentTypes::read(&written).unwrap().imports().all(|name| name.starts_with("wasi:")), "{build:?}");
        assert!(written == compose(&std::fs::read(app).unwrap(), build.bytes()).unwrap().unwrap(), "{build:?}");
    }
    let again = Output::of(&mut keyfob("compose", &[to, "-"]));
    assert_eq!(
        again.usage_error(),
        format!("error: {to} imports neither keyfob:azure nor wasi:config: there is nothing to compose\n")
    );
    let text = world.file("text.wasm", "hello");
    let none = Output::of(&mut keyfob("compose", &[text.to_str().unwrap(), to]));
    assert_eq!(none.usage_error(), format!("error: {} is no WebAssembly binary\n", text.display()));
    let missing = Output::of(&mut keyfob("compose", &["missing.wasm", to]));
    assert!(missing.usage_error().starts_with("error: missing.wasm can't be read: "), "{missing:?}");
}

#[test]
fn wit_writes_the_package_into_a_folder_of_its_own() {
    let world = World::app_service();
    let wit = |folder: &str| Output::of(keyfob("wit", &[folder]).current_dir(world.folder()));
    // The next time it replaces what it wrote.
    for (options, version) in [(&[][..], "0.1.0"), (&[], "0.1.0"), (&["--wasi", "0.3"], "0.2.0")] {
        let run = Output::of(keyfob("wit", &["wit/deps/keyfob-azure"]).args(options).current_dir(world.folder()));
        assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
        assert_eq!(run.stderr, format!("wit/deps/keyfob-azure: 5 files of keyfob:azure@{version}\n"));
        world.file(
            "wit/app.wit",
            &format!("package my:app;\nworld app {{ include keyfob:azure/imports@{version}; }}\n"),
        );
        let mut resolve = wit_parser::Resolve::new();
        let (package, _) = resolve.push_dir(world.folder().join("wit")).unwrap();
        let world_id = resolve.select_world(&[package], Some("app")).unwrap();
        assert_eq!(resolve.worlds[world_id].imports.len(), 4);
    }

    let refused = wit("wit");
    assert!(refused.usage_error().contains("wit/app.wit is of another package: name a folder of its own, such as"));
    assert_eq!(std::fs::read_dir(world.folder().join("wit")).unwrap().count(), 2, "nothing was written");
    let refused = wit("wit/app.wit");
    assert!(refused.usage_error().contains("wit/app.wit can't be read"), "{refused:?}");
}
