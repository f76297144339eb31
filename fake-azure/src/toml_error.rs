//! Error messages for TOML that do not quote the text, because the line may have a secret.

use std::ops::Range;

use super::invalid::did_you_mean;

/// `line L, column C: what is wrong`, with the name that was probably meant.
pub(super) fn describe(text: &str, span: Option<Range<usize>>, message: &str) -> String {
    let message = with_suggestion(without_value(message));
    let before = span.and_then(|span| text.get(..span.start));
    match before {
        Some(before) => {
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            format!("line {line}, column {column}: {message}")
        }
        None => message,
    }
}

/// The message about an unknown name, which lists the known ones in backticks, with the most similar one.
fn with_suggestion(message: String) -> String {
    let is_unknown = ["unknown field `", "unknown variant `"].iter().any(|kind| message.starts_with(kind));
    let mut names = message.split('`').skip(1).step_by(2);
    match names.next().filter(|_| is_unknown) {
        Some(given) => {
            let suggestion = did_you_mean(given, names);
            message + &suggestion
        }
        None => message,
    }
}

/// The message without the value that serde quotes when its type is wrong, such as a number without quotation marks.
pub(super) fn without_value(message: &str) -> String {
    let message = message.trim_end().replace('\n', "; ");
    let wrong =
        ["invalid type: ", "invalid value: "].iter().find_map(|kind| message.strip_prefix(kind).zip(Some(kind)));
    let Some(((found, expected), kind)) = wrong.and_then(|(rest, kind)| rest.rsplit_once(", expected").zip(Some(kind)))
    else {
        return message;
    };
    let what = found.split(['`', '"']).next().unwrap_or_default().trim_end();
    // The names of Rust's types are no words of TOML.
    let expected = match expected.trim() {
        "u16" | "u32" | "u64" | "usize" => " a whole number, 0 or more",
        _ => expected,
    };
    format!("{kind}{what}, expected{expected}")
}

#[cfg(test)]
mod tests {
    use super::super::Description;

    #[test]
    fn names_the_position_and_quotes_no_value() {
        let secret = "[[vault]]\nurl = 'https://a.vault.azure.net'\n[[vault.secret]]\nname = 'a'\n";
        for (text, says) in [
            (
                "platform = 'app-servise'",
                "line 1, column 12: unknown variant `app-servise`, expected one of `none`, `app-service`",
            ),
            ("platfrom = 'vm'", "line 1, column 1: unknown field `platfrom`, expected one of `platform`"),
            (&format!("{secret}value = 4711"), "line 5, column 9: invalid type: integer, expected a string"),
            (&format!("{secret}value = 47.11"), "line 5, column 9: invalid type: floating point, expected a string"),
            (&format!("{secret}value = [ '4711' ]"), "line 5, column 9: invalid type: sequence, expected a string"),
            (&format!("{secret}value = '4711"), "line 5"),
            (&format!("{secret}value = 4711x"), "line 5"),
            (&format!("{secret}value = \"\\4711\""), "line 5"),
            (&format!("{secret}value = 'a' 4711"), "line 5"),
            (&format!("{secret}value = 'a'\nvalue = '4711'"), "line 6, column 1: duplicate key"),
            (&format!("{secret}4711\n"), "line 5"),
            (
                &format!("{secret}value = '4711'\nenabled = '4711, expected \"4711'"),
                "invalid type: string, expected a boolean",
            ),
            (secret, "missing field `value`"),
            (
                "[[vault]]\nurl = 'x'\nrecoverable-days = '4711'",
                "invalid type: string, expected a whole number, 0 or more",
            ),
            ("[[vault]]\nurl = 'x'\nthrottled = -4711", "invalid value: integer, expected a whole number, 0 or more"),
            ("[[fault]]\nurl = 'x'\ntimes = 4711.5", "expected a whole number, 0 or more"),
            ("[[identity]]\nname = 'A'\nkind = 'user-assigned'\nfederated-token = '4711'", "is not of the form a.b.c"),
        ] {
            let error = format!("{:#}", Description::from_toml(text).unwrap_err());
            assert!(error.contains(says) && !error.contains("4711"), "{text}: {error}");
        }
    }
    #[test]
    fn names_the_place_of_a_refused_value_and_what_was_meant() {
        let identity = "[[identity]]\nname = 'app-identity'\nkind = 'user-assigned'\n";
        let vault = "[[vault]]\nurl = 'https://a.vault.azure.net'\n";
        for (text, says) in [
            ("platform = 'app-servise'", "; did you mean app-service?"),
            ("platfrom = 'vm'", "; did you mean platform?"),
            ("platform = 'moon'", "`other-cloud-404`"),
            ("\ntenant = 'contoso'", "line 2, column 10: tenant \"contoso\" is not a UUID"),
            (
                &format!("{identity}client-id = '5f0b3c1e'"),
                "line 4, column 13: identity app-identity: client-id \"5f0b3c1e\" is not a UUID",
            ),
            (
                &format!("{identity}{vault}roles = {{ app-identty = 'Key Vault Reader' }}"),
                "line 6, column 11: vault https://a.vault.azure.net: roles and policies: there is no identity app-identty; \
                 did you mean app-identity?",
            ),
            (
                &format!("{identity}{vault}policies = {{ other = ['get'] }}"),
                "line 6, column 14: vault https://a.vault.azure.net: roles and policies: there is no identity other",
            ),
            (
                &format!("{identity}{vault}[vault.roles]\nApp-Identity = 'Key Vault Reader'"),
                "line 7, column 1: vault https://a.vault.azure.net: roles and policies: there is no identity App-Identity; did you \
                 mean app-identity?",
            ),
            (
                &format!("{identity}{vault}roles = {{ app-identity = 'Key Vault Secret User' }}"),
                "did you mean Key Vault Secrets User?",
            ),
            (
                &format!("{vault}[[vault]]\nurl = 'kv.vault.azure.net'"),
                "line 4, column 7: vault kv.vault.azure.net: its url",
            ),
            ("[[vault]]\nurl = 'http://a.vault.azure.net'", "line 2, column 7: vault url"),
            ("[[vault]]\nurl = 'https://a.vault.azure.net/x'", "line 2, column 7: vault url"),
            (&format!("{vault}{vault}"), "line 4, column 7: two services at a.vault.azure.net:443"),
            (
                &format!("{vault}tenant = 'x'"),
                "line 3, column 10: vault https://a.vault.azure.net: tenant \"x\" is not a UUID",
            ),
            (&format!("{identity}{identity}"), "line 5, column 8: identity name app-identity twice"),
            (&format!("{vault}[[vault.secret]]\nname = 'a_b'\nvalue = '4711'"), "line 4, column 8: vault https"),
            ("platform = 'azure-ml'\ndefault-identity = 'A'", "line 2, column 20: default-identity: there is no"),
            (
                "platform = 'app-service'\nidentity-endpoint = 'https://a/b'",
                "line 2, column 21: identity-endpoint is no http",
            ),
            ("[[fault]]\nurl = 'x'\npercent = 101", "line 3, column 11: fault 1: percent: more than 100"),
        ] {
            let error = Description::from_toml(text).unwrap_err().to_string();
            assert!(error.contains(says) && !error.contains("4711"), "{text}: {error}");
            assert!(error.contains("line ") && error.contains("column "), "{text}: {error}");
        }
        let far = Description::from_toml("colour = 'red'").unwrap_err().to_string();
        assert!(!far.contains("did you mean"), "{far}");
    }
}
