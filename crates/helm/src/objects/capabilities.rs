//! `.Capabilities`.

use crate::capabilities::{Capabilities, KubeVersion};
use crate::profile::Profile;
use gotemplate::{Args, Call, Function, GoObject, List, ListMethods, ListType, Signature, Text, Type, Value};
use serde_json::{Value as Json, json};
use std::any::Any;
use std::sync::Arc;

/// The object of a release.
pub(crate) fn capabilities(capabilities: &Capabilities, profile: Profile) -> Value {
    let kube_version = KubeVersionObject { version: capabilities.kube_version.clone(), profile };
    let versions = capabilities.api_versions.iter().map(|version| Value::text(version.as_str())).collect();
    Value::object(CapabilitiesObject {
        kube_version: Value::object(kube_version),
        api_versions: Value::List(List::named(version_set(profile), has_method(), versions)),
        helm_version: Value::object(HelmVersionObject(profile)),
        profile,
    })
}

fn version_set(profile: Profile) -> ListType {
    let name = if profile.is_four() { "common.VersionSet" } else { "chartutil.VersionSet" };
    ListType { name: Some(name), elem: &Type::String }
}

fn has_method() -> ListMethods {
    |list, name| {
        let list = list.clone();
        let has = Signature::new(&[Type::String], Type::Bool);
        (name == "Has").then(|| {
            Function::closure(has, move |_: &mut Call<'_>, args: Args<'_>| {
                let wanted = args.text(0);
                Ok(Value::Bool(list.iter().any(|version| matches!(version, Value::Str(version) if version == wanted))))
            })
        })
    }
}

#[derive(Debug)]
struct CapabilitiesObject {
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
    profile: Profile,
}

impl GoObject for CapabilitiesObject {
    fn type_name(&self) -> &'static str {
        if self.profile.is_four() { "*common.Capabilities" } else { "*chartutil.Capabilities" }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("KubeVersion", self.kube_version.clone()),
            ("APIVersions", self.api_versions.clone()),
            ("HelmVersion", self.helm_version.clone()),
        ]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct KubeVersionObject {
    version: KubeVersion,
    profile: Profile,
}

impl GoObject for KubeVersionObject {
    fn type_name(&self) -> &'static str {
        if self.profile.is_four() { "common.KubeVersion" } else { "chartutil.KubeVersion" }
    }

    fn method(self: Arc<Self>, name: &str) -> Option<Function> {
        let text = match name {
            "GitVersion" => self.version.version.clone(),
            "String" => self.version.normalized.clone(),
            _ => return None,
        };
        let text = Value::text(text);
        Some(Function::closure(
            Signature::new(&[], Type::String),
            move |_: &mut Call<'_>, _: Args<'_>| Ok(text.clone()),
        ))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Version", Value::text(&*self.version.version)),
            ("Major", Value::text(&*self.version.major)),
            ("Minor", Value::text(&*self.version.minor)),
        ]
    }

    fn text(&self) -> Option<Text> {
        Some(Text::from(&*self.version.normalized))
    }

    fn to_json(&self) -> Option<Json> {
        let KubeVersion { version, major, minor, .. } = &self.version;
        Some(json!({"Version": version, "Major": major, "Minor": minor}))
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(self.fields())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The version of Go that the releases are taken to be built with.
const GO_VERSION: &str = "go1.26.8";

#[derive(Debug)]
struct HelmVersionObject(Profile);

impl HelmVersionObject {
    fn client_version(&self) -> Option<&'static str> {
        self.0.is_four().then_some("v1.36")
    }
}

impl GoObject for HelmVersionObject {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let mut fields = vec![
            ("Version", Value::text(self.0.helm_version())),
            ("GitCommit", Value::text("")),
            ("GitTreeState", Value::text("")),
            ("GoVersion", Value::text(GO_VERSION)),
        ];
        fields.extend(self.client_version().map(|version| ("KubeClientVersion", Value::text(version))));
        fields
    }

    fn to_json(&self) -> Option<Json> {
        let mut json = json!({"version": self.0.helm_version(), "go_version": GO_VERSION});
        if let (Some(version), Json::Object(map)) = (self.client_version(), &mut json) {
            map.insert("kube_client_version".to_owned(), json!(version));
        }
        Some(json)
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        let client = self.client_version().map(|version| ("kube_client_version", Value::text(version)));
        let own = [("version", Value::text(self.0.helm_version())), ("go_version", Value::text(GO_VERSION))];
        Some(own.into_iter().chain(client).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
