//! The densest replies that the limits of size allow, over sockets: each ends in the component's error, and in no trap.
//! `tests/cases/memory` plays them under the memory limit of SECURITY.md; the command limits an instance to 256 MiB.

use super::{team, world};

/// Arguments, the beginning of the URL's path, the largest reply in bytes, the body, and what is repeated in it.
const DENSE: [(&[&str], &str, usize, &str, &str); 4] = [
    (&["get-secret", "a"], "/secrets/a", 262_144, r#"{"value":"v","tags":{@fill"":""}}"#, r#""":"","#),
    (&["list-secrets"], "/secrets", 1_048_576, r#"{"value":[@fill{}]}"#, "{},"),
    (&["list-versions", "a"], "/secrets/a/versions", 1_048_576, r#"{"value":[@fill1]}"#, "1,"),
    (&["backup-secret", "a"], "/secrets/a/backup", 4_194_304, r#"{"value":[@fill1]}"#, "1,"),
];

#[test]
fn the_densest_replies_end_in_the_components_error() {
    for (arguments, path, size, body, fill) in DENSE {
        let fault = format!(
            "[[fault]]\nurl = 'https://team-kv.vault.azure.net{path}'\nbody-size = {size}\nbody = '{body}'\nfill = '{fill}'\n"
        );
        let error = team(&world(&fault), arguments).json().output().error();
        assert_eq!(error["kind"], "unexpected-reply", "{error}");
    }
}
