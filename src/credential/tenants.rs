//! The tenant that a credential requests a token from.

use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::language::Language;
use crate::prelude::*;
use crate::token::{TokenRequest, describe_id, is_tenant};
use crate::value;

/// A credential's own tenant, and the other tenants that it may request tokens from.
pub(super) struct Tenants {
    pub(super) own: String,
    allowed: Vec<String>,
    /// `AZURE_IDENTITY_DISABLE_MULTITENANTAUTH` is set: the credential always uses its own tenant.
    multitenant_disabled: bool,
    language: Language,
}

impl Tenants {
    /// For a credential made from arguments: only the option allows further tenants.
    pub(super) fn from_arguments(env: &Env, own: &str, own_from: &str, allowed: &[String]) -> Result<Self> {
        check_tenant(own, own_from)?;
        let multitenant_disabled = env.get("AZURE_IDENTITY_DISABLE_MULTITENANTAUTH").is_some();
        Ok(Self { own: own.to_owned(), allowed: allowed.to_owned(), multitenant_disabled, language: env.language })
    }

    /// For a credential made from the environment: `AZURE_ADDITIONALLY_ALLOWED_TENANTS` allows further tenants too.
    pub(super) fn from_environment(env: &Env, own: &str, own_from: &str, allowed: &[String]) -> Result<Self> {
        const VARIABLE: &str = "AZURE_ADDITIONALLY_ALLOWED_TENANTS";
        let mut tenants = Self::from_arguments(env, own, own_from, allowed)?;
        for tenant in env.get(VARIABLE).unwrap_or_default().split(';').map(str::trim_ascii).filter(|t| !t.is_empty()) {
            check_allowed(tenant, VARIABLE)?;
            tenants.allowed.push(tenant.to_owned());
        }
        Ok(tenants)
    }

    /// The tenant to use: the credential's own, unless the request names another tenant that is allowed.
    pub(super) fn resolve<'a>(&'a self, request: &'a TokenRequest) -> Result<&'a str> {
        let own = self.own.as_str();
        let Some(requested) = request.tenant.as_deref() else { return Ok(own) };
        let same = requested.eq_ignore_ascii_case(own);
        // AD FS has no tenants; its path has `adfs` instead.
        if same || self.multitenant_disabled || own.eq_ignore_ascii_case(ADFS) {
            return Ok(own);
        }
        let allowed = |tenant: &String| tenant == "*" || tenant.eq_ignore_ascii_case(requested);
        if self.allowed.iter().any(allowed) || (self.allowed.is_empty() && own == "organizations") {
            return Ok(requested);
        }
        // The credential's domain name and the id in a vault's challenge may be the same tenant. Only Entra can tell, and
        // the vault rejects a token of another tenant.
        if request.tenant_from_challenge && own.contains('.') {
            return Ok(own);
        }
        Err(Error::new(
            ErrorKind::AuthenticationFailed,
            format!("the credential is not configured to acquire tokens for tenant {requested}, only for {own}"),
        )
        .with_hint(diagnosis::other_tenant(requested, self.language)))
    }
}

/// Replaces the tenant in the path of an AD FS.
pub(super) const ADFS: &str = "adfs";

/// Checks a tenant before it becomes part of a URL path.
pub(super) fn check_tenant(tenant: &str, from: &str) -> Result<()> {
    value::check_public(from, tenant)?;
    if is_tenant(tenant) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{from} is not a tenant (an id or a domain name: letters, digits, - and .): {}",
        describe_id(tenant)
    ))
    .with_hint(diagnosis::configuration(&format!(
        "Set {from} to the Directory (tenant) ID: portal > Microsoft Entra ID > Overview"
    ))))
}

/// Checks an additionally allowed tenant; `*` allows all.
pub(super) fn check_allowed(tenant: &str, from: &str) -> Result<()> {
    if tenant == "*" { Ok(()) } else { check_tenant(tenant, from) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn resolve(own: &str, allowed: &[&str], requested: Option<&str>, tenant_from_challenge: bool) -> Result<String> {
        let allowed: Vec<String> = allowed.iter().map(|tenant| (*tenant).to_owned()).collect();
        let tenants = Tenants::from_arguments(&Env::default(), own, "", &allowed).unwrap();
        let tenant = requested.map(str::to_owned);
        tenants.resolve(&TokenRequest { tenant, tenant_from_challenge, ..TokenRequest::default() }).map(str::to_owned)
    }

    #[test]
    fn another_tenant_is_used_only_if_it_is_allowed() {
        for (own, allowed, requested, expected) in [
            ("a", vec![], None, Some("a")),
            ("a", vec![], Some("A"), Some("a")),
            ("a", vec![], Some("b"), None),
            ("a", vec!["c", "B"], Some("b"), Some("b")),
            ("a", vec!["*"], Some("b"), Some("b")),
            ("organizations", vec![], Some("b"), Some("b")),
            ("organizations", vec!["c"], Some("b"), None),
            ("adfs", vec!["*"], Some("b"), Some("adfs")),
            ("a.example", vec![], Some("b"), None),
        ] {
            let resolved = resolve(own, &allowed, requested, false);
            assert_eq!(resolved.ok().as_deref(), expected, "{own} {allowed:?} {requested:?}");
        }
        assert_eq!(resolve("a.example", &[], Some("b"), true).unwrap(), "a.example");
    }
}
