use super::*;
use crate::text::to_base64url;

/// A token with every kind of character, among them those that encodings change.
const TOKEN: &str = "eyJ0eXAi.q~7+/Zk%2Fw9_x-Vb=='Tm4 Ür\"Lp&0\\s;N3";

/// The text with a `#` for each masked character.
fn shown(text: &str, secret: &str) -> String {
    let text: Vec<char> = text.chars().collect();
    let masked = masked(&text, core::iter::once(secret));
    text.iter().zip(masked).map(|(character, masked)| if masked { '#' } else { *character }).collect()
}

/// Fails if more than the ends of `echo` are left. An encoded run has up to two characters at its ends that don't belong to
/// a whole byte.
fn assert_masked(echo: &str, ends: usize, secret: &str) {
    let shown = shown(&format!("<{echo}>"), secret);
    let left = shown.trim_start_matches('<').trim_end_matches('>');
    let characters = left.chars().filter(|character| *character != '#').count();
    assert!(characters <= ends, "{echo:?} became {shown:?}");
    assert!(left.trim_matches(|c| c != '#').chars().all(|c| c == '#'), "{echo:?} became {shown:?}");
}

/// Each run of 16 characters.
fn runs_of_16(secret: &str) -> Vec<String> {
    let characters: Vec<char> = secret.chars().collect();
    characters.windows(RUN).map(|run| run.iter().collect()).collect()
}

fn joined(run: &str, separator: &str, write: impl Fn(u8) -> String) -> String {
    run.bytes().map(write).collect::<Vec<_>>().join(separator)
}

#[test]
fn every_run_of_16_characters_is_masked() {
    for run in runs_of_16(TOKEN) {
        assert_masked(&run, 0, TOKEN);
        assert_masked(&run.to_uppercase(), 0, TOKEN);
        assert_masked(&format!("{run}{run}"), 0, TOKEN);
    }
    assert_eq!(shown("a 1234567890abcdef b", "1234567890abcdefgh"), "a ################ b");
    assert_eq!(shown("a 1234567890abcde b", "1234567890abcdefgh"), "a 1234567890abcde b");
}

#[test]
fn runs_with_other_separators_are_masked() {
    let secret = "0123456789abcdefghijklmnopqrstuvwxyz";
    for run in runs_of_16(secret) {
        for separator in [" ", "\n", "\r\n    ", "-", ".", ":", ", ", "\u{200b}", "\", \""] {
            let spaced = run.chars().map(String::from).collect::<Vec<_>>().join(separator);
            assert_masked(&spaced, 0, secret);
        }
        let halves = run.split_at(RUN / 2);
        assert_masked(&format!("{} {}", halves.0, halves.1), 0, secret);
    }
    // White space in the secret, and none or a plus sign in the echo.
    assert_eq!(shown("onetwothreefourfive", "one two three four five"), "#".repeat(19));
    assert_eq!(shown("one+two+three+four+five", "one two three four five"), "#".repeat(23));
    assert_eq!(shown("one two three four five", "one+two+three+four+five"), "#".repeat(23));
}

#[test]
fn escaped_runs_are_masked_in_either_case() {
    for run in runs_of_16(TOKEN) {
        let some = |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02x}") };
        assert_masked(&joined(&run, "", some), 0, TOKEN);
        assert_masked(&joined(&run, "", |b| format!("%{b:02X}")), 0, TOKEN);
        assert_masked(&joined(&run, "", |b| format!("%{b:02x}")), 0, TOKEN);
        assert_masked(&joined(&run, "", |b| format!("%25{b:02x}")), 0, TOKEN);
        if run.is_ascii() {
            assert_masked(&joined(&run, "", |b| format!("\\u{b:04x}")), 0, TOKEN);
        }
    }
    // The secret has an escape itself, and the service has decoded it.
    assert_eq!(shown("1234567/890abcdefg", "1234567%2F890abcdefg"), "#".repeat(18));
    assert_eq!(shown("% %4 %zz %", "1234567%2F890abcdefg"), "% %4 %zz %");
}

