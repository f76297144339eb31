//! Arguments and helpers of the verbs that call the component.

use std::time::Duration;

use clap::Args;
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::host::Host;
use keyfob_host_test::instance::Instance;

use super::CommandError;
use super::context::ContextArgs;
use super::credential_args::CredentialArgs;
use super::output::ErrorReport;

/// The arguments of every verb that calls the component.
#[derive(Args, Debug)]
pub(super) struct CommonArgs {
    /// Print JSON, also for errors: one object, or one object per line for several results
    #[arg(long)]
    pub(super) json: bool,
    /// Time limit for the whole call in seconds; fractions are allowed
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(super) timeout: Option<Duration>,
    #[command(flatten)]
    pub(super) credential: CredentialArgs,
    #[command(flatten)]
    pub(super) context: ContextArgs,
}

/// Added to the limit, so that the component's own timeout, with its better error, comes first.
const GRACE: Duration = Duration::from_secs(1);

/// The longest of the component's default limits (`get-token` in wit/identity.wit).
const DEFAULT_LIMIT: Duration = Duration::from_secs(100);

pub(super) async fn instantiate(host: &Host) -> Result<Instance, CallError> {
    Ok(host.instantiate().await?)
}

/// Waits for the call, at most until the limit and [`GRACE`] have passed.
pub(super) async fn with_timeout<T>(
    limit: Option<Duration>,
    call: impl Future<Output = Result<T, CallError>>,
) -> Result<T, CommandError> {
    let limit_with_grace = limit.unwrap_or(DEFAULT_LIMIT).saturating_add(GRACE);
    match tokio::time::timeout(limit_with_grace, call).await {
        Ok(result) => result.map_err(|error| CommandError::Call(Box::new(error.into()))),
        Err(_) => Err(CommandError::Call(Box::new(ErrorReport::timed_out(limit_with_grace)))),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let problem = || "a number of seconds above 0 expected".to_owned();
    let seconds: f64 = text.parse().map_err(|_| problem())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(limit) if !limit.is_zero() => Ok(limit),
        _ => Err(problem()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_must_be_positive() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for bad in ["0", "-1", "NaN", "inf", "1e300", "", "1s", "1e-12"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
