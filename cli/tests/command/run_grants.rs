//! What `keyfob run` gives to the app, and what to Keyfob in it alone.

use std::path::PathBuf;
use std::process::Command;

use crate::apps;
use crate::run::{Output, Run};
use crate::world::{CLIENT_SECRET, FEDERATED, IMDS, POD, TENANT, USER, VALUE, VAULT, World};

fn explorer<'w>(world: &'w World, words: &[&str]) -> Run<'w> {
    world.keyfob(&["run", apps::explorer().to_str().unwrap()]).app_args(words)
}

fn secret() -> String {
    format!("secret={VAULT}")
}

fn read() -> String {
    format!("secret {} characters\n", VALUE.len())
}

#[test]
fn identity_and_vault_are_keyfobs_alone() {
    let world = World::app_service();
    let (vault, imds) = (format!("get={VAULT}/"), format!("get=http://{IMDS}/"));
    let hosts = [&*vault, &*imds, "get=http://169.254.130.4:8081/", "get=https://login.microsoftonline.com/"];
    let secret = secret();
    let words = [&["preopens"][..], &hosts, &[&*secret]].concat();
    let run = explorer(&world, &words).platform().env("AZURE_CLIENT_ID", USER).env("KEYVAULT_URL", VAULT).output();
    let denied = "get ErrorCode::HttpRequestDenied\n".repeat(4);
    assert_eq!((run.status, run.stdout), (0, format!("preopens []\n{denied}{}", read())));
    // Keyfob's two requests, and none of the app's.
    assert_eq!(world.requests().len(), 2, "{:?}", world.requests());
    assert_eq!(run.stderr.matches("hint: a request of the app to ").count(), 4, "{}", run.stderr);

    // The app gets what an option names, and then Keyfob has it too.
    let run = explorer(&world, &[&vault, &secret]).platform().env("AZURE_CLIENT_ID", USER);
    let run = run.args(&["--allow-host", "story-kv.vault.azure.net"]).output();
    assert_eq!(run.success(), format!("get 401\n{}", read()).trim_end());
}

/// A token file, and the variables of workload identity with it.
fn workload_identity(world: &World) -> (PathBuf, String) {
    let token = world.file("tokens/token", FEDERATED);
    world.file("tokens/other", "not for the app");
    let file = token.display();
    let variables = format!(
        "AZURE_FEDERATED_TOKEN_FILE={file}\nAZURE_TENANT_ID={TENANT}\nAZURE_CLIENT_ID={POD}\nKEYVAULT_URL={VAULT}\n"
    );
    (token, variables)
}

#[test]
fn token_folder_is_keyfobs_alone() {
    let world = World::on("aks", "");
    let (token, variables) = workload_identity(&world);
    let folder = token.parent().unwrap().display().to_string();
    let look = [format!("read={folder}/token"), format!("read={folder}/other"), secret()];
    let words: Vec<&str> = ["preopens"].into_iter().chain(look.iter().map(String::as_str)).collect();
    let given = variables.lines().fold(explorer(&world, &words), |run, line| run.args(&["--env", line]));
    let nothing = format!("preopens []\nread nothing\nread nothing\n{}", read());
    assert_eq!(given.output().success(), nothing.trim_end());
    let file = world.file(".env", &variables);
    let trusted = explorer(&world, &words).path("--env-file", &file).args(&["--trust-env-file"]).output();
    assert_eq!(trusted.success(), nothing.trim_end());

    // With --dir the app has it as well, and Keyfob needs no other word for the folder.
    let file = world.file(".env", variables.split_once("KEYVAULT_URL").unwrap().0);
    let run = explorer(&world, &words).path("--env-file", &file).env("KEYVAULT_URL", VAULT).args(&["--dir", &folder]);
    let all = format!("preopens [{folder:?}]\nread {} characters\nread 15 characters\n{}", FEDERATED.len(), read());
    assert_eq!(run.output().success(), all.trim_end());
}

