//! `.Chart`: what Chart.yaml says. A struct in Helm 3, where a wrong name is an error; a map in Helm 4.

use crate::chart::{Dependency, Maintainer, Metadata};
use crate::profile::Profile;
use gotemplate::{GoObject, List, ListType, Map, MapClass, Type, Value};
use serde_json::{Map as JsonMap, Value as Json, json};
use std::any::Any;

/// `.Chart` of a chart.
pub(crate) fn chart(metadata: &Metadata, is_root: bool, profile: Profile) -> Value {
    if profile.is_four() {
        return as_map(metadata, is_root);
    }
    Value::object(ChartObject { metadata: metadata.clone(), is_root })
}

/// The fields of the struct in the order of their declaration.
fn fields(metadata: &Metadata, lists: &Lists) -> Vec<(&'static str, Value)> {
    vec![
        ("Name", Value::text(&*metadata.name)),
        ("Home", Value::text(&*metadata.home)),
        ("Sources", (lists.texts)(&metadata.sources)),
        ("Version", Value::text(&*metadata.version)),
        ("Description", Value::text(&*metadata.description)),
        ("Keywords", (lists.texts)(&metadata.keywords)),
        ("Maintainers", (lists.maintainers)(&metadata.maintainers)),
        ("Icon", Value::text(&*metadata.icon)),
        ("APIVersion", Value::text(&*metadata.api_version)),
        ("Condition", Value::text(&*metadata.condition)),
        ("Tags", Value::text(&*metadata.tags)),
        ("AppVersion", Value::text(&*metadata.app_version)),
        ("Deprecated", Value::Bool(metadata.deprecated)),
        ("Annotations", annotations(metadata)),
        ("KubeVersion", Value::text(&*metadata.kube_version)),
        ("Dependencies", (lists.dependencies)(metadata)),
        ("Type", Value::text(&*metadata.kind)),
    ]
}

/// How the lists of a chart are shown.
struct Lists {
    texts: fn(&[String]) -> Value,
    maintainers: fn(&[Option<Maintainer>]) -> Value,
    dependencies: fn(&Metadata) -> Value,
}

const TYPED: Lists = Lists { texts: typed_texts, maintainers: maintainer_objects, dependencies: dependency_objects };
const PLAIN: Lists = Lists { texts: plain_texts, maintainers: maintainer_maps, dependencies: dependency_maps };

fn annotations(metadata: &Metadata) -> Value {
    Value::Map(match &metadata.annotations {
        Some(map) => {
            Map::typed(&MapClass::STRINGS, map.iter().map(|(key, value)| (key.as_str(), Value::text(value.as_str()))))
        }
        None => Map::nil(&MapClass::STRINGS),
    })
}

fn typed_texts(texts: &[String]) -> Value {
    if texts.is_empty() {
        return Value::List(List::nil(ListType::STRINGS));
    }
    Value::strings(texts.iter().map(String::as_str))
}

fn plain_texts(texts: &[String]) -> Value {
    Value::list(texts.iter().map(|text| Value::text(text.as_str())).collect())
}

fn maintainer_objects(all: &[Option<Maintainer>]) -> Value {
    const TYPE: ListType = ListType { name: None, elem: &Type::Named("*chart.Maintainer") };
    let objects = all.iter().flatten().map(|one| Value::object(MaintainerObject(one.clone())));
    Value::List(if all.is_empty() { List::nil(TYPE) } else { List::typed(TYPE, objects.collect()) })
}

fn maintainer_maps(all: &[Option<Maintainer>]) -> Value {
    let map = |one: &Maintainer| Value::Map(Map::from_entries(maintainer_fields(one)));
    Value::list(all.iter().flatten().map(map).collect())
}

