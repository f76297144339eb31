//! Who may do what, and from where.

use serde_json::json;

use super::super::super::Fake;
use super::super::super::testing::{NOW, fake, get};
use super::super::super::token::issue;
use super::{call, code, url};
use crate::wire::Service;

/// A vault whose only secret is there or, for some operations, deleted.
fn world(who: &str) -> Fake {
    fake(&format!(
        "[[identity]]\nname = 'o'\nkind = 'user-assigned'\n[[identity]]\nname = 'x'\nkind = 'user-assigned'\n\
         [[vault]]\nurl = 'https://story-kv.vault.azure.net'\n{who}\n[[vault.secret]]\nname = 'a'\nvalue = 'canary'\n"
    ))
}

/// Every operation: method, path, and a body where it has one.
const OPERATIONS: [(&str, &str, &str, &str); 12] = [
    ("get", "GET", "/secrets/a", ""),
    ("set", "PUT", "/secrets/a", r#"{"value": "x"}"#),
    ("update", "PATCH", "/secrets/a", "{}"),
    ("list", "GET", "/secrets", ""),
    ("versions", "GET", "/secrets/a/versions", ""),
    ("delete", "DELETE", "/secrets/a", ""),
    ("get deleted", "GET", "/deletedsecrets/a", ""),
    ("list deleted", "GET", "/deletedsecrets", ""),
    ("recover", "POST", "/deletedsecrets/a/recover", ""),
    ("purge", "DELETE", "/deletedsecrets/a", ""),
    ("backup", "POST", "/secrets/a/backup", ""),
    ("restore", "POST", "/secrets/restore", r#"{"value": ""}"#),
];

/// The operations that are not forbidden, whatever their response.
fn allowed(who: &str) -> String {
    let mut names = Vec::new();
    for (name, method, path, body) in OPERATIONS {
        let body = serde_json::from_str(body).ok();
        let (status, told) = call(&world(who), "x", method, path, body.as_ref());
        assert!(
            status != 403 || ["ForbiddenByRbac", "ForbiddenByPolicy", "AccessDenied"].contains(&code(&told)),
            "{told}"
        );
        if status != 403 {
            names.push(name);
        }
    }
    names.join(", ")
}

#[test]
fn roles_and_policies() {
    let all = OPERATIONS.map(|(name, ..)| name).join(", ");
    let role = |role: &str| format!("roles = {{ x = '{role}' }}");
    let metadata = "list, versions, get deleted, list deleted";
    for (who, expected) in [
        (role("Key Vault Administrator"), all.as_str()),
        (role("Key Vault Secrets Officer"), &all),
        (role("Key Vault Secrets User"), &format!("get, {metadata}")),
        (role("Key Vault Reader"), metadata),
        (role("Key Vault Purge Operator"), ""),
        ("roles = { o = 'Key Vault Administrator' }".to_owned(), ""),
        ("policies = { x = ['get'] }".to_owned(), "get, get deleted"),
        ("policies = { x = ['list'] }".to_owned(), "list, versions, list deleted"),
        ("policies = { x = ['set', 'purge'] }".to_owned(), "set, update, purge"),
        ("policies = { x = ['delete', 'recover'] }".to_owned(), "delete, recover"),
        ("policies = { x = ['backup', 'restore'] }".to_owned(), "backup, restore"),
        ("policies = { x = ['all'] }".to_owned(), &all),
        ("policies = { x = [] }".to_owned(), ""),
        ("policies = { o = ['all'] }".to_owned(), ""),
    ] {
        assert_eq!(allowed(&who), expected, "{who}");
    }
}

#[test]
fn errors_name_the_missing_permission() {
    let claims = |fake: &Fake| {
        let identity = &fake.description.identities[1];
        let (app, oid, tenant) = (&identity.client_id, &identity.object_id, &fake.description.tenant);
        format!("appid={app};oid={oid};iss=https://sts.windows.net/{tenant}/")
    };
    for (who, method, path, inner, message) in [
        (
            "policies = { x = ['list'] }",
            "GET",
            "/secrets/a",
            "ForbiddenByPolicy",
            "The user, group or application '{claims}' does not have secrets get permission on key vault \
             'story-kv;location=westeurope'. For help resolving this issue, please see \
             https://go.microsoft.com/fwlink/?linkid=2125287",
        ),
        (
            "policies = {}",
            "DELETE",
            "/deletedsecrets/a",
            "AccessDenied",
            "The user, group or application '{claims}' does not have secrets purge permission on key vault \
             'story-kv;location=westeurope'. For help resolving this issue, please see \
             https://go.microsoft.com/fwlink/?linkid=2125287",
        ),
        (
            "roles = { x = 'Key Vault Administrator' }\nfirewall = true",
            "GET",
            "/secrets",
            "ForbiddenByFirewall",
            "Client address is not authorized and caller is not a trusted service.\r\nClient address: 203.0.113.7\r\n\
             Caller: {claims}\r\nVault: story-kv;location=westeurope",
        ),
        (
            "roles = { x = 'Key Vault Administrator' }\npublic-access = false",
            "GET",
            "/secrets",
            "ForbiddenByConnection",
            "Public network access is disabled and request is not from a trusted service nor via an approved private \
             link.\r\nCaller: {claims}\r\nVault: story-kv;location=westeurope",
        ),
    ] {
        let fake = world(who);
        let (status, told) = call(&fake, "x", method, path, None);
        assert_eq!((status, &told["error"]["code"], code(&told)), (403, &json!("Forbidden"), inner));
        assert_eq!(told["error"]["message"], message.replace("{claims}", &claims(&fake)));
    }
    for (method, path, action) in [
        ("DELETE", "/secrets/a", "delete"),
        ("DELETE", "/deletedsecrets/a", "purge/action"),
        ("GET", "/secrets/a/versions", "readMetadata/action"),
    ] {
        let (_, told) = call(&world(""), "x", method, path, None);
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains(&format!("Action: 'Microsoft.KeyVault/vaults/secrets/{action}'\r\n")), "{message}");
        assert!(message.contains("/providers/microsoft.keyvault/vaults/story-kv/secrets/a'\r\n"), "{message}");
    }
    let (_, told) = call(&world(""), "x", "GET", "/secrets", None);
    let message = told["error"]["message"].as_str().unwrap();
    assert!(message.contains("/providers/microsoft.keyvault/vaults/story-kv'\r\n"), "{message}");
}

#[test]
fn so_many_requests_are_too_many() {
    let fake = world("roles = { x = 'Key Vault Secrets User' }\nthrottled = 2");
    let path = url("/secrets/a?api-version=7.4");
    let token =
        issue(&fake, &fake.description.identities[1], &fake.description.tenant, "https://vault.azure.net", NOW, 100);
    let bearer = format!("Bearer {token}");
    for (headers, status) in [(false, 401), (true, 429), (true, 429), (true, 200), (true, 200)] {
        let header = [("authorization", bearer.as_str())];
        let response = fake.handle(&get(&path, if headers { &header } else { &[] }), NOW);
        assert_eq!((response.status.as_u16(), response.headers.contains_key("retry-after")), (status, status == 429));
    }
}
