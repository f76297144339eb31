//! Signing in with a certificate.

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfob_component::{
    CertificateSource, ClientAuthentication, Credential, CredentialKind, CredentialOptions, ErrorKind, SecretBytes,
    TokenOptions,
};

use crate::{CLIENT, ENTRA, SCOPE, Value, World, run};

/// Why no token could be requested with a certificate file.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The file is rejected, with this error message.
    Rejected(String),
    /// The file is accepted, but its key can't sign.
    CantSign,
}

/// Requests a token with this certificate file. Panics if a request is sent although the file is rejected, or if the
/// request has no valid client assertion.
pub fn sign(file: &[u8], password: Option<&str>) -> Result<(), Failure> {
    let world = Rc::new(World::new(&[], |_| Some(World::token_response("canary-token"))));
    let source = CertificateSource::Bytes(SecretBytes::from(file.to_owned()));
    let authentication = ClientAuthentication::Certificate(source, password.map(Into::into));
    let kind = CredentialKind::Client { tenant_id: "contoso".to_owned(), client_id: CLIENT.to_owned(), authentication };
    let options = CredentialOptions { send_certificate_chain: true, ..CredentialOptions::default() };
    let credential = Credential::new(world.clone(), kind, &options);
    let result = run(&world, credential.get_token(vec![SCOPE.to_owned()], &TokenOptions::default()));
    let sent = world.sent.borrow();
    if let Err(error) = result {
        assert!(sent.is_empty());
        return Err(match error.kind {
            ErrorKind::InvalidArgument => {
                assert!(error.hint.is_some(), "{}", error.message);
                Failure::Rejected(error.message)
            }
            ErrorKind::AuthenticationFailed => Failure::CantSign,
            kind => panic!("{kind:?}: {}", error.message),
        });
    }
    let [request] = sent.as_slice() else { panic!("{} requests", sent.len()) };
    assert!(request.https && request.authority == ENTRA);
    let assertion = request.body.split('&').find_map(|field| field.strip_prefix("client_assertion="));
    let parts: Vec<&str> = assertion.expect("an assertion").split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { panic!("{parts:?}") };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let json = |part| Value::parse(&decode(part)).expect("JSON");
    assert_eq!(json(header).text(&["alg"]), Some("PS256"));
    assert!(matches!(json(header).at(&["x5c"]), Some(Value::List(chain)) if !chain.is_empty()));
    assert_eq!(json(claims).text(&["iss"]), Some(CLIENT));
    // An RSA signature is as long as the key's modulus: 2048 to 8192 bits.
    assert!((256..=1024).contains(&decode(signature).len()));
    Ok(())
}
