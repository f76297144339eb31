//! Listing secrets. Each page is requested when the caller asks for it.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets>

use alloc::rc::Rc;
use core::cell::RefCell;

use super::SecretClient;
use super::operation::{self, Operation, OperationKind};
use super::secret::{self, SecretProperties};
use crate::concurrency::Mutex;
use crate::error::{Error, Result};
use crate::http::Call;
use crate::json::{JsonError, Object, Value};
use crate::language::MAX_PAGE_SIZE;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::url::Url;

/// The longest link to the next page, in bytes. Key Vault's have some hundred.
const MAX_NEXT_LINK: usize = 16 * 1024;

/// The options for listing secrets.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// The most secrets in a page, 1 to 25.
    pub max_page_size: Option<u32>,
    /// The time limit for each page in milliseconds, 1 to 600,000.
    pub timeout: Option<u64>,
}

/// Path and query of the next page, if there is one; or why the link to it can't be followed.
type NextPath = Result<Option<String>, &'static str>;

/// A list of secrets, of the versions of a secret, or of deleted secrets, page by page.
pub struct SecretList {
    client: Rc<SecretClient>,
    kind: OperationKind,
    /// The secret whose versions are listed.
    name: Option<String>,
    /// The path of all pages.
    path: String,
    timeout: Option<u64>,
    /// Held by the call that requests a page: two calls at once get two pages.
    page_lock: Mutex,
    /// Path and query of the next page, if there is one; or the error of an invalid argument or link.
    next: RefCell<Result<Option<String>>>,
}

impl SecretClient {
    /// Lists all secrets. Nothing is sent before the first page is requested.
    #[must_use]
    pub fn list_properties_of_secrets(self: &Rc<Self>, options: &ListOptions) -> SecretList {
        SecretList::new(self, operation::LIST, None, options)
    }

    /// Lists all versions of a secret. Nothing is sent before the first page is requested.
    #[must_use]
    pub fn list_properties_of_secret_versions(self: &Rc<Self>, name: &str, options: &ListOptions) -> SecretList {
        SecretList::new(self, operation::LIST_VERSIONS, Some(name), options)
    }

    /// Lists all deleted secrets. Nothing is sent before the first page is requested.
    #[must_use]
    pub fn list_deleted_secrets(self: &Rc<Self>, options: &ListOptions) -> SecretList {
        SecretList::new(self, operation::LIST_DELETED, None, options)
    }
}

impl SecretList {
    fn new(client: &Rc<SecretClient>, kind: OperationKind, name: Option<&str>, options: &ListOptions) -> Self {
        let (name, invalid) = match name.map(|name| client.resolve_name_without_version(name)).transpose() {
            Ok(name) => (name, None),
            Err(error) => (None, Some(error)),
        };
        let folder = if kind.on_deleted_secrets { "/deletedsecrets" } else { "/secrets" };
        let path = match name {
            Some(name) => format!("{folder}/{name}/versions"),
            None => folder.to_owned(),
        };
        let next = match (options.max_page_size, invalid) {
            (_, Some(error)) => Err(error),
            (None, _) => Ok(Some(path.clone())),
            (Some(size @ 1..=25), _) => Ok(Some(format!("{path}?maxresults={size}"))),
            (Some(size), _) => Err(Error::invalid(format!(
                "{} {size} is not 1 to 25",
                client.credential.language().say(MAX_PAGE_SIZE)
            ))),
        };
        let (client, name) = (Rc::clone(client), name.map(str::to_owned));
        let (page_lock, next) = (Mutex::default(), RefCell::new(next));
        Self { client, kind, name, path, timeout: options.timeout, page_lock, next }
    }

    /// The properties of the next secrets, at least one; `None` after the last. After an error the next call requests the
    /// same page again. A page whose link to the next one can't be followed is returned, and the next call is that error.
    ///
    /// # Errors
    /// Every error of the credential, and every error response of the vault; see [`ErrorKind`](crate::ErrorKind).
    pub async fn next(&self) -> Result<Option<Vec<SecretProperties>>> {
        let call = self.client.start(self.timeout)?;
        call.end(self.next_page(call).await)
    }

    async fn next_page(&self, call: Call<'_>) -> Result<Option<Vec<SecretProperties>>> {
        let _guard = self.page_lock.lock(call, "read the page before").await?;
        loop {
            let Some(path) = self.next.borrow().clone()? else { return Ok(None) };
            let operation = Operation {
                kind: self.kind,
                secret: self.name.as_deref().map(|name| (name, None)),
                path: path.clone(),
                body: SecretString::default(),
                secret_value: None,
                batch: None,
            };
            let (reply, _) = self.client.perform(call, &operation).await?;
            let (page, next) = reply
                .json(&["value", "nextLink"])
                .map_err(JsonError::describe)
                .and_then(|json| self.parse_page(&json, &path))
                .map_err(|why| self.client.unexpected(&reply, why))?;
            *self.next.borrow_mut() = next.map_err(|why| self.client.unexpected(&reply, why));
            // A vault may return an empty page that is not the last. The deadline limits how many are requested.
            if !page.is_empty() {
                return Ok(Some(page));
            }
        }
    }

    /// Reads a page: its items, and path and query of the next page or why its link can't be followed.
    fn parse_page(&self, json: &Object<'_>, path: &str) -> Result<(Vec<SecretProperties>, NextPath), &'static str> {
        let items = match json.get("value") {
            Some(value) if value.is_list() || value.is_null() => value.items()?,
            _ => return Err("its value is no list"),
        };
        let read = |item: Value<'_>| secret::properties(&item.object(secret::MEMBERS)?, self.name.as_deref(), None);
        let page = items.into_iter().map(read).collect::<Result<_, _>>()?;
        let next = match json.get("nextLink") {
            Some(link) if !link.is_null() => link.text().ok_or("its nextLink is no text"),
            _ => Ok(String::new()),
        };
        Ok((page, next.and_then(|link| self.next_path(&link, path))))
    }

    /// Path and query of the link to the next page, without `api-version`; `None` for an empty link. The link may name another
    /// host: a vault behind a gateway or a private name does not know its own. Host and scheme of the link are not used, because
    /// the token is sent with the request. The link must be to this list.
    fn next_path(&self, link: &str, current: &str) -> NextPath {
        if link.is_empty() {
            return Ok(None);
        }
        if link.len() > MAX_NEXT_LINK {
            return Err("its nextLink has more than 16 KiB");
        }
        let next = || {
            let url = Url::parse(link).ok()?;
            let query = url.path.strip_prefix(self.path.as_str())?.strip_prefix('?')?;
            let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("api-version=")).collect();
            Some(if rest.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, rest.join("&")) })
        };
        next().filter(|next| next != current).map(Some).ok_or("its nextLink leads elsewhere")
    }
}
