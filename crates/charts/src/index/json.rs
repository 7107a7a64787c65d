//! An index in JSON: read as a stream, everything but the one chart passed over.

use super::broken::bad;
use crate::problem::Problem;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::io::Read;

/// What the index says of `chart`.
pub(super) fn items(text: impl Read, chart: &str) -> Result<Option<Vec<Value>>, Problem> {
    let mut deserializer = serde_json::Deserializer::from_reader(text);
    let index = Index { chart }.deserialize(&mut deserializer);
    let (version, found) = index.map_err(|error| bad(place(&error)))?;
    if version.is_empty() {
        return Err(bad("no API version specified"));
    }
    Ok(found)
}

/// Where it is broken; the text around it is not repeated.
fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}: it is not the JSON of an index", error.line(), error.column())
}

struct Index<'c> {
    chart: &'c str,
}

impl<'de> DeserializeSeed<'de> for Index<'_> {
    type Value = (String, Option<Vec<Value>>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Index<'_> {
    type Value = (String, Option<Vec<Value>>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an index")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut version, mut found) = (String::new(), None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "apiVersion" => version = map.next_value()?,
                "entries" => found = map.next_value_seed(Entries { chart: self.chart })?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok((version, found))
    }
}

struct Entries<'c> {
    chart: &'c str,
}

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = Option<Vec<Value>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = Option<Vec<Value>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the charts of an index")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.chart {
                found = Some(map.next_value::<Kept>()?.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// The versions of a chart, with the few fields that matter.
struct Kept(Vec<Value>);

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize, serde::Serialize)]
        struct Item {
            #[serde(default)]
            name: Value,
            #[serde(default)]
            version: Value,
            #[serde(default)]
            urls: Value,
            #[serde(default)]
            digest: Value,
        }
        let items = Vec::<Option<Item>>::deserialize(deserializer)?;
        Ok(Kept(items.into_iter().flatten().filter_map(|item| serde_json::to_value(item).ok()).collect()))
    }
}
