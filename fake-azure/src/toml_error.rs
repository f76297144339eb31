//! Error messages for TOML that do not quote the text, because the line may have a secret.

use std::ops::Range;

/// `line L, column C: what is wrong`.
pub(super) fn describe(text: &str, span: Option<Range<usize>>, message: &str) -> String {
    let message = without_value(message);
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
            ("[[identity]]\nname = 'A'\nkind = 'user-assigned'\nfederated-token = '4711'", "is not of the form a.b.c"),
        ] {
            let error = format!("{:#}", Description::from_toml(text).unwrap_err());
            assert!(error.contains(says) && !error.contains("4711"), "{text}: {error}");
        }
    }
}
