//! A value of a description that is refused, and its place in the TOML text.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A step from a table or an array to what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value of a key.
    Value(String),
    /// A key itself.
    Key(String),
    /// The item of this index of an array.
    Item(usize),
}

/// A refused value.
#[derive(Debug)]
pub(crate) struct Invalid {
    place: Vec<Step>,
    message: String,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Invalid {}

/// Says where in the description the refused value stands.
pub(crate) trait At<T> {
    /// The value is at these steps from here.
    fn at(self, steps: &[Step]) -> anyhow::Result<T>;
    /// The same, and the message begins with this.
    fn within(self, steps: &[Step], what: impl FnOnce() -> String) -> anyhow::Result<T>;
}

impl<T> At<T> for anyhow::Result<T> {
    fn at(self, steps: &[Step]) -> anyhow::Result<T> {
        self.map_err(|error| {
            let mut invalid = match error.downcast::<Invalid>() {
                Ok(invalid) => invalid,
                Err(error) => Invalid { place: Vec::new(), message: format!("{error:#}") },
            };
            invalid.place.splice(0..0, steps.iter().cloned());
            invalid.into()
        })
    }

    fn within(self, steps: &[Step], what: impl FnOnce() -> String) -> anyhow::Result<T> {
        self.at(steps).map_err(|error| match error.downcast::<Invalid>() {
            Ok(Invalid { place, message }) => Invalid { place, message: format!("{}: {message}", what()) }.into(),
            Err(error) => error,
        })
    }
}

/// Fails with this message unless the rule holds.
pub(crate) fn check(holds: bool, otherwise: impl Into<String>) -> anyhow::Result<()> {
    if holds { Ok(()) } else { Err(anyhow::Error::msg(otherwise.into())) }
}

/// The value of a key.
pub(crate) fn value(key: &str) -> Step {
    Step::Value(key.to_owned())
}

/// A key itself.
pub(crate) fn key(key: &str) -> Step {
    Step::Key(key.to_owned())
}

/// An item of an array.
pub(crate) fn item(index: usize) -> Step {
    Step::Item(index)
}

impl Invalid {
    /// Its place in the text; of a value that is not given, what it would stand in.
    pub(crate) fn span(&self, text: &str) -> Option<Range<usize>> {
        let document = DeTable::parse(text).ok()?;
        let mut span = None;
        let mut steps = self.place.iter();
        let first = match steps.next()? {
            Step::Value(name) => entry(document.get_ref(), name),
            Step::Key(_) | Step::Item(_) => None,
        };
        let mut current = first.map(|(_, value)| value);
        while let Some(here) = current {
            span = Some(here.span());
            current = match (steps.next(), here.get_ref()) {
                (Some(Step::Value(name)), DeValue::Table(table)) => entry(table, name).map(|(_, value)| value),
                (Some(Step::Key(name)), DeValue::Table(table)) => {
                    return entry(table, name).map(|(key, _)| key.span()).or(span);
                }
                (Some(Step::Item(index)), DeValue::Array(array)) => array.get(*index),
                _ => None,
            };
        }
        span
    }
}

type Entry<'t, 'i> = (&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>);

fn entry<'t, 'i>(table: &'t DeTable<'i>, name: &str) -> Option<Entry<'t, 'i>> {
    table.iter().find(|(key, _)| key.get_ref() == name)
}

/// `; did you mean NAME?` if one of the names is similar.
pub(crate) fn did_you_mean<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let similarity = |name: &str| strsim::jaro_winkler(&given.to_lowercase(), &name.to_lowercase());
    let best = names.into_iter().map(|name| (similarity(name), name)).max_by(|one, other| one.0.total_cmp(&other.0));
    match best {
        // As similar as what the command line's own "did you mean" offers.
        Some((similarity, name)) if similarity > 0.8 => format!("; did you mean {name}?"),
        _ => String::new(),
    }
}
