//! Prints lists page by page.

use std::time::Duration;

use clap::Args;
use keyfob_host_test::bindings::exports::keyfob::azure::secrets::{DeletedSecret, SecretProperties};
use keyfob_host_test::call_error::CallError;
use keyfob_host_test::instance::{DeletedSecretList, Instance, SecretList};
use keyfob_host_test::spec::ListOptions;
use serde_json::Value;

use super::vault::VaultClient;
use super::{CommandError, SUCCESS, json, output};
use crate::date;

/// The arguments of every list.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Maximum number of entries per page, 1 to 25
    #[arg(long, value_name = "N")]
    max_page_size: Option<u32>,
}

impl ListArgs {
    pub(super) fn options(&self, timeout: Option<Duration>) -> ListOptions {
        ListOptions { max_page_size: self.max_page_size, timeout }
    }
}

/// A list of secrets or of deleted secrets.
#[derive(Clone, Copy, Debug)]
pub(super) enum List {
    Secrets(SecretList),
    Deleted(DeletedSecretList),
}

/// An entry of a page.
enum Item {
    Secret(SecretProperties),
    Deleted(DeletedSecret),
}

impl List {
    async fn next_page(self, instance: &mut Instance) -> Result<Option<Vec<Item>>, CallError> {
        Ok(match self {
            Self::Secrets(list) => {
                instance.next_page(list).await?.map(|page| page.into_iter().map(Item::Secret).collect())
            }
            Self::Deleted(list) => {
                instance.next_deleted_page(list).await?.map(|page| page.into_iter().map(Item::Deleted).collect())
            }
        })
    }
}

impl Item {
    fn properties(&self) -> &SecretProperties {
        match self {
            Self::Secret(properties) | Self::Deleted(DeletedSecret { properties, .. }) => properties,
        }
    }

    fn deleted(&self) -> Option<&DeletedSecret> {
        match self {
            Self::Secret(_) => None,
            Self::Deleted(secret) => Some(secret),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Secret(properties) => json::properties(properties),
            Self::Deleted(secret) => json::deleted(secret),
        }
    }
}

/// A column of the output.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    Name,
    Version,
    Enabled,
    UpdatedOn,
    ContentType,
    DeletedOn,
    ScheduledPurgeOn,
}

impl Column {
    pub(super) const SECRETS: &[Self] = &[Self::Name, Self::Enabled, Self::UpdatedOn, Self::ContentType];
    pub(super) const VERSIONS: &[Self] = &[Self::Version, Self::Enabled, Self::UpdatedOn, Self::ContentType];
    pub(super) const DELETED: &[Self] =
        &[Self::Name, Self::Enabled, Self::UpdatedOn, Self::ContentType, Self::DeletedOn, Self::ScheduledPurgeOn];

    fn cell(self, item: &Item) -> Option<String> {
        let it = item.properties();
        match self {
            Self::Name => Some(it.name.clone()),
            Self::Version => it.version.clone(),
            Self::Enabled => it.enabled.map(|enabled| if enabled { "enabled" } else { "disabled" }.to_owned()),
            Self::UpdatedOn => it.updated_on.map(date::format_utc),
            Self::ContentType => it.content_type.as_deref().map(escape_control),
            Self::DeletedOn => item.deleted()?.deleted_on.map(date::format_utc),
            Self::ScheduledPurgeOn => item.deleted()?.scheduled_purge_on.map(date::format_utc),
        }
    }
}

/// Prints each page as it arrives, until the end of the list or until stdout is closed.
pub(super) async fn print_pages(
    vault: &mut VaultClient<'_>,
    list: List,
    what: &str,
    json: bool,
    columns: &[Column],
) -> Result<u8, CommandError> {
    let mut count = 0;
    loop {
        let activity = format!("listing {what}, {count} so far");
        let Some(page) = vault.call(&activity, async |instance, _| list.next_page(instance).await).await? else {
            return Ok(SUCCESS);
        };
        count += page.len();
        let line = |it: &Item| if json { it.json().to_string() } else { line(it, columns) };
        let lines: String = page.iter().map(|it| line(it) + "\n").collect();
        match output::write_bytes(lines.as_bytes()) {
            Ok(true) => {}
            Ok(false) => return Ok(SUCCESS),
            Err(error) => {
                output::record(Err(error));
                return Ok(SUCCESS);
            }
        }
    }
}

fn line(it: &Item, columns: &[Column]) -> String {
    let cells = columns.iter().map(|column| column.cell(it).filter(|cell| !cell.is_empty()));
    cells.map(|cell| cell.unwrap_or_else(|| "-".to_owned())).collect::<Vec<_>>().join("\t")
}

/// Escapes control characters: the text is not trusted and must not add lines or columns, or control the terminal.
fn escape_control(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::escape_control;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(escape_control("a\tb\nc \u{1b}[2J\u{9b}2J ü"), "a\\tb\\nc \\u{1b}[2J\\u{9b}2J ü");
    }
}
