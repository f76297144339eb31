#![allow(missing_docs, unreachable_pub, clippy::unwrap_used)]
use std::cell::RefCell;
use std::rc::Rc;
mod bindings {
    #![allow(unsafe_code, missing_docs, clippy::all, unreachable_pub)]
    wit_bindgen::generate!({ path: "wit", world: "keyfob", pub_export_macro: false });
    use super::Component;
    export!(Component);
}
use bindings::exports::keyfob::azure::{identity as wi, secrets as ws, simple, types};
pub struct Component;
pub struct Opt(RefCell<Vec<String>>);
pub struct Cred(Rc<String>);
pub struct Client(Rc<String>, String);
fn err(m: String) -> types::AzureError {
    types::AzureError { kind: types::ErrorKind::InvalidArgument, message: m, hint: Some("h".into()), attempts: vec![types::Attempt{credential:"c".into(),outcome:types::Outcome::Failed,message:"m".into()}], status: None, code: None, retry_after: None, details: vec![] }
}
impl wi::Guest for Component { type CredentialOptions = Opt; type TokenOptions = Opt; type Credential = Cred; }
impl ws::Guest for Component { type ClientOptions = Opt; type GetSecretOptions = Opt; type SecretClient = Client; }
impl simple::Guest for Component {
    fn fetch_secret(v: String, n: String) -> Result<String, types::AzureError> { if n == "bad" { Err(err(v)) } else { Ok(n) } }
    fn fetch_token(s: String) -> Result<wi::AccessToken, types::AzureError> { Err(err(s)) }
}
impl wi::GuestCredentialOptions for Opt {
    fn new() -> Self { Opt(RefCell::default()) }
    fn managed_identity(&self, id: wi::ManagedIdentity) { if let wi::ManagedIdentity::ClientId(c) = id { self.0.borrow_mut().push(c) } }
    fn workload_identity_client_id(&self, c: String) { self.0.borrow_mut().push(c) }
    fn tenant_id(&self, c: String) { self.0.borrow_mut().push(c) }
    fn token_file_path(&self, c: String) { self.0.borrow_mut().push(c) }
    fn exclude(&self, c: String) { self.0.borrow_mut().push(c) }
    fn authority_host(&self, c: String) { self.0.borrow_mut().push(c) }
    fn disable_instance_discovery(&self, _: bool) { }
    fn imds_connect_timeout(&self, _: u64) { }
}
impl wi::GuestTokenOptions for Opt {
    fn new() -> Self { Opt(RefCell::default()) }
    fn timeout(&self, _: u64) {}
    fn tenant_id(&self, _: String) {}
    fn claims(&self, _: String) {}
}
impl wi::GuestCredential for Cred {
    fn default_azure(o: Option<wi::CredentialOptionsBorrow<'_>>) -> Result<wi::Credential, types::AzureError> {
        let s = o.map(|o| o.get::<Opt>().0.borrow().join(",")).unwrap_or_default();
        if s == "bad" { return Err(err(s)); }
        Ok(wi::Credential::new(Cred(Rc::new(s))))
    }
    fn environment(_: Option<wi::CredentialOptionsBorrow<'_>>) -> Result<wi::Credential, types::AzureError> { Err(err("env".into())) }
    fn workload_identity(_: Option<wi::CredentialOptionsBorrow<'_>>) -> Result<wi::Credential, types::AzureError> { Err(err("env".into())) }
    fn managed_identity(_: Option<wi::CredentialOptionsBorrow<'_>>) -> Result<wi::Credential, types::AzureError> { Err(err("env".into())) }
    fn client_secret(_: String, _: String, _: String, _: Option<wi::CredentialOptionsBorrow<'_>>) -> Result<wi::Credential, types::AzureError> { Err(err("env".into())) }
    fn chained(c: Vec<wi::CredentialBorrow<'_>>) -> Result<wi::Credential, types::AzureError> { Ok(wi::Credential::new(Cred(Rc::new(c.iter().map(|c| c.get::<Cred>().0.to_string()).collect::<Vec<_>>().join("+"))))) }
    fn static_token(t: String, _: u64) -> Result<wi::Credential, types::AzureError> { Ok(wi::Credential::new(Cred(Rc::new(t)))) }
    fn set_token(&self, _: String, _: u64) -> Result<(), types::AzureError> { Err(err("x".into())) }
    fn get_token(&self, s: Vec<String>, _: Option<wi::TokenOptionsBorrow<'_>>) -> Result<wi::AccessToken, types::AzureError> {
        if s.is_empty() { return Err(err("none".into())); }
        Ok(wi::AccessToken { token: self.0.to_string(), expires_on: 1, refresh_on: None, credential: "x".into(), source: "y".into(), details: vec![("a".into(), "b".into())] })
    }
}
impl ws::GuestClientOptions for Opt { fn new() -> Self { Opt(RefCell::default()) } fn verify_challenge_resource(&self, _: bool) {} }
impl ws::GuestGetSecretOptions for Opt { fn new() -> Self { Opt(RefCell::default()) } fn version(&self, v: String) { self.0.borrow_mut().push(v) } fn timeout(&self, _: u64) {} }
impl ws::GuestSecretClient for Client {
    fn open(u: String, c: wi::CredentialBorrow<'_>, _: Option<ws::ClientOptionsBorrow<'_>>) -> Result<ws::SecretClient, types::AzureError> {
        if u.is_empty() { return Err(err("url".into())); }
        Ok(ws::SecretClient::new(Client(c.get::<Cred>().0.clone(), u)))
    }
    fn scope(&self) -> Option<String> { None }
    fn get_secret(&self, n: String, o: Option<ws::GetSecretOptionsBorrow<'_>>) -> Result<ws::Secret, types::AzureError> {
        let v = o.map(|o| o.get::<Opt>().0.borrow().join(","));
        Ok(ws::Secret { value: format!("{n} {} {}", self.0, self.1), credential: "c".into(), source: "s".into(), properties: ws::SecretProperties { id: n.clone(), name: n, version: v, content_type: None, enabled: Some(true), not_before: None, expires_on: Some(3), created_on: None, updated_on: None, recoverable_days: None, recovery_level: None, managed: None, key_id: None, previous_version: None, tags: vec![("k".into(),"v".into())], details: vec![] } })
    }
}
