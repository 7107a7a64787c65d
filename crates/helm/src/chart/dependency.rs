//! One entry of a chart's `dependencies`.

use super::text::sanitize;
use super::validation::{ValidationError, invalid};
use crate::go_json::{Decoder, field};
use serde_json::{Map, Value};

/// A chart that another needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// The versions that will do.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Paths into the values, comma separated: the first that leads to a boolean says whether it is used.
    pub condition: String,
    /// Names under `tags` in the values that switch it together with others.
    pub tags: Vec<String>,
    /// Whether it is used, once that is decided.
    pub enabled: bool,
    /// Which of its values its parent takes over: a name below `exports`, or a `child` and a `parent` path.
    pub import_values: Vec<Value>,
    /// The name it is used under.
    pub alias: String,
}

impl Dependency {
    pub(crate) fn read_list(value: &Value, decoder: &mut Decoder) -> Option<Vec<Option<Dependency>>> {
        if value.is_null() {
            return None;
        }
        let items = decoder.items(value, "[]*chart.Dependency");
        Some(items.iter().map(|item| Dependency::read(item, decoder)).collect())
    }

    fn read(value: &Value, decoder: &mut Decoder) -> Option<Dependency> {
        let map = decoder.object(value, "chart.Dependency")?;
        let mut one = Dependency::default();
        one.read_fields(map, decoder);
        Some(one)
    }

    fn read_fields(&mut self, map: &Map<String, Value>, decoder: &mut Decoder) {
        const OWNER: &str = "Dependency";
        let texts: [(&'static str, &mut String); 5] = [
            ("name", &mut self.name),
            ("version", &mut self.version),
            ("repository", &mut self.repository),
            ("condition", &mut self.condition),
            ("alias", &mut self.alias),
        ];
        for (name, place) in texts {
            if let Some(value) = field(map, name) {
                *place = decoder.within(OWNER, name, |decoder| decoder.text(value));
            }
        }
        if let Some(value) = field(map, "tags") {
            self.tags = decoder.within(OWNER, "tags", |decoder| decoder.texts(value));
        }
        if let Some(value) = field(map, "enabled") {
            self.enabled = decoder.within(OWNER, "enabled", |decoder| decoder.flag(value));
        }
        if let Some(value) = field(map, "import-values") {
            let items = |decoder: &mut Decoder| decoder.items(value, "[]interface {}").to_vec();
            self.import_values = decoder.within(OWNER, "import-values", items);
        }
    }

    pub(crate) fn validate(&mut self) -> Result<(), ValidationError> {
        let texts = [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition];
        texts.into_iter().chain(&mut self.tags).for_each(sanitize);
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !self.alias.bytes().all(legal) {
            return invalid(format!("dependency {:?} has disallowed characters in the alias", self.name));
        }
        Ok(())
    }
}
