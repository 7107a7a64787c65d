//! Reading a body as Kubernetes reads it: type errors in its words, unknown and duplicate fields noted in the order of
//! the text. Bodies that are trees already (from YAML, or made by a patch) go through the same reader.

mod mismatch;
mod place;
mod visitor;

use crate::types::{self, Form, Shape};
use object::Gvk;
use place::Place;
use serde::de::DeserializeSeed;
use serde_json::Value;
use visitor::{Reader, Sink};

/// An object that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The object without the fields that its kind does not have. Nulls are kept, nothing is filled in.
    pub value: Value,
    /// What strict field validation refuses and the default one warns of, each as Kubernetes writes it:
    /// `unknown field "spec.foo"`, `duplicate field "data.a"`.
    pub strict: Vec<String>,
}

/// Why a body is no object of the kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The text is not JSON.
    #[error("{0}")]
    Syntax(String),
    /// A field has another type than its kind gives it. The message is the part after `cannot be handled as a Kind: `.
    #[error("{0}")]
    Type(String),
}

/// Reads JSON text as an object of this version and kind. An unknown kind is read as it stands, with duplicates noted.
///
/// # Errors
/// When the text is not JSON or a field is of the wrong type.
pub fn decode(gvk: &Gvk, text: &[u8]) -> Result<Decoded, DecodeError> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let decoded = read(gvk, &mut deserializer)?;
    deserializer.end().map_err(syntax)?;
    Ok(decoded)
}

/// As [`decode`], of a tree that was read already.
///
/// # Errors
/// When a field is of the wrong type.
pub fn decode_value(gvk: &Gvk, value: Value) -> Result<Decoded, DecodeError> {
    read(gvk, value)
}

fn read<'de, D>(gvk: &Gvk, deserializer: D) -> Result<Decoded, DecodeError>
where
    D: serde::Deserializer<'de, Error = serde_json::Error>,
{
    let shape = types::place_of_kind(gvk).map(|place| Shape { form: Form::Struct(place), go_name: None });
    let mut sink = Sink::default();
    let reader = Reader { shape: shape.as_ref(), context: None, place: &Place::Root, sink: &mut sink };
    let value = reader.deserialize(deserializer).map_err(syntax)?;
    match sink.type_error {
        Some(message) => Err(DecodeError::Type(message)),
        None => Ok(Decoded { value, strict: sink.strict }),
    }
}

fn syntax(error: serde_json::Error) -> DecodeError {
    DecodeError::Syntax(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(kind: &str, text: &str) -> Result<Vec<String>, String> {
        let gvk = match kind {
            "Deployment" => Gvk::new("apps", "v1", kind),
            _ => Gvk::new("", "v1", kind),
        };
        decode(&gvk, text.as_bytes()).map(|decoded| decoded.strict).map_err(|error| error.to_string())
    }

    #[test]
    fn unknown_and_duplicate_fields_are_noted_in_the_order_of_the_text() {
        let text = r#"{"metadata":{"name":"c1","foo":1},"bogus":1,"data":{"a":"1","a":"2"},"Kind":"x"}"#;
        let expected = [
            r#"unknown field "metadata.foo""#,
            r#"unknown field "bogus""#,
            r#"duplicate field "data.a""#,
            r#"unknown field "Kind""#,
        ];
        assert_eq!(decoded("ConfigMap", text), Ok(expected.map(str::to_owned).to_vec()));
        let text = r#"{"spec":{"containers":[{"ports":[{"foo":1}]}]}}"#;
        assert_eq!(decoded("Pod", text), Ok(vec![r#"unknown field "spec.containers[0].ports[0].foo""#.to_owned()]));
    }

    #[test]
    fn type_errors_are_in_gos_words() {
        let into = |what: &str| Err(format!("json: cannot unmarshal {what}"));
        let cases = [
            (
                "Deployment",
                r#"{"spec":{"replicas":"x"}}"#,
                "string into Go struct field DeploymentSpec.spec.replicas of type int32",
            ),
            (
                "Deployment",
                r#"{"spec":{"replicas":1.5}}"#,
                "number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
            ),
            (
                "Deployment",
                r#"{"spec":{"replicas":99999999999}}"#,
                "number 99999999999 into Go struct field DeploymentSpec.spec.replicas of type int32",
            ),
            (
                "Pod",
                r#"{"spec":{"containers":{}}}"#,
                "object into Go struct field PodSpec.spec.containers of type []v1.Container",
            ),
            (
                "Pod",
                r#"{"spec":{"containers":[{"ports":[{"containerPort":"80"}]}]}}"#,
                "string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
            ),
            (
                "ConfigMap",
                r#"{"metadata":{"labels":{"a":1}}}"#,
                "number into Go struct field ObjectMeta.metadata.labels of type string",
            ),
            ("ConfigMap", r#"{"data":{"a":{}}}"#, "object into Go struct field ConfigMap.data of type string"),
            (
                "Pod",
                r#"{"spec":{"dnsPolicy":1}}"#,
                "number into Go struct field PodSpec.spec.dnsPolicy of type v1.DNSPolicy",
            ),
            ("Pod", r#"{"spec":"x"}"#, "string into Go struct field Pod.spec of type v1.PodSpec"),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(decoded(kind, text), into(expected), "{text}");
        }
    }

    #[test]
    fn scalars_with_readers_of_their_own_use_their_words() {
        let cases = [
            (
                "Pod",
                r#"{"spec":{"containers":[{"resources":{"limits":{"cpu":"abc"}}}]}}"#,
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ),
            (
                "ConfigMap",
                r#"{"metadata":{"creationTimestamp":"yesterday"}}"#,
                "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\"",
            ),
            ("Secret", r#"{"data":{"a":"***"}}"#, "illegal base64 data at input byte 0"),
            (
                "Service",
                r#"{"spec":{"ports":[{"targetPort":true}]}}"#,
                "json: cannot unmarshal bool into Go value of type int32",
            ),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(decoded(kind, text), Err(expected.to_owned()), "{text}");
        }
    }
}