#[test]
fn hosts_and_folders_that_only_a_file_names_need_a_yes() {
    let world = World::on("aks", "");
    let (token, variables) = workload_identity(&world);
    let folder = token.parent().unwrap().canonicalize().unwrap();
    let file = world.file(".env", &variables);
    let named = |what: &str, variable: &str| format!("only --env-file {} names {what} (by {variable})", file.display());
    let folder = named(&format!("the folder {}", folder.display()), "AZURE_FEDERATED_TOKEN_FILE");
    let host = named("the host story-kv.vault.azure.net:443", "KEYVAULT_URL");
    let ways = "to allow this, add --trust-env-file, or name each with --env NAME=VALUE";
    let run = |options: &[&str]| explorer(&world, &[&secret()]).path("--env-file", &file).args(options).output();
    assert_eq!(run(&[]).usage_error(), format!("error: {folder}; {host}: {ways}\n"));
    assert!(world.requests().is_empty());

    // What an option names too is not asked for.
    assert_eq!(
        run(&["--allow-host", "story-kv.vault.azure.net:443"]).usage_error(),
        format!("error: {folder}: {ways}\n")
    );
    assert_eq!(run(&["--env", &format!("KEYVAULT_URL={VAULT}")]).usage_error(), format!("error: {folder}: {ways}\n"));
    assert_eq!(
        run(&["--env", &format!("AZURE_FEDERATED_TOKEN_FILE={}", token.display())]).usage_error(),
        format!("error: {host}: {ways}\n")
    );
    assert_eq!(run(&["--trust-env-file"]).success(), read().trim_end());

    // A run without Keyfob gives no such grants, and get-secret needs no word: the app is Keyfob alone.
    let probe = world.keyfob(&["run", apps::probe().to_str().unwrap()]).app_args(&["read", token.to_str().unwrap()]);
    assert!(probe.path("--env-file", &file).output().success().starts_with("error: "));
    let alone = world.keyfob(&["get-secret", "secret-a"]).path("--env-file", &file).output();
    assert_eq!(alone.value(), VALUE);
    let run = explorer(&world, &["preopens"]).args(&["--trust-env-file"]).output();
    assert!(run.usage_error().contains("--env-file"), "{run:?}");
}

#[test]
fn every_variable_of_a_file_that_names_a_host() {
    let world = World::app_service();
    for (variable, value, host) in [
        ("KEYVAULT_URL", "https://evil.example/", "evil.example:443"),
        ("KEYFOB_CONFIG_A", "https://evil.example/secrets/a", "evil.example:443"),
        ("KEYFOB_CONFIG_A", "@Microsoft.KeyVault(VaultName=evil;SecretName=a)", "evil.vault.azure.net:443"),
        ("AZURE_AUTHORITY_HOST", "evil.example", "evil.example:443"),
        ("IDENTITY_ENDPOINT", "http://10.0.0.1/token", "10.0.0.1:80"),
        ("IMDS_ENDPOINT", "http://10.0.0.1", "10.0.0.1:80"),
        ("MSI_ENDPOINT", "http://10.0.0.1:1/token", "10.0.0.1:1"),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://10.0.0.1", "10.0.0.1:80"),
    ] {
        let file = world.file(".env", &format!("{variable}='{value}'\n"));
        let run = explorer(&world, &["preopens"]).path("--env-file", &file);
        let run = run.output();
        let named = format!("names the host {host} (by {variable})");
        assert!(run.usage_error().contains(&named), "{variable}: {run:?}");
        let run = explorer(&world, &["preopens"]).path("--env-file", &file).args(&["--trust-env-file"]).output();
        assert_eq!(run.success(), "preopens []", "{variable}");
    }
    // These name no other host than Keyfob has anyway.
    let file = world.file(
        ".env",
        "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://169.254.169.254\nAZURE_CLIENT_ID=x\nOTHER=https://evil.example\n",
    );
    assert_eq!(explorer(&world, &["preopens"]).path("--env-file", &file).output().success(), "preopens []");
}

#[test]
fn certificate_folder_of_a_file_needs_a_yes() {
    let world = World::app_service();
    world.file("keys/cert.pem", "no certificate");
    let file = world.file(".env", "AZURE_CLIENT_CERTIFICATE_PATH=keys/cert.pem\n");
    let run = explorer(&world, &["preopens"]).path("--env-file", &file).output();
    let folder = world.folder().join("keys").canonicalize().unwrap();
    let named = format!("names the folder {} (by AZURE_CLIENT_CERTIFICATE_PATH): ", folder.display());
    assert!(run.usage_error().contains(&named), "{run:?}");
}

