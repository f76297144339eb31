//! Backups, and where they can be restored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

use super::super::super::Fake;
use super::super::super::testing::{NOW, fake};
use super::super::super::token::issue;
use super::{call, call_at, code, url};

fn world() -> Fake {
    let roles = "roles = { o = 'Key Vault Secrets Officer' }";
    fake(&format!(
        "[[identity]]\nname = 'o'\nkind = 'user-assigned'\n\
         [[vault]]\nurl = 'https://story-kv.vault.azure.net'\n{roles}\n\
         [[vault.secret]]\nname = 'Secret-A'\nvalue = 'canary-1'\nversion = '{:032x}'\n\
         [[vault.secret]]\nname = 'secret-a'\nvalue = 'canary-2'\nversion = '{:032x}'\nenabled = false\nexp = 7\n\
         [[vault]]\nurl = 'https://other-kv.vault.azure.net'\n{roles}\n\
         [[vault]]\nurl = 'https://far-kv.vault.azure.cn'\n{roles}\nresource = 'https://vault.azure.net'\n",
        1, 2
    ))
}

fn backup(fake: &Fake) -> String {
    let (status, told) = call(fake, "o", "POST", "/secrets/secret-a/backup", None);
    assert_eq!((status, told.as_object().unwrap().len()), (200, 1));
    told["value"].as_str().unwrap().to_owned()
}

fn restore(fake: &Fake, host: &str, blob: &str) -> (u16, Value) {
    let url = format!("https://{host}/secrets/restore?api-version=7.4");
    call_at(fake, NOW + 9, "o", "POST", &url, Some(&json!({"value": blob})))
}

#[test]
fn all_versions_come_back_in_another_vault_too() {
    let fake = world();
    let blob = backup(&fake);
    let bytes = BASE64URL.decode(&blob).unwrap();
    assert!(bytes.starts_with(b")AzureKeyVaultSecretBackupV1.microsoft.com"));
    assert!(!String::from_utf8_lossy(&bytes).contains("canary"));
    assert_ne!(blob, backup(&fake));

    let (status, told) = restore(&fake, "other-kv.vault.azure.net", &blob);
    let id = format!("https://other-kv.vault.azure.net/secrets/Secret-A/{:032x}", 2);
    assert_eq!((status, &told["id"], &told["value"]), (200, &json!(id), &Value::Null));
    let attributes = &told["attributes"];
    assert_eq!(
        (&attributes["enabled"], &attributes["exp"], &attributes["created"]),
        (&json!(false), &json!(7), &json!(1_767_225_600))
    );
    let old = format!("https://other-kv.vault.azure.net/secrets/secret-a/{:032x}", 1);
    assert_eq!(call(&fake, "o", "GET", &old, None).1["value"], "canary-1");
}

#[test]
fn a_name_that_is_there_or_deleted_is_not_free() {
    let fake = world();
    let blob = backup(&fake);
    let (status, told) = restore(&fake, "story-kv.vault.azure.net", &blob);
    let id = url(&format!("/secrets/Secret-A/{:032x}", 2));
    let message = format!("Conflict while restoring secret {id} - secret already exists or concurrent access");
    assert_eq!((status, told), (409, json!({"error": {"code": "Conflict", "message": message}})));
    call(&fake, "o", "DELETE", "/secrets/secret-a", None);
    let (status, told) = restore(&fake, "story-kv.vault.azure.net", &blob);
    assert_eq!((status, code(&told)), (409, "ObjectIsDeletedButRecoverable"));
    call(&fake, "o", "DELETE", "/deletedsecrets/secret-a", None);
    assert_eq!(restore(&fake, "story-kv.vault.azure.net", &blob).0, 200);
}

#[test]
fn neither_altered_nor_far_away() {
    let fake = world();
    let blob = backup(&fake);
    let bytes = BASE64URL.decode(&blob).unwrap();
    let altered = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        BASE64URL.encode(bytes)
    };
    let invalid = "Backup blob contains invalid or corrupt version.";
    let closed = "Cannot decrypt backup blob";
    let cut = BASE64URL.encode(&bytes[..bytes.len() - 1]);
    for (host, blob, message) in [
        ("other-kv.vault.azure.net", altered(3), invalid),
        ("other-kv.vault.azure.net", altered(43), closed),
        ("other-kv.vault.azure.net", altered(60), closed),
        ("other-kv.vault.azure.net", altered(bytes.len() - 1), closed),
        ("other-kv.vault.azure.net", cut, closed),
        ("other-kv.vault.azure.net", "AAAA".repeat(100), invalid),
        ("other-kv.vault.azure.net", "not base64".to_owned(), invalid),
        ("other-kv.vault.azure.net", String::new(), invalid),
        ("far-kv.vault.azure.cn", blob.clone(), closed),
    ] {
        let (status, told) = restore(&fake, host, &blob);
        let expected = json!({"error": {"code": "Malformed backup blob", "message": message}});
        assert_eq!((status, told), (400, expected), "{host}");
    }
    // Padding is no alteration.
    assert_eq!(restore(&fake, "other-kv.vault.azure.net", &format!("{blob}==")).0, 200);
    // The same description anew is the same subscription.
    let again = world();
    issue(&again, &again.description.identities[0], &again.description.tenant, "https://vault.azure.net", NOW, 1);
    assert_eq!(restore(&again, "other-kv.vault.azure.net", &blob).0, 200);
}
