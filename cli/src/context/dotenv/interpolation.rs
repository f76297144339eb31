//! `${NAME}` and `${NAME:-default}` in values, with any quotes. `$NAME` without braces is text.

/// Replaces the references, and returns whether every variable was found or has a default. An empty variable counts as
/// found, as in python-dotenv.
pub(super) fn interpolate(value: &str, look_up: impl Fn(&str) -> Option<String>) -> (String, bool) {
    let mut text = String::with_capacity(value.len());
    let mut complete = true;
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        rest = match reference(after) {
            Some((name, default, behind)) => {
                let found = look_up(name).or_else(|| default.map(str::to_owned));
                complete &= found.is_some();
                text.push_str(&found.unwrap_or_default());
                behind
            }
            None => {
                text.push_str("${");
                after
            }
        };
    }
    text.push_str(rest);
    (text, complete)
}

/// Name, default, and the text after the closing brace; `None` if the text is not a reference.
fn reference(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let (name, rest) = text.split_at(text.find(['}', ':'])?);
    match rest.strip_prefix(":-") {
        Some(rest) => rest.split_once('}').map(|(default, behind)| (name, Some(default), behind)),
        None => rest.strip_prefix('}').map(|behind| (name, None, behind)),
    }
}
