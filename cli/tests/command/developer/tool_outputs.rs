//! The outputs of the tools, from `tests/developer/*.toml`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::json;

use super::machine::DeveloperMachine;
use super::server::DevIdentityServer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outputs {
    credential: String,
    tool: String,
    /// RESOURCE stands for the resource, SCRIPT for an encoded script that contains it.
    arguments: String,
    /// A variable that must be added to the tool's environment.
    variable: Option<String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Case {
    name: String,
    #[serde(default)]
    status: i32,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    stderr: String,
    token: Option<String>,
    expires_on: Option<String>,
    /// The reason of a failure.
    says: Option<String>,
}

fn play(outputs: &str) {
    let Outputs { credential, tool, arguments, variable, case: cases } = toml::from_str(outputs).unwrap();
    let machine = DeveloperMachine::new();
    // A POSIX time zone three hours behind UTC.
    let mut server = DevIdentityServer::start(&machine, &[("AZURE_TOKEN_CREDENTIALS", &credential), ("TZ", "<-03>3")]);
    for (index, case) in cases.iter().enumerate() {
        let name = &case.name;
        machine.tool(&tool, case.status, &case.stdout, &case.stderr);
        let resource = format!("https://case-{index}.example");
        let answer = server.token(&resource);

        let (expected, log) = match (&case.token, &case.says) {
            (Some(token), None) => {
                let expires_on = case.expires_on.as_ref().unwrap();
                let body = json!({ "access_token": token, "client_id": "", "developer": credential, "expires_on": expires_on, "resource": resource, "token_type": "Bearer" });
                ((200, body), format!("{resource}: {credential}, until 2099-01-01T00:00:00Z\n"))
            }
            (None, Some(reason)) => {
                let message = format!("{credential}: {reason}");
                let log = format!("400: {message}\n");
                ((400, json!({ "statusCode": 400, "code": "developer-identity", "message": message })), log)
            }
            _ => panic!("{name}: a token or a reason"),
        };
        assert_eq!(answer, expected, "{name}");
        assert_eq!(server.wait_for_line(""), log, "{name}");
        assert!(case.token.is_some() || !answer.1.to_string().contains("canary"), "{name}: {}", answer.1);

        let starts = machine.command_lines(&tool);
        assert_eq!(starts.len(), index + 1, "{name}");
        match arguments.strip_suffix("SCRIPT") {
            Some(before) => {
                let script = BASE64.decode(starts[index].strip_prefix(before).unwrap()).unwrap();
                let script = String::from_utf8(script.into_iter().filter(|&byte| byte != 0).collect()).unwrap();
                assert!(script.contains(&format!("'ResourceUrl' = '{resource}'")), "{script}");
            }
            None => assert_eq!(starts[index], arguments.replace("RESOURCE", &resource)),
        }
        if let Some(variable) = &variable {
            assert!(machine.environment(&tool).lines().any(|line| line == variable), "{}", machine.environment(&tool));
        }
    }
    assert!(!server.log.contains("canary") && !server.log.contains("eyJ"), "{}", server.log);
}

#[test]
fn azure_cli() {
    play(include_str!("../../developer/azure-cli.toml"));
}

#[test]
fn azure_powershell() {
    play(include_str!("../../developer/azure-powershell.toml"));
}

#[test]
fn azure_developer_cli() {
    play(include_str!("../../developer/azure-developer-cli.toml"));
}