#[test]
fn runs_in_hexadecimal_digits_are_masked() {
    for run in runs_of_16(TOKEN) {
        for prefix in ["", "0", "id 7: "] {
            for separator in ["", " ", ":", "\\x"] {
                for echo in [
                    joined(&run, separator, |byte| format!("{byte:02x}")),
                    joined(&run, separator, |byte| format!("{byte:02X}")),
                ] {
                    let text = shown(&format!("{prefix}{echo}"), TOKEN);
                    assert!(text.trim_start_matches(prefix).chars().all(|c| c == '#'), "{prefix}{echo} became {text}");
                }
            }
        }
    }
}

#[test]
fn runs_in_base64_are_masked_at_every_alignment() {
    for run in runs_of_16(TOKEN) {
        for before in ["", "x", "xy", "xyz"] {
            let url = to_base64url(format!("{before}{run}!").as_bytes());
            let standard = url.replace('-', "+").replace('_', "/");
            for echo in [&url, &standard] {
                for prefix in ["", "a", "ab", "abc"] {
                    // The characters that encode `before` and `!` alone, and those at both ends that encode a part of it.
                    let text = shown(&format!("{prefix}{echo}"), TOKEN);
                    let left = text.chars().filter(|c| *c != '#').count();
                    assert!(left <= prefix.len() + (before.len() * 8).div_ceil(6) + 2, "{prefix}{echo} became {text}");
                }
            }
            let lines = format!("{}\r\n {}", url.get(..9).unwrap_or_default(), url.get(9..).unwrap_or_default());
            let left = shown(&lines, TOKEN).chars().filter(|c| *c != '#').count();
            assert!(left <= (before.len() * 8).div_ceil(6) + 2, "{lines}");
        }
    }
}

#[test]
fn every_run_of_16_characters_of_an_encoding_is_masked() {
    let secret = "0123456789.abcdefghijklm~nopqrstuvwxyz";
    for echo in [
        to_base64url(secret.as_bytes()),
        to_base64url(format!("x{secret}").as_bytes()),
        to_base64url(format!("xy{secret}").as_bytes()),
        joined(secret, "", |byte| format!("{byte:02x}")),
    ] {
        // The first run may encode what is before the secret.
        for run in runs_of_16(&echo).iter().skip(4) {
            let left = shown(run, secret).chars().filter(|c| *c != '#').count();
            assert!(left <= 4, "{run} became {}", shown(run, secret));
        }
    }
}

#[test]
fn short_secrets_are_masked_whole_only() {
    let secret = "s3cr3t/+value";
    assert_eq!(shown("got s3cr3t/+value.", secret), "got #############.");
    assert_eq!(shown("got s3cr3t%2f%2Bvalue.", secret), "got #################.");
    assert_eq!(shown("got s3cr3t/+valu.", secret), "got s3cr3t/+valu.");
    assert_eq!(shown("got abcde.", "abcde"), "got abcde.");
}

#[test]
fn other_text_stays() {
    let text = "AADSTS7000215: Invalid client secret provided. Trace ID: 2bf4a1c0-5b7d-4e3f-9a61-0d8c7b6e5f40";
    assert_eq!(shown(text, TOKEN), text);
    assert_eq!(shown("", TOKEN), "");
    assert_eq!(masked(&['a'; 100], core::iter::empty()), vec![false; 100]);
}

#[test]
fn repetitive_text_and_long_secrets_take_linear_time() {
    // With a search of each run of one in the other, this would take hours.
    let secret = "a".repeat(4 << 20);
    assert_eq!(shown(&"a".repeat(60_000), &secret), "#".repeat(60_000));
    let hidden = format!("{}the one that is in it{}", "b".repeat(2 << 20), "c".repeat(2 << 20));
    assert_eq!(
        shown(&format!("{} the one that is in it", "d".repeat(50)), &hidden),
        format!("{} {}", "d".repeat(50), "#".repeat(21))
    );
}
