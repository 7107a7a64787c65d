//! Recorded creations that succeeded: the object that comes out of this crate is the one that was answered.

use crate::recorded::{Step, collection, steps};
use kinds::admission::{PodFacts, Refused, admit_pod, service_account_of};
use kinds::{CreateContext, FieldError};
use serde_json::{Value, json};

/// What a creation comes to.
pub enum Created {
    Object(Value, Vec<String>),
    Invalid(Vec<FieldError>),
    Refused(Refused),
    Undecodable(String),
}

/// Puts a recorded creation through decoding, defaulting, preparation, admission and validation.
pub fn create(step: &Step) -> Option<Created> {
    let (group, version, namespace, resource) = collection(&step.path)?;
    let served = kinds::by_resource(&group, &version, &resource)?;
    let text = match &step.body {
        Value::String(text) => text.clone(),
        body => body.to_string(),
    };
    let mut object = match defaults::decode(&served.gvk(), text.as_bytes()) {
        Ok(decoded) => decoded.value,
        Err(error) => return Some(Created::Undecodable(error.to_string())),
    };
    if !object.is_object() {
        object = json!({});
    }
    object["apiVersion"] = served.gvk().api_version().into();
    object["kind"] = served.kind.kind.into();
    let uid = step.response.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or("uid-3").to_owned();
    for field in ["uid", "creationTimestamp", "deletionTimestamp", "selfLink", "resourceVersion"] {
        object["metadata"].as_object_mut().map(|metadata| metadata.remove(field));
    }
    if !namespace.is_empty() {
        object["metadata"]["namespace"] = namespace.clone().into();
    }
    if let Some(prefix) = object["metadata"]["generateName"].as_str().map(str::to_owned) {
        let prefix = &prefix[..prefix.len().min(58)];
        object["metadata"]["name"] = format!("{prefix}k5qrf").into();
    }
    object["metadata"]["uid"] = uid.clone().into();
    defaults::apply(&served.gvk(), &mut object);
    if served.kind.kind == "Pod"
        && let Err(refused) = admit(&mut object)
    {
        return Some(Created::Refused(refused));
    }
    kinds::convert(served.kind, &mut object, &served.kind.storage_gvk());
    defaults::apply(&served.kind.storage_gvk(), &mut object);
    let user = json!({"username": "kubernetes-admin", "groups": ["system:masters", "system:authenticated"]});
    served.kind.prepare_create(&mut object, &CreateContext { uid: &uid, now: "<time>", user: &user });
    let errors = served.kind.validate_create(&object);
    if !errors.is_empty() {
        return Some(Created::Invalid(errors));
    }
    let deprecated = served.kind.deprecated.map(str::to_owned);
    let warnings = deprecated.into_iter().chain(served.kind.warnings(&object, None)).collect();
    kinds::convert(served.kind, &mut object, &served.gvk());
    defaults::apply(&served.gvk(), &mut object);
    Some(Created::Object(object, warnings))
}

fn admit(pod: &mut Value) -> Result<(), Refused> {
    let account = json!({"metadata": {"name": "default"}});
    let known = matches!(service_account_of(pod), "default");
    let classes = [json!({"metadata": {"name": "vec-pc"}, "value": 7, "preemptionPolicy": "Never"})];
    let facts = PodFacts {
        service_account: known.then_some(&account),
        priority_classes: &classes,
        runtime_class: None,
        volume_suffix: "12345",
    };
    admit_pod(pod, &facts)
}

/// Takes away what the request pipeline and the store add, and what the recording server has of its own.
fn comparable(mut object: Value) -> Value {
    for field in ["managedFields", "resourceVersion", "creationTimestamp", "uid", "namespace", "name"] {
        object["metadata"].as_object_mut().map(|metadata| metadata.remove(field));
    }
    if object["metadata"]["generation"].is_null() {
        object["metadata"].as_object_mut().map(|metadata| metadata.remove("generation"));
    }
    if object["kind"] == "Service" {
        for field in ["clusterIP", "clusterIPs"] {
            object["spec"].as_object_mut().map(|spec| spec.remove(field));
        }
        for port in object["spec"]["ports"].as_array_mut().into_iter().flatten() {
            port.as_object_mut().map(|port| port.remove("nodePort"));
        }
        object["spec"].as_object_mut().into_iter().for_each(|spec| spec.retain(|_, value| !value.is_null()));
    }
    if object["kind"] == "CertificateSigningRequest" {
        object["spec"].as_object_mut().map(|spec| spec.remove("extra"));
    }
    let text = object.to_string().replace("<name:kube-api-access-1>", "kube-api-access-12345");
    let openshift = r#",{"configMap":{"items":[{"key":"service-ca.crt","path":"service-ca.crt"}],"name":"openshift-service-ca.crt"}}"#;
    serde_json::from_str(&text.replace(openshift, "")).expect("still JSON")
}

#[test]
fn created_objects_are_those_of_a_real_server() {
    let mut wrong = Vec::new();
    let mut compared = 0;
    for file in ["defaulting.jsonl.gz", "errors.jsonl.gz"] {
        for step in steps(file).iter().filter(|step| step.method == "POST" && step.status == 201) {
            let by_yaml = step.body.as_str().is_some_and(|text| text.starts_with("apiVersion"));
            if step.response["metadata"]["name"].as_str().is_none() || by_yaml {
                continue;
            }
            let Some(created) = create(step) else { continue };
            compared += 1;
            let place = format!("{}#{}", step.case, step.index);
            match created {
                Created::Object(object, warnings) => {
                    let mut again = object.clone();
                    let api_version = again["apiVersion"].as_str().unwrap_or_default().to_owned();
                    let kind = again["kind"].as_str().unwrap_or_default().to_owned();
                    defaults::apply(&object::Gvk::from_api_version(&api_version, &kind), &mut again);
                    assert_eq!(again, object, "{place}: defaulting what was defaulted changes nothing");
                    let of_fields =
                        |text: &&String| text.starts_with("unknown field") || text.starts_with("duplicate field");
                    let expected: Vec<&String> = step.warnings.iter().filter(|text| !of_fields(text)).collect();
                    if warnings.iter().collect::<Vec<_>>() != expected {
                        wrong.push(format!("{place}: warned {warnings:?} instead of {expected:?}"));
                    }
                    let (ours, theirs) = (comparable(object), comparable(step.response.clone()));
                    if ours != theirs {
                        wrong.push(format!("{place}\n  ours   {ours}\n  theirs {theirs}"));
                    }
                }
                Created::Invalid(errors) => wrong.push(format!("{place}: {}", kinds::field::aggregate(&errors))),
                Created::Refused(refused) => wrong.push(format!("{place}: {refused}")),
                Created::Undecodable(message) => wrong.push(format!("{place}: {message}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 150, "only {compared} creations were compared");
}
