//! A secret's life after its deletion.

use serde_json::json;

use super::super::super::Fake;
use super::super::super::testing::{NOW, fake};
use super::{call, call_at, code, url};

fn world(options: &str) -> Fake {
    fake(&format!(
        "[[identity]]\nname = 'o'\nkind = 'user-assigned'\n[[vault]]\nurl = 'https://story-kv.vault.azure.net'\n\
         roles = {{ o = 'Key Vault Secrets Officer' }}\n{options}\n\
         [[vault.secret]]\nname = 'Secret-A'\nvalue = 'canary-1'\nversion = '{:032x}'\n\
         [[vault.secret]]\nname = 'secret-a'\nvalue = 'canary-2'\nversion = '{:032x}'\ncontent-type = 'x/y'\n",
        1, 2
    ))
}

/// Asks each in turn, some seconds after the beginning, and compares status and code.
fn play(fake: &Fake, steps: &[(u64, &str, &str, u16, &str)]) {
    for (after, method, path, status, expected) in steps {
        let body = (*method == "PUT" || *method == "PATCH").then(|| match *method {
            "PUT" => json!({"value": "canary-3"}),
            _ => json!({"tags": {}}),
        });
        let (got, told) = call_at(fake, NOW + after, "o", method, path, body.as_ref());
        assert_eq!((got, code(&told)), (*status, *expected), "after {after} {method} {path}: {told}");
    }
}

const A: &str = "/secrets/secret-a";
const DELETED: &str = "/deletedsecrets/secret-a";
const RECOVER: &str = "/deletedsecrets/secret-a/recover";

#[test]
fn a_deleted_secret_has_no_value_and_keeps_its_name() {
    let fake = world("");
    let (status, told) = call(&fake, "o", "DELETE", A, None);
    let bundle = json!({
        "id": url(&format!("/secrets/Secret-A/{:032x}", 2)),
        "recoveryId": url("/deletedsecrets/Secret-A"),
        "deletedDate": NOW,
        "scheduledPurgeDate": NOW + 90 * 86_400,
        "contentType": "x/y",
        "attributes": {
            "enabled": true, "created": 1_767_225_600, "updated": 1_767_225_600,
            "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90,
        },
    });
    assert_eq!((status, &told), (200, &bundle));
    assert_eq!(call_at(&fake, NOW + 9, "o", "GET", "/deletedsecrets/SECRET-A", None), (200, bundle));
    play(
        &fake,
        &[
            (1, "GET", A, 404, "SecretNotFound"),
            (1, "PATCH", A, 404, "SecretNotFound"),
            (1, "DELETE", A, 404, "SecretNotFound"),
            (1, "POST", "/secrets/secret-a/backup", 404, "SecretNotFound"),
            (1, "PUT", A, 409, "ObjectIsDeletedButRecoverable"),
            (1, "POST", RECOVER, 200, ""),
            (1, "POST", RECOVER, 404, "SecretNotFound"),
            (1, "GET", DELETED, 404, "SecretNotFound"),
            (1, "DELETE", DELETED, 404, "SecretNotFound"),
            (1, "GET", "/secrets/secret-a/00000000000000000000000000000001", 200, ""),
            (1, "PUT", A, 200, ""),
            (2, "DELETE", A, 200, ""),
            (2, "DELETE", DELETED, 204, ""),
            (2, "DELETE", DELETED, 404, "SecretNotFound"),
            (2, "POST", RECOVER, 404, "SecretNotFound"),
            (2, "PUT", A, 200, ""),
            // Nothing of the purged one is left.
            (2, "GET", "/secrets/secret-a/00000000000000000000000000000001", 404, "SecretNotFound"),
        ],
    );
    // Not even how it was written.
    let (_, told) = call(&fake, "o", "GET", A, None);
    assert!(told["id"].as_str().unwrap().contains("/secrets/secret-a/"), "{told}");
}

#[test]
fn in_transition_it_is_neither_active_nor_deleted() {
    play(
        &world("deleting-seconds = 10\nrecovering-seconds = 5"),
        &[
            (0, "DELETE", A, 200, ""),
            (9, "GET", A, 404, "SecretNotFound"),
            (9, "GET", DELETED, 404, "SecretNotFound"),
            (9, "PUT", A, 409, "ObjectIsBeingDeleted"),
            (9, "PATCH", A, 409, "ObjectIsBeingDeleted"),
            (9, "DELETE", DELETED, 409, "ObjectIsBeingDeleted"),
            (9, "POST", RECOVER, 409, "ObjectIsBeingDeleted"),
            (10, "PUT", A, 409, "ObjectIsDeletedButRecoverable"),
            (10, "GET", DELETED, 200, ""),
            (10, "POST", RECOVER, 200, ""),
            (14, "GET", A, 404, "SecretNotFound"),
            (14, "GET", DELETED, 404, "SecretNotFound"),
            (14, "PUT", A, 409, "ObjectIsBeingRecovered"),
            (14, "DELETE", A, 409, "ObjectIsBeingRecovered"),
            (15, "GET", A, 200, ""),
        ],
    );
}

#[test]
fn time_purges_and_protection_leaves_it_to_time() {
    const DAY: u64 = 86_400;
    for (options, level) in [
        ("", "Recoverable+Purgeable"),
        ("purge-protection = true", "Recoverable"),
        ("recoverable-days = 89", "CustomizedRecoverable+Purgeable"),
        ("recoverable-days = 7\npurge-protection = true", "CustomizedRecoverable"),
    ] {
        let (_, told) = call(&world(options), "o", "GET", A, None);
        assert_eq!(told["attributes"]["recoveryLevel"], level);
    }
    let fake = world("recoverable-days = 7\npurge-protection = true");
    play(
        &fake,
        &[
            (0, "DELETE", A, 200, ""),
            (7 * DAY - 1, "DELETE", DELETED, 403, "Forbidden"),
            (7 * DAY - 1, "GET", DELETED, 200, ""),
            (7 * DAY, "GET", DELETED, 404, "SecretNotFound"),
            (7 * DAY, "PUT", A, 200, ""),
        ],
    );
    call(&fake, "o", "DELETE", A, None);
    let (_, told) = call(&fake, "o", "DELETE", DELETED, None);
    let message = told["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("Operation \"purge\" is not allowed because purge protection is enabled"), "{message}");
    assert!(message.ends_with("passed.\r\nVault: story-kv;location=westeurope"), "{message}");
}
