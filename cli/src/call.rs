//! A call: host, credential, request, within the caller's patience; and `keyfob get-token`, which is no more than that.

use std::time::Duration;

use clap::Args;

use super::Failure;
use super::identity::Identity;
use super::output::Report;
use super::screen::Progress;
use super::surroundings::Surroundings;
use keyfob_host_test::bindings::exports::keyfob::azure::identity::AccessToken;
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::host::Host;
use keyfob_host_test::instance::Instance;
use keyfob_host_test::spec::TokenOptions;

const EXAMPLES: &str = "\
Examples:
  keyfob get-token --scope https://vault.azure.net/.default
  keyfob get-token --scope https://management.azure.com/.default --credential managed-identity --json

Exit status: 0 done, 1 an error, which says what to change, 2 wrong usage.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct GetToken {
    /// What the token is for, such as https://vault.azure.net/.default
    #[arg(long, value_name = "S")]
    scope: String,
    #[command(flatten)]
    pub(super) common: Common,
}

/// What every call takes.
#[derive(Args, Debug)]
pub(super) struct Common {
    /// Print JSON, for errors too: one object, or of several things one a line
    #[arg(long)]
    pub(super) json: bool,
    /// The whole call's limit in seconds; fractions are allowed
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(super) timeout: Option<Duration>,
    #[command(flatten)]
    pub(super) identity: Identity,
    #[command(flatten)]
    pub(super) surroundings: Surroundings,
}

/// The component's own limits end a call first; this is for a component that does not.
const GRACE: Duration = Duration::from_secs(1);

/// The longest of the component's default limits (`get-token` in wit/identity.wit).
const DEFAULT_LIMIT: Duration = Duration::from_secs(100);

pub(super) async fn get_token(args: &GetToken) -> Result<AccessToken, Failure> {
    let ground = args.common.surroundings.ground().await?;
    let host = ground.host(None)?;
    let _progress = Progress::show("asking for a token");
    within(args.common.timeout, async {
        let mut instance = instance(&host).await?;
        let credential = instance.create_credential(&args.common.identity.spec()).await?;
        let options = TokenOptions { timeout: args.common.timeout, ..Default::default() };
        instance.get_token(credential, &[&args.scope], &options).await
    })
    .await
}

pub(super) async fn instance(host: &Host) -> Result<Instance, CallError> {
    Ok(host.instantiate().await?)
}

/// The call's outcome, if there is one in time.
pub(super) async fn within<T>(
    limit: Option<Duration>,
    call: impl Future<Output = Result<T, CallError>>,
) -> Result<T, Failure> {
    let patience = limit.unwrap_or(DEFAULT_LIMIT).saturating_add(GRACE);
    match tokio::time::timeout(patience, call).await {
        Ok(result) => result.map_err(|error| Failure::Answer(Box::new(error.into()))),
        Err(_) => Err(Failure::Answer(Box::new(Report::timed_out(patience)))),
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
    fn timeouts_are_positive() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for bad in ["0", "-1", "NaN", "inf", "1e300", "", "1s", "1e-12"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
