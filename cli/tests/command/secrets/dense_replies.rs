//! The densest replies that the limits of size allow, over sockets and under the memory limits of SECURITY.md: each ends in
//! the component's error, and in no trap. `tests/cases/memory` plays more of them without sockets.

use super::{TEAM, team, world};

/// The body of a reply, and what is repeated in it.
type Reply = (&'static str, &'static str);

/// Tags without end.
const TAGS: Reply =
    (r#"{"value":"v","id":"https://team-kv.vault.azure.net/secrets/a/1","tags":{@fill"":""}}"#, r#""":"","#);
/// A list of the smallest objects.
const OBJECTS: Reply = (r#"{"value":[@fill{}]}"#, "{},");
/// A list of numbers.
const NUMBERS: Reply = (r#"{"value":[@fill1]}"#, "1,");
/// Text that is no backup.
const LETTERS: Reply = (r#"{"value":"@fill"}"#, "é");

/// A call of the command, and a reply to it.
struct Dense {
    arguments: &'static [&'static str],
    /// In MiB.
    memory: &'static str,
    /// The beginning of the URL that the reply is for.
    url: &'static str,
    /// The largest reply, in bytes.
    size: usize,
    reply: Reply,
}

const DENSE: [Dense; 12] = [
    Dense {
        arguments: &["get-secret", "a"],
        memory: "6",
        url: "https://team-kv.vault.azure.net/secrets/a",
        size: 262_144,
        reply: TAGS,
    },
    Dense {
        arguments: &["set-secret", "a"],
        memory: "6",
        url: "https://team-kv.vault.azure.net/secrets/a",
        size: 262_144,
        reply: TAGS,
    },
    Dense {
        arguments: &["delete-secret", "a"],
        memory: "6",
        url: "https://team-kv.vault.azure.net/secrets/a",
        size: 262_144,
        reply: TAGS,
    },
    Dense {
        arguments: &["recover-secret", "a"],
        memory: "6",
        url: "https://team-kv.vault.azure.net/deletedsecrets/a/recover",
        size: 262_144,
        reply: TAGS,
    },
    Dense {
        arguments: &["purge-secret", "a"],
        memory: "6",
        url: "https://team-kv.vault.azure.net/deletedsecrets/a",
        size: 262_144,
        reply: TAGS,
    },
    Dense {
        arguments: &["list-secrets"],
        memory: "6",
        url: "https://team-kv.vault.azure.net/secrets",
        size: 1_048_576,
        reply: OBJECTS,
    },
    Dense {
        arguments: &["list-secrets", "--deleted"],
        memory: "6",
        url: "https://team-kv.vault.azure.net/deletedsecrets",
        size: 1_048_576,
        reply: OBJECTS,
    },
    Dense {
        arguments: &["list-versions", "a"],
        memory: "6",
        url: "https://team-kv.vault.azure.net/secrets/a/versions",
        size: 1_048_576,
        reply: NUMBERS,
    },
    Dense {
        arguments: &["list-versions", "a"],
        memory: "6",
        url: "http://169.254.130.4:8081/msi/token",
        size: 65_536,
        reply: NUMBERS,
    },
    Dense {
        arguments: &["backup-secret", "a"],
        memory: "12",
        url: "https://team-kv.vault.azure.net/secrets/a/backup",
        size: 4_194_304,
        reply: NUMBERS,
    },
    Dense {
        arguments: &["backup-secret", "a"],
        memory: "12",
        url: "https://team-kv.vault.azure.net/secrets/a/backup",
        size: 4_194_304,
        reply: LETTERS,
    },
    Dense {
        arguments: &["restore-secret"],
        memory: "12",
        url: "https://team-kv.vault.azure.net/secrets/restore",
        size: 262_144,
        reply: TAGS,
    },
];

#[test]
fn the_densest_replies_end_in_the_components_error() {
    for Dense { arguments, memory, url, size, reply: (body, fill) } in DENSE {
        let fault =
            format!("[[fault]]\nurl = '{url}'\nbody-size = {size}\nstatus = 200\nbody = '{body}'\nfill = '{fill}'\n");
        let world = world(&fault);
        let run = team(&world, arguments).caller_env("KEYFOB_MAX_MEMORY_MIB", memory).stdin(vec![b'x'; 25_000]);
        let error = run.json().output().error();
        assert_eq!(error["kind"], "unexpected-reply", "{arguments:?} {error}");
    }
}

#[test]
fn too_little_memory_ends_the_command_with_an_error() {
    let page = format!(
        "[[fault]]\nurl = '{TEAM}/secrets'\nbody-size = 1048576\nbody = '{}'\nfill = '{}'\n",
        OBJECTS.0, OBJECTS.1
    );
    let world = world(&page);
    let run = team(&world, &["list-secrets"]).caller_env("KEYFOB_MAX_MEMORY_MIB", "2").output();
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("it needs more memory than its limit of 2 MiB"), "{run:?}");
    for wrong in ["1", "4097", "64MiB", "-1"] {
        let run = team(&world, &["list-secrets"]).caller_env("KEYFOB_MAX_MEMORY_MIB", wrong).output();
        assert!(run.usage_error().contains("KEYFOB_MAX_MEMORY_MIB is not a number of MiB from 2 to 4096"), "{run:?}");
    }
}
