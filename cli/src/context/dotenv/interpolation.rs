//! `${NAME}` and `${NAME:-default}` in a value, however it is quoted; a bare `$NAME` is text.

/// The value with what its references stand for, and whether each of them stands for something. A variable that is set
/// to nothing counts, as python-dotenv has it.
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

/// Name, default, and what follows the closing brace; `None` where this is no reference.
fn reference(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let (name, rest) = text.split_at(text.find(['}', ':'])?);
    match rest.strip_prefix(":-") {
        Some(rest) => rest.split_once('}').map(|(default, behind)| (name, Some(default), behind)),
        None => rest.strip_prefix('}').map(|behind| (name, None, behind)),
    }
}
