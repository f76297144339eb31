//! A time in a description: unix seconds, or a date as RFC 3339 writes it.

use std::fmt;

use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use toml::value::Datetime;

const EXPECTED: &str = "unix seconds, or a date such as 2027-01-16T08:00:00Z";

pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    from.deserialize_any(Time)
}

pub(super) fn optional_time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(Option::<SerdeTime>::deserialize(from)?.map(|SerdeTime(seconds)| seconds))
}

#[derive(Deserialize)]
struct SerdeTime(#[serde(deserialize_with = "time")] u64);

struct Time;

impl<'de> Visitor<'de> for Time {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<u64, E> {
        Ok(seconds)
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<u64, E> {
        u64::try_from(seconds).map_err(|_| E::invalid_value(Unexpected::Signed(seconds), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
        let date = text.parse::<Timestamp>().ok().and_then(|date| u64::try_from(date.as_second()).ok());
        date.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    /// TOML's own dates are a map to serde. They may lack the offset, which means UTC here.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<u64, A::Error> {
        let date = Datetime::deserialize(MapAccessDeserializer::new(map));
        let date = date.map_err(|_| A::Error::custom(format!("expected {EXPECTED}")))?;
        let zone = if date.offset.is_none() { "Z" } else { "" };
        if date.date.is_none() || date.time.is_none() {
            return Err(A::Error::custom(format!("a date and a time expected: {EXPECTED}")));
        }
        self.visit_str(&format!("{date}{zone}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Description;

    fn description(time: &str) -> String {
        format!("[[vault]]\nurl = 'https://a.vault.azure.net'\n[[vault.secret]]\nname = 'a'\nvalue = ''\n{time}\n")
    }

    #[test]
    fn seconds_and_dates_are_the_same_time() {
        for time in [
            "1800086400",
            "'2027-01-16T08:00:00Z'",
            "2027-01-16T08:00:00Z",
            "2027-01-16T09:00:00+01:00",
            "2027-01-16 08:00:00",
        ] {
            for (names, read) in [
                (["expires-on", "exp"], (|it: &super::super::Secret| it.exp) as fn(&_) -> _),
                (["not-before", "nbf"], |it| it.nbf),
                (["created-on", "created"], |it| Some(it.created)),
                (["updated-on", "updated"], |it| Some(it.updated)),
            ] {
                for name in names {
                    let description = Description::from_toml(&description(&format!("{name} = {time}"))).unwrap();
                    assert_eq!(read(&description.vaults[0].secrets[0]), Some(1_800_086_400), "{name} = {time}");
                }
            }
            let vault = format!("[[vault]]\nurl = 'https://a.vault.azure.net'\nrevoke-before = {time}");
            assert_eq!(Description::from_toml(&vault).unwrap().vaults[0].revoke_before, Some(1_800_086_400), "{time}");
        }
    }

    #[test]
    fn another_value_is_refused_in_words() {
        for time in ["'tomorrow'", "-1", "1.5", "true", "2027-01-16", "08:00:00", "'2027-01-16'", "[]"] {
            let error = Description::from_toml(&description(&format!("expires-on = {time}"))).unwrap_err().to_string();
            assert!(error.contains("line 6") && error.contains(super::EXPECTED), "{time}: {error}");
            assert!(!error.contains("u64") && !error.contains("tomorrow"), "{time}: {error}");
        }
    }
}
