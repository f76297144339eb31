//! An HTTP app of WASI 0.3 for tests; the path selects its behaviour.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use wasip3::cli::environment::get_environment;
use wasip3::http::types::{ErrorCode, Fields, Request, Response};
use wasip3::{wit_future, wit_stream};

use keyfob::azure::identity::Credential;
use keyfob::azure::secrets::SecretClient;

wit_bindgen::generate!({ path: "../../../wit-0.2", world: "imports" });

wasip3::http::service::export!(Server);

struct Server;

static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// Shared by the requests of an instance.
static CLIENT: OnceLock<SecretClient> = OnceLock::new();

impl wasip3::exports::http::handler::Guest for Server {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        let (status, text) = match path.split('?').next().unwrap_or_default() {
            "/secret" => match client().get_secret("secret-a".to_owned(), None).await {
                Ok(secret) => (200, format!("{} characters", secret.value.len())),
                Err(error) => (502, error.message),
            },
            "/count" => (200, (REQUESTS.fetch_add(1, Ordering::Relaxed) + 1).to_string()),
            "/request" => {
                let (method, authority) = (request.get_method(), request.get_authority().unwrap_or_default());
                let (done, result) = wit_future::new(|| Ok(()));
                let (body, _trailers) = Request::consume_body(request, result);
                let length = body.collect().await.len();
                drop(done);
                (200, format!("{method:?} {authority} {path} {length} bytes"))
            }
            "/large" => (200, "x".repeat(300_000)),
            "/trap" => panic!("on purpose"),
            "/trap-after-answer" => {
                let response = respond(200, "all of it".to_owned());
                wit_bindgen::spawn_local(async { panic!("on purpose") });
                return Ok(response);
            }
            "/error" => return Err(ErrorCode::ConfigurationError),
            _ => (404, path),
        };
        Ok(respond(status, text))
    }
}

fn client() -> &'static SecretClient {
    CLIENT.get_or_init(|| {
        let variables = get_environment();
        let (_, vault) = variables.iter().find(|(name, _)| name == "KEYVAULT_URL").unwrap();
        SecretClient::create(vault, &Credential::default_azure(None), None).unwrap()
    })
}

fn respond(status: u16, text: String) -> Response {
    let (mut writer, body) = wit_stream::new();
    let (trailers, no_trailers) = wit_future::new(|| Ok(None));
    drop(trailers);
    let (response, _sent) = Response::new(Fields::new(), Some(body), no_trailers);
    response.set_status_code(status).unwrap();
    wit_bindgen::spawn_local(async move {
        assert!(writer.write_all(text.into_bytes()).await.is_empty());
    });
    response
}
