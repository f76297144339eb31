//! `keyfob completions`, `keyfob man` and `--help`.

use std::process::Command;

use crate::run::Output;
use crate::world::World;

fn keyfob(arguments: &[&str]) -> Output {
    Output::of(Command::new(env!("CARGO_BIN_EXE_keyfob")).args(arguments).env_clear())
}

/// The verbs that `--help` lists.
fn verbs() -> Vec<String> {
    let help = keyfob(&["--help"]);
    let commands = help.success().lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs = commands.map_while(|line| line.split_whitespace().next()).filter(|verb| *verb != "help");
    let verbs: Vec<String> = verbs.map(str::to_owned).collect();
    assert!(verbs.len() > 8 && verbs.contains(&"get-secret".to_owned()), "{verbs:?}");
    verbs
}

#[test]
fn help_has_no_colours_and_ends_with_examples() {
    for verb in verbs() {
        let help = keyfob(&[&verb, "--help"]);
        assert!(help.success().contains(&format!("\n\nExamples:\n  keyfob {verb}")), "{help:?}");
        assert!(!help.stdout.contains('\x1b'), "{help:?}");
    }
}

#[test]
fn man_page_for_the_command_and_each_verb() {
    let sections = |page: &str| -> Vec<String> {
        page.lines().filter_map(|line| line.strip_prefix(".SH ")).map(|line| line.replace('"', "")).collect()
    };
    let page = keyfob(&["man"]);
    assert_eq!(
        sections(page.success()),
        ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXAMPLES", "NOTES"],
        "{page:?}"
    );
    let title = format!(".TH keyfob 1  \"keyfob {}\" Keyfob\n", env!("CARGO_PKG_VERSION"));
    assert!(page.stdout.contains(&title), "{page:?}");

    for verb in verbs() {
        let listed = format!("\nkeyfob\\-{}(1)\n", verb.replace('-', "\\-"));
        assert!(page.stdout.contains(&listed), "{verb}: {page:?}");
        let page = keyfob(&["man", &verb]);
        assert!(page.success().contains(&format!("\n.TH keyfob-{verb} 1 ")), "{page:?}");
        for section in ["SYNOPSIS", "OPTIONS", "EXAMPLES", "SEE ALSO"] {
            assert!(sections(&page.stdout).iter().any(|it| it == section), "{section}: {page:?}");
        }
    }

    let page = keyfob(&["man", "get-secret"]);
    assert!(page.success().contains("\n\\fBkeyfob get\\-secret\\fR [OPTIONS] <NAME>...\n"), "{page:?}");
    assert!(page.success().contains("\n.SH NETWORK\n"), "{page:?}");
}

#[test]
fn man_dir_writes_all_pages() {
    let world = World::app_service();
    let folder = world.folder().join("share/man1");
    let run = keyfob(&["man", "--dir", folder.to_str().unwrap()]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
    assert_eq!(run.stderr, format!("{}: {} pages\n", folder.display(), verbs().len() + 1));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), verbs().len() + 1);
    let written = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    assert_eq!(written("keyfob.1"), keyfob(&["man"]).stdout);
    assert_eq!(written("keyfob-dev-identity.1"), keyfob(&["man", "dev-identity"]).stdout);

    let file = world.file("a-file", "");
    let run = keyfob(&["man", "--dir", file.to_str().unwrap()]);
    assert!(run.usage_error().starts_with(&format!("error: --dir {}: ", file.display())), "{run:?}");
}

#[test]
fn unknown_man_page_is_a_usage_error() {
    let run = keyfob(&["man", "get-secrets"]);
    let known = verbs().join(", ");
    assert_eq!(run.usage_error(), format!("error: there is no page for get-secrets; there are pages for {known}\n"));
    assert!(keyfob(&["man", "run", "--dir", "x"]).usage_error().contains("cannot be used with"));
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = keyfob(&["completions", shell]);
        for word in verbs().iter().map(String::as_str).chain(["vault-url"]) {
            assert!(script.success().contains(word), "{shell}: {word}");
        }
    }
    assert!(keyfob(&["completions", "tcsh"]).usage_error().contains("possible values: bash, elvish, fish"));
    assert!(keyfob(&["completions"]).usage_error().contains("SHELL"));
}

/// Runs the completion in bash.
#[cfg(unix)]
#[test]
fn bash_completion_works() {
    let completed = |words: &[&str]| {
        let script = r#"
            source <("$0" completions bash)
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            handler=$(complete -p keyfob | grep -o '_keyfob')
            $handler keyfob "${@: -1}" "${@: -2:1}"
            printf '%s\n' "${COMPREPLY[@]}"
        "#;
        let keyfob = env!("CARGO_BIN_EXE_keyfob");
        let run = Output::of(Command::new("bash").args(["--norc", "-c", script, keyfob, "keyfob"]).args(words));
        run.success().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(completed(&["get-"]), ["get-secret", "get-token"]);
    assert_eq!(completed(&["get-secret", "--vault"]), ["--vault-url"]);
    assert_eq!(completed(&["get-token", "--credential", "w"]), ["workload-identity"]);
}
