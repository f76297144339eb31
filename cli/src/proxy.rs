//! The proxies of the command's own connections, and what to say about their failures.

use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use keyfob_host_test::ProxyVariableError;
use keyfob_host_test::egress::{Proxies, ProxyFault, ProxyProblem};

use crate::terminal;

/// The last failure, until a proxy opens a connection: the component is not told about proxies, so that its error names only
/// the server.
static LAST: Mutex<Option<ProxyFault>> = Mutex::new(None);

/// The proxies of the process's environment for Keyfob's own requests. Its plain http goes to identity endpoints, and never
/// through a proxy.
pub(super) fn for_keyfob(get: impl Fn(&str) -> Option<String>) -> Result<Proxies, ProxyVariableError> {
    Ok(Proxies::for_https(get)?.on_fault(record))
}

/// The proxies of the process's environment for an app's requests. Failures are printed, because the app may not report them.
pub(super) fn for_app(get: impl Fn(&str) -> Option<String>) -> Result<Proxies, ProxyVariableError> {
    Ok(Proxies::for_http_and_https(get)?.on_fault(print_once))
}

/// As [`for_keyfob`], for Keyfob inside an app.
pub(super) fn for_keyfob_in_app(get: impl Fn(&str) -> Option<String>) -> Result<Proxies, ProxyVariableError> {
    Ok(Proxies::for_https(get)?.on_fault(print_once))
}

/// The last failure, if no proxy has opened a connection since.
pub(super) fn last_fault() -> Option<ProxyFault> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn record(fault: Option<ProxyFault>) {
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = fault;
}

/// Prints a failure unless it was the last one that was printed.
fn print_once(fault: Option<ProxyFault>) {
    let Some(fault) = fault.filter(|fault| fault.problem != ProxyProblem::Waiting) else { return };
    if last_fault().as_ref() != Some(&fault) {
        terminal::error(&fault.to_string());
        terminal::hint(&cure(&fault));
        record(Some(fault));
    }
}

/// Advice for a server that can't be reached, where no variable names a proxy.
pub(super) fn advice_without_proxy() -> Option<&'static str> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_named = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].into_iter().any(is_set);
    (!is_named).then_some("If only a proxy leads out of this network: set HTTPS_PROXY=http://HOST:PORT")
}

/// What to change.
pub(super) fn cure(fault: &ProxyFault) -> String {
    let ProxyFault { variable, server, problem, has_credentials, .. } = fault;
    let host = server.rsplit_once(':').map_or(server.as_str(), |(host, _)| host);
    let direct = format!("If {host} is reachable without the proxy: add it to NO_PROXY");
    match problem {
        ProxyProblem::Refused(StatusCode::PROXY_AUTHENTICATION_REQUIRED) if *has_credentials => format!(
            "Correct user name and password in {variable}: the proxy does not accept them. Special characters in them must be \
             percent-encoded.\nKeyfob sends them as Basic; for a proxy that takes only NTLM or Kerberos, run a local proxy that \
             signs in, and name it in {variable}"
        ),
        ProxyProblem::Refused(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => format!(
            "Put the proxy's user name and password into {variable}: http://USER:PASSWORD@HOST:PORT, with special characters \
             percent-encoded"
        ),
        ProxyProblem::Refused(status) if status.is_server_error() => format!(
            "Check the name {host}, and that the proxy can reach it.\n{direct}, for example a vault with a private endpoint"
        ),
        ProxyProblem::Refused(_) => format!("Have {server} allowed in the proxy.\n{direct}"),
        ProxyProblem::Unreachable(_) | ProxyProblem::NotHttp => format!(
            "Correct {variable}: the URL of an HTTP proxy, http://HOST:PORT. Without a proxy here: unset it.\n{direct}"
        ),
        ProxyProblem::Waiting | ProxyProblem::NoAnswer => {
            format!("Check {variable}, and that the proxy can reach {host}.\n{direct}")
        }
    }
}
