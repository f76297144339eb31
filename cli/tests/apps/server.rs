//! An HTTP app for tests; the path selects its behaviour.

use std::sync::atomic::{AtomicU32, Ordering};

use keyfob::fetch_secret;
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam};

wasip2::http::proxy::export!(Server);

static REQUESTS: AtomicU32 = AtomicU32::new(0);

struct Server;

impl Guest for Server {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        match path.split('?').next().unwrap_or_default() {
            "/secret" => match fetch_secret(&std::env::var("KEYVAULT_URL").unwrap_or_default(), "secret-a") {
                Ok(value) => respond(out, 200, &format!("{} characters", value.expose().len())),
                Err(error) => respond(out, 502, error.message()),
            },
            "/count" => respond(out, 200, &(REQUESTS.fetch_add(1, Ordering::Relaxed) + 1).to_string()),
            "/request" => {
                let body = request.consume().unwrap();
                let stream = body.stream().unwrap();
                let mut length = 0;
                while let Ok(bytes) = stream.blocking_read(1 << 16) {
                    length += bytes.len();
                }
                let authority = request.authority().unwrap_or_default();
                respond(out, 200, &format!("{:?} {authority} {path} {length} bytes", request.method()));
            }
            "/trap" => panic!("on purpose"),
            "/trap-after-answer" => {
                respond(out, 200, "all of it");
                panic!("on purpose");
            }
            "/error" => ResponseOutparam::set(out, Err(ErrorCode::ConfigurationError)),
            "/nothing" => {}
            _ => respond(out, 404, &path),
        }
    }
}

fn respond(out: ResponseOutparam, status: u16, text: &str) {
    let response = OutgoingResponse::new(Fields::new());
    response.set_status_code(status).unwrap();
    let body = response.body().unwrap();
    ResponseOutparam::set(out, Ok(response));
    let stream = body.write().unwrap();
    stream.blocking_write_and_flush(text.as_bytes()).unwrap();
    drop(stream);
    OutgoingBody::finish(body, None).unwrap();
}
