//! Listing: pages that are fetched when they are asked for.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets>

use alloc::rc::Rc;
use core::cell::RefCell;

use super::secret::{self, Properties};
use super::{Operation, SecretClient};
use crate::error::{Error, Result};
use crate::http::Call;
use crate::json::Json;
use crate::prelude::*;
use crate::text::join;
use crate::url::Url;

/// A page has at most 25 secrets of at most 15 tags, whose names and values have at most 256 characters each.
const MAX_BODY: usize = 1024 * 1024;

const OPERATION: Operation<'_> = Operation { what: "list secrets", permission: "List", secret: None };

/// How secrets are listed.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// How many secrets a page has at most, 1 to 25.
    pub max_page_size: Option<u32>,
    /// The limit of fetching a page, in milliseconds, 1 to 600,000.
    pub timeout: Option<u64>,
}

/// The secrets of a vault, page by page.
pub struct SecretList {
    client: Rc<SecretClient>,
    timeout: Option<u64>,
    /// Path and query of the next page, if there is one.
    next: RefCell<Result<Option<String>, String>>,
}

impl SecretList {
    /// A list that has not begun. Nothing is sent.
    #[must_use]
    pub fn new(client: Rc<SecretClient>, options: &ListOptions) -> Self {
        let next = match options.max_page_size {
            None => Ok(Some("/secrets".to_owned())),
            Some(size @ 1..=25) => Ok(Some(format!("/secrets?maxresults={}", u64::from(size)))),
            Some(size) => Err(format!("max-page-size {} is not 1 to 25", u64::from(size))),
        };
        Self { client, timeout: options.timeout, next: RefCell::new(next) }
    }

    /// The properties of the next secrets, at least one; `None` after the last. After an error the same page is asked
    /// for again.
    ///
    /// # Errors
    /// Every way in which a credential can fail, and the vault's refusals; see [`ErrorKind`](crate::ErrorKind).
    pub async fn next(&self) -> Result<Option<Vec<Properties>>> {
        let call = self.client.start(self.timeout)?;
        call.end(self.page(call).await)
    }

    async fn page(&self, call: Call<'_>) -> Result<Option<Vec<Properties>>> {
        loop {
            let Some(path) = self.next.borrow().clone().map_err(Error::invalid)? else { return Ok(None) };
            let (reply, token) = self.client.send(call, &path, MAX_BODY).await?;
            if reply.response.status != 200 {
                return Err(self.client.refused(&reply, token.as_ref(), &OPERATION));
            }
            let (page, next) = reply
                .json()
                .ok_or("it is no JSON")
                .and_then(|json| self.read(&json, &path))
                .map_err(|why| self.client.unexpected(&reply, why))?;
            *self.next.borrow_mut() = Ok(next);
            // A vault gives empty pages too, with more to come; the deadline bounds them.
            if !page.is_empty() {
                return Ok(Some(page));
            }
        }
    }

    /// The page, and where the next one is.
    fn read(&self, json: &Json, path: &str) -> Result<(Vec<Properties>, Option<String>), &'static str> {
        let items = match json.at(&["value"]) {
            Some(Json::List(items)) => items.as_slice(),
            Some(Json::Null) => &[],
            _ => return Err("its value is no list"),
        };
        let page = items.iter().map(|item| secret::properties(item, None, None)).collect::<Result<_, _>>()?;
        let next = match json.at(&["nextLink"]) {
            None | Some(Json::Null) => None,
            Some(Json::Text(link)) if link.is_empty() => None,
            Some(Json::Text(link)) => {
                Some(self.follow(link).filter(|next| next != path).ok_or("its nextLink leads elsewhere")?)
            }
            Some(_) => return Err("its nextLink is no text"),
        };
        Ok((page, next))
    }

    /// Path and query of a link, without the version of the interface; `None` unless it stays in this vault's list: the
    /// token goes along.
    fn follow(&self, link: &str) -> Option<String> {
        let url = Url::parse(link).ok().filter(|url| url.origin() == self.client.vault.url.origin())?;
        let query = url.path.strip_prefix("/secrets")?.strip_prefix('?')?;
        let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("api-version=")).collect();
        Some(if rest.is_empty() { "/secrets".to_owned() } else { format!("/secrets?{}", join(&rest, "&")) })
    }
}
