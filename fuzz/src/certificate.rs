//! Signing in with a certificate.

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfob_component::{
    CertificateSource, ClientAuthentication, Credential, CredentialKind, CredentialOptions, ErrorKind, SecretBytes,
    TokenOptions,
};

use crate::{CLIENT, ENTRA, SCOPE, Value, World, run};

/// How a file with a certificate fails.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// It is refused.
    Refused(String),
    /// It is read, and its key gives no signature.
    CantSign,
}

/// Signs in with this file. Fails if something is sent with a file that is refused, or if what is sent is no assertion.
pub fn sign(file: &[u8], password: Option<&str>) -> Result<(), Failure> {
    let world = Rc::new(World::new(&[], |_| Some(World::token("canary-token"))));
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
                Failure::Refused(error.message)
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
    let json = |part| Value::read(&decode(part)).expect("JSON");
    assert_eq!(json(header).text(&["alg"]), Some("PS256"));
    assert!(matches!(json(header).at(&["x5c"]), Some(Value::List(chain)) if !chain.is_empty()));
    assert_eq!(json(claims).text(&["iss"]), Some(CLIENT));
    // As long as the key, of 2048 bits and more.
    assert!((256..=1024).contains(&decode(signature).len()));
    Ok(())
}
