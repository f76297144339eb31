//! The resource of a token request.

/// A resource that is safe on a command line and inside quotes of a script.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Resource(String);

/// Entra's identifier URIs have at most 255 characters.
const MAX_LENGTH: usize = 512;

impl Resource {
    /// Accepts the characters that the official credentials pass to a tool (azure-identity's `validate_scope`). A leading dash
    /// is rejected, because a tool would take the resource for an option.
    pub(super) fn new(text: &str) -> Result<Self, &'static str> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
        if text.is_empty() {
            return Err("The parameter 'resource' is empty.");
        }
        if text.len() > MAX_LENGTH || text.starts_with('-') || !text.bytes().all(is_allowed) {
            return Err("The parameter 'resource' has invalid characters: letters, digits and - _ . : / expected.");
        }
        if text.ends_with("/.default") {
            return Err("The parameter 'resource' is a scope: leave out /.default.");
        }
        Ok(Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_a_shell_could_interpret_are_rejected() {
        for good in ["https://vault.azure.net", "https://vault.azure.net/", "api://a_b-c", "00000003-0000"] {
            assert_eq!(Resource::new(good).expect(good).as_str(), good);
        }
        let long = "a".repeat(MAX_LENGTH + 1);
        for bad in ["", "-x", "a b", "a'b", "a\"b", "a;b", "a$b", "a`b", "a\nb", "a%b", "ä", "x/.default", &long] {
            assert!(Resource::new(bad).is_err(), "{bad}");
        }
    }
}