/// The run on a terminal of its own, where the user types this.
#[cfg(target_os = "linux")]
fn on_a_terminal(run: &Run<'_>, typed: &str) -> Output {
    let command = run.command();
    let quote = |word: &std::ffi::OsStr| format!("'{}'", word.to_str().unwrap().replace('\'', "'\\''"));
    let words: Vec<String> = [command.get_program()].into_iter().chain(command.get_args()).map(quote).collect();
    let piped = std::process::Stdio::piped;
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &words.join(" "), "/dev/null"]);
    script.env("SHELL", "/bin/sh").current_dir(command.get_current_dir().unwrap());
    let mut child = script.stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), typed.as_bytes()).unwrap();
    Output::from(child.wait_with_output().unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn yes_on_a_terminal_allows_the_file_for_this_run() {
    let world = World::on("aks", "");
    let (_, variables) = workload_identity(&world);
    let file = world.file(".env", &variables);
    let run = explorer(&world, &[&secret()]).path("--env-file", &file);
    let yes = on_a_terminal(&run, "y\n");
    let question = "Allow this to Keyfob for this run? [y/N] ";
    assert!(yes.stdout.contains("(by KEYVAULT_URL)") && yes.stdout.contains(question), "{yes:?}");
    assert!(yes.stdout.contains(read().trim_end()) && yes.status == 0, "{yes:?}");
    let asked = world.requests().len();
    for typed in ["n\n", "\n", "yesterday\n"] {
        let no = on_a_terminal(&run, typed);
        assert!(no.stdout.contains(question) && no.stdout.contains("--trust-env-file"), "{no:?}");
        assert_eq!(no.status, 2, "{no:?}");
    }
    assert_eq!(world.requests().len(), asked);
}

#[test]
fn fake_azures_identity_is_keyfobs_alone() {
    let world = World::app_service();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyfob"));
    let app = apps::explorer();
    command.args(["run", app.to_str().unwrap(), "--fake-example", "app-service"]).env_clear();
    command.args(["--env", "AZURE_CLIENT_ID=5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08"]).current_dir(world.folder());
    // The file's vault needs no word: every request goes to the fake Azure.
    let file = world.file(".env", "KEYVAULT_URL=https://other.vault.azure.net\nOWN=1\n");
    command.arg("--env-file").arg(file);
    command.args(["--", "environment", "preopens", "secret=https://my-vault.vault.azure.net"]);
    let run = Output::of(&mut command);
    let expected = "environment [\"AZURE_CLIENT_ID=5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08\", \
                    \"KEYVAULT_URL=https://my-vault.vault.azure.net\", \"OWN=1\"]\n\
                    preopens []\nsecret 21 characters";
    assert_eq!(run.success(), expected);
}

#[test]
fn environment_is_empty_unless_inherited() {
    let world = World::app_service();
    let run = || {
        let run = explorer(&world, &["environment"]).caller_env("KEYVAULT_URL", VAULT).caller_env("OTHER", "value");
        run.caller_env("AZURE_CLIENT_SECRET", CLIENT_SECRET).caller_env("AZURE_CLIENT_ID", "")
    };
    let hint = "hint: the app and Keyfob do not get AZURE_CLIENT_SECRET, KEYVAULT_URL of this environment; to give them: \
                `--env NAME=VALUE` for one, `--inherit-env` for all\n";
    let empty = run().output();
    assert_eq!((empty.status, empty.stdout.as_str(), empty.stderr.as_str()), (0, "environment []\n", hint));
    // Neither does Keyfob: the platform's variables of the caller are not used.
    let mut unseen = explorer(&world, &[&secret()]).env("KEYVAULT_URL", VAULT).env("AZURE_CLIENT_ID", USER);
    for (name, value) in world.fake.environment() {
        unseen = unseen.caller_env(&name, &value);
    }
    let unseen = unseen.output();
    assert!(unseen.stdout.starts_with("secret ErrorKind::CredentialUnavailable: "), "{unseen:?}");
    assert!(unseen.stderr.contains("do not get IDENTITY_ENDPOINT, IDENTITY_HEADER of this environment"), "{unseen:?}");
    assert!(world.requests().is_empty());

    // With --clean-env this is meant.
    assert_eq!(run().args(&["--clean-env"]).output().success(), "environment []");
    // What an option sets, if only to nothing, is not left out; an app without Keyfob needs none of it.
    let set = run().args(&["--env", "AZURE_CLIENT_SECRET=", "--env", "KEYVAULT_URL=x"]).output();
    assert_eq!(set.success(), "environment [\"AZURE_CLIENT_SECRET=\", \"KEYVAULT_URL=x\"]");
    let probe = world.keyfob(&["run", apps::probe().to_str().unwrap()]).app_args(&["arguments"]);
    probe.caller_env("KEYVAULT_URL", VAULT).output().success();

    // The app prints a secret here, so the output is not searched.
    let all = Output::of(&mut run().inherit_env().command());
    let expected = format!(
        "environment [\"AZURE_CLIENT_ID=\", \"AZURE_CLIENT_SECRET={CLIENT_SECRET}\", \"KEYVAULT_URL={VAULT}\", \"OTHER=value\"]"
    );
    assert_eq!(all.success(), expected);
    let both = run().inherit_env().args(&["--clean-env"]).output();
    assert!(both.usage_error().contains("cannot be used with"), "{both:?}");
}

#[test]
fn inherited_identity_is_used() {
    let world = World::app_service();
    let mut run = explorer(&world, &[&secret()]).inherit_env().caller_env("KEYVAULT_URL", VAULT);
    for (name, value) in world.fake.environment() {
        run = run.caller_env(&name, &value);
    }
    assert_eq!(run.caller_env("AZURE_CLIENT_ID", USER).output().success(), read().trim_end());
}

#[test]
fn help_of_run_names_every_rule() {
    let world = World::app_service();
    let help = world.keyfob(&["run", "--help"]).output();
    for option in [
        "--inherit-env",
        "--trust-env-file",
        "--dev-scope",
        "--clean-env",
        "--allow-host",
        "The app itself can use none",
    ] {
        assert!(help.success().contains(option), "{option}");
    }
}
