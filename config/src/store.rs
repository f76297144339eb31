//! Reads the values: secrets, with the identity that the environment configures.

use std::cell::RefCell;
use std::rc::Rc;

use keyfob_component::{
    CacheOptions, ClientOptions, Credential, CredentialKind, CredentialOptions, Error, ErrorKind, GetSecretOptions,
    LocalFuture, Platform, SecretClient,
};

use crate::mapping::{Mapping, Secret};

/// The variable with the number of seconds for which values are kept in memory.
const CACHE_TTL: &str = "KEYFOB_CACHE_TTL";

/// Why a value can't be read, as text for the user.
#[derive(Debug)]
pub enum Failure {
    /// The vault could not be reached.
    Io(String),
    /// Anything else.
    Upstream(String),
}

/// Runs a future to completion.
pub trait Executor: Platform {
    /// Blocks until the future is ready.
    fn block_on<T>(&self, future: LocalFuture<'_, T>) -> T;
}

/// The configuration of one instance.
pub struct Store<P> {
    platform: Rc<P>,
    mapping: Mapping,
    cache: Result<CacheOptions, String>,
    credential: Credential,
    /// The client of each vault that has been used.
    clients: RefCell<Vec<(String, Rc<SecretClient>)>>,
}

impl<P: Executor + 'static> Store<P> {
    /// Reads the environment. Nothing is sent.
    pub fn new(platform: P) -> Self {
        let environment = platform.environment();
        let platform = Rc::new(platform);
        let credential = Credential::new(platform.clone(), CredentialKind::DefaultAzure, &CredentialOptions::default());
        let mapping = Mapping::read(&environment);
        Self { platform, mapping, cache: cache(&environment), credential, clients: RefCell::default() }
    }

    /// The value of a key; none if the key has no secret.
    ///
    /// # Errors
    /// The secret can't be read. A secret that does not exist is an error if a variable names it.
    pub fn get(&self, key: &str) -> Result<Option<String>, Failure> {
        let Some(secret) = self.mapping.secret(key).map_err(Failure::Upstream)? else { return Ok(None) };
        let client = self.client(key, &secret)?;
        let options = GetSecretOptions::default();
        match self.platform.block_on(Box::pin(client.get_secret(&secret.name, &options))) {
            Ok(read) => Ok(Some(value(&read))),
            Err(error) if error.kind == ErrorKind::NotFound && secret.variable.is_none() => Ok(None),
            Err(error) => Err(failure(key, &secret, &error)),
        }
    }

    /// The values of all keys that have a variable. Those of one vault are read concurrently.
    ///
    /// # Errors
    /// The error of `get` for the first value that can't be read.
    pub fn get_all(&self) -> Result<Vec<(String, String)>, Failure> {
        let mut keys = Vec::new();
        for key in self.mapping.keys() {
            let secret = self.mapping.secret(key).map_err(Failure::Upstream)?;
            keys.extend(secret.map(|secret| (key, secret)));
        }
        let mut values = Vec::new();
        // One vault after the other: there is rarely more than one.
        keys.sort_by(|(_, one), (_, other)| one.vault.cmp(&other.vault));
        for same in keys.chunk_by(|(_, one), (_, other)| one.vault == other.vault) {
            let Some((key, first)) = same.first() else { continue };
            let client = self.client(key, first)?;
            let names: Vec<String> = same.iter().map(|(_, secret)| secret.name.clone()).collect();
            let options = GetSecretOptions::default();
            let read = self.platform.block_on(Box::pin(client.get_secrets(&names, &options)));
            for ((key, secret), outcome) in same.iter().zip(read) {
                let read = outcome.map_err(|error| failure(key, secret, &error))?;
                values.push(((*key).to_owned(), value(&read)));
            }
        }
        values.sort();
        Ok(values)
    }

    fn client(&self, key: &str, secret: &Secret) -> Result<Rc<SecretClient>, Failure> {
        if let Some((_, client)) = self.clients.borrow().iter().find(|(vault, _)| *vault == secret.vault) {
            return Ok(Rc::clone(client));
        }
        let cache = self.cache.clone().map_err(Failure::Upstream)?;
        let options = ClientOptions { cache, ..ClientOptions::default() };
        let client = SecretClient::open(&secret.vault, &self.credential, options)
            .map_err(|error| failure(key, secret, &error))?;
        let client = Rc::new(client);
        self.clients.borrow_mut().push((secret.vault.clone(), Rc::clone(&client)));
        Ok(client)
    }
}

fn value(secret: &keyfob_component::Secret) -> String {
    secret.value.expose().to_owned()
}

fn failure(key: &str, secret: &Secret, error: &Error) -> Failure {
    let by = secret.variable.as_ref().map(|variable| format!(" (by {variable})")).unwrap_or_default();
    let hint = error.hint.as_ref().map(|hint| format!("\nhint: {}", hint.text)).unwrap_or_default();
    let text = format!("{key}{by}: {}{hint}", error.message);
    match error.kind {
        ErrorKind::Transport | ErrorKind::TimedOut | ErrorKind::DeniedByHost => Failure::Io(text),
        _ => Failure::Upstream(text),
    }
}

/// The options of the cache of values: off, unless the environment gives a time.
fn cache(environment: &[(String, String)]) -> Result<CacheOptions, String> {
    let asked = environment.iter().find(|(name, value)| name == CACHE_TTL && !value.trim().is_empty());
    let Some((_, seconds)) = asked else { return Ok(CacheOptions::default()) };
    match seconds.trim().parse() {
        Ok(seconds @ 1..=86_400) => Ok(CacheOptions { ttl: Some(seconds), ..CacheOptions::default() }),
        _ => Err(format!("{CACHE_TTL} is not 1 to 86400 seconds: correct it, or unset it to keep nothing")),
    }
}