fn maintainer_fields(one: &Maintainer) -> [(&'static str, Value); 3] {
    [("Name", Value::text(&*one.name)), ("Email", Value::text(&*one.email)), ("URL", Value::text(&*one.url))]
}

fn dependency_objects(metadata: &Metadata) -> Value {
    const TYPE: ListType = ListType { name: None, elem: &Type::Named("*chart.Dependency") };
    let objects = metadata.declared().map(|one| Value::object(DependencyObject(one.clone())));
    Value::List(match &metadata.dependencies {
        None => List::nil(TYPE),
        Some(_) => List::typed(TYPE, objects.collect()),
    })
}

fn dependency_maps(metadata: &Metadata) -> Value {
    let map = |one: &Dependency| Value::Map(Map::from_entries(dependency_fields(one, plain_texts)));
    Value::list(metadata.declared().map(map).collect())
}

fn dependency_fields(one: &Dependency, texts: fn(&[String]) -> Value) -> [(&'static str, Value); 8] {
    [
        ("Name", Value::text(&*one.name)),
        ("Version", Value::text(&*one.version)),
        ("Repository", Value::text(&*one.repository)),
        ("Condition", Value::text(&*one.condition)),
        ("Tags", texts(&one.tags)),
        ("Enabled", Value::Bool(one.enabled)),
        ("ImportValues", Value::list(one.import_values.iter().map(Value::from).collect())),
        ("Alias", Value::text(&*one.alias)),
    ]
}

fn as_map(metadata: &Metadata, is_root: bool) -> Value {
    let entries = fields(metadata, &PLAIN).into_iter().chain([("IsRoot", Value::Bool(is_root))]);
    Value::Map(Map::from_entries(entries))
}

/// Helm 3's `.Chart`.
#[derive(Debug)]
struct ChartObject {
    metadata: Metadata,
    is_root: bool,
}

impl GoObject for ChartObject {
    fn type_name(&self) -> &'static str {
        "struct { chart.Metadata; IsRoot bool }"
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "IsRoot" => Some(Value::Bool(self.is_root)),
            "Metadata" => Some(Value::object(MetadataObject(self.metadata.clone()))),
            name => {
                fields(&self.metadata, &TYPED).into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
            }
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Metadata", Value::object(MetadataObject(self.metadata.clone()))), ("IsRoot", Value::Bool(self.is_root))]
    }

    fn to_json(&self) -> Option<Json> {
        let mut json = metadata_json(&self.metadata);
        json.insert("IsRoot".to_owned(), Json::Bool(self.is_root));
        Some(Json::Object(json))
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        let mut members = metadata_members(&self.metadata);
        members.push(("IsRoot", Value::Bool(self.is_root)));
        Some(members)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct MetadataObject(Metadata);

impl GoObject for MetadataObject {
    fn type_name(&self) -> &'static str {
        "chart.Metadata"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        fields(&self.0, &TYPED)
    }

    fn to_json(&self) -> Option<Json> {
        Some(Json::Object(metadata_json(&self.0)))
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(metadata_members(&self.0))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct MaintainerObject(Maintainer);

impl GoObject for MaintainerObject {
    fn type_name(&self) -> &'static str {
        "*chart.Maintainer"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        maintainer_fields(&self.0).into()
    }

    fn to_json(&self) -> Option<Json> {
        Some(Json::Object(maintainer_json(&self.0)))
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(in_order(&maintainer_json(&self.0), &["name", "email", "url"]))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct DependencyObject(Dependency);

impl GoObject for DependencyObject {
    fn type_name(&self) -> &'static str {
        "*chart.Dependency"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        dependency_fields(&self.0, typed_texts).into()
    }

    fn to_json(&self) -> Option<Json> {
        Some(Json::Object(dependency_json(&self.0)))
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(in_order(&dependency_json(&self.0), DEPENDENCY_ORDER))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The order in which Helm's structs declare what Chart.yaml says.
pub(crate) const METADATA_ORDER: &[&str] = &[
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];
/// The same of one of its dependencies.
pub(crate) const DEPENDENCY_ORDER: &[&str] =
    &["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

/// Chart.yaml as Go writes it in JSON: members in the order of the struct.
fn metadata_members(metadata: &Metadata) -> Vec<(&'static str, Value)> {
    let mut members = in_order(&metadata_json(metadata), METADATA_ORDER);
    for (name, value) in &mut members {
        match *name {
            "maintainers" => *value = maintainer_objects(&metadata.maintainers),
            "dependencies" => *value = dependency_objects(metadata),
            _ => {}
        }
    }
    members
}

fn in_order(json: &JsonMap<String, Json>, order: &[&'static str]) -> Vec<(&'static str, Value)> {
    order.iter().filter_map(|name| Some((*name, Value::from(json.get(*name)?)))).collect()
}

/// Chart.yaml as JSON: what is empty is left out.
pub(crate) fn metadata_json(metadata: &Metadata) -> JsonMap<String, Json> {
    let mut json = JsonMap::new();
    let texts = [
        ("name", &metadata.name),
        ("home", &metadata.home),
        ("version", &metadata.version),
        ("description", &metadata.description),
        ("icon", &metadata.icon),
        ("apiVersion", &metadata.api_version),
        ("condition", &metadata.condition),
        ("tags", &metadata.tags),
        ("appVersion", &metadata.app_version),
        ("kubeVersion", &metadata.kube_version),
        ("type", &metadata.kind),
    ];
    put_texts(&mut json, &texts);
    for (name, list) in [("sources", &metadata.sources), ("keywords", &metadata.keywords)] {
        if !list.is_empty() {
            json.insert(name.to_owned(), json!(list));
        }
    }
    if !metadata.maintainers.is_empty() {
        let all = metadata.maintainers.iter().map(|one| one.as_ref().map(|one| Json::Object(maintainer_json(one))));
        json.insert("maintainers".to_owned(), all.collect());
    }
    if metadata.deprecated {
        json.insert("deprecated".to_owned(), Json::Bool(true));
    }
    if let Some(annotations) = metadata.annotations.as_ref().filter(|annotations| !annotations.is_empty()) {
        json.insert("annotations".to_owned(), json!(annotations));
    }
    if metadata.declared().next().is_some() {
        let all = metadata.declared().map(|one| Json::Object(dependency_json(one)));
        json.insert("dependencies".to_owned(), all.collect());
    }
    json
}

fn maintainer_json(one: &Maintainer) -> JsonMap<String, Json> {
    let mut json = JsonMap::new();
    put_texts(&mut json, &[("name", &one.name), ("email", &one.email), ("url", &one.url)]);
    json
}

fn dependency_json(one: &Dependency) -> JsonMap<String, Json> {
    let mut json = JsonMap::new();
    // These two are there even when they are empty.
    json.insert("name".to_owned(), json!(one.name));
    json.insert("repository".to_owned(), json!(one.repository));
    put_texts(&mut json, &[("version", &one.version), ("condition", &one.condition), ("alias", &one.alias)]);
    if !one.tags.is_empty() {
        json.insert("tags".to_owned(), json!(one.tags));
    }
    if one.enabled {
        json.insert("enabled".to_owned(), Json::Bool(true));
    }
    if !one.import_values.is_empty() {
        json.insert("import-values".to_owned(), json!(one.import_values));
    }
    json
}

fn put_texts(json: &mut JsonMap<String, Json>, texts: &[(&str, &String)]) {
    for (name, text) in texts {
        if !text.is_empty() {
            json.insert((*name).to_owned(), json!(text));
        }
    }
}
