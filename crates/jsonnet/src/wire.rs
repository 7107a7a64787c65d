//! What the two processes say to each other: frames of a JSON head and a body of bytes, each with its length before it.

use render::Variable;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};

/// The longest head: names and messages.
const HEAD_BYTES_MAX: u32 = 64 << 10;

/// What the evaluating process is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToChild {
    /// Evaluate the body.
    Program {
        /// The file's path.
        file: String,
        /// What `std.extVar` knows.
        external_variables: Vec<WireVariable>,
        /// Arguments of the function that the file is.
        top_level_arguments: Vec<WireVariable>,
    },
    /// The file asked for lies there; the body is its content.
    Found(String),
    /// There is no such file, or it must not be read.
    Refused(String),
}

/// What the evaluating process answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToParent {
    /// Which file does `name` mean in `from`?
    Import {
        /// The importing file.
        from: String,
        /// As written there.
        name: String,
    },
    /// The body is the program's value in JSON.
    Value,
    /// The program has no value.
    Failed(Failure),
}

/// Why a program has no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// The file and its line, from 1, where there is one.
    pub(crate) place: Option<(String, u32)>,
    /// What is wrong there.
    pub(crate) message: String,
}

/// A variable of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WireVariable {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) is_code: bool,
}

impl From<&Variable> for WireVariable {
    fn from(variable: &Variable) -> Self {
        let (value, is_code) = match &variable.value {
            render::VariableValue::Text(text) => (text, false),
            render::VariableValue::Code(code) => (code, true),
        };
        WireVariable { name: variable.name.clone(), value: value.clone(), is_code }
    }
}

/// Why nothing could be received.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// The other side is gone, or the pipe is.
    #[error("the pipe broke: {0}")]
    Broken(#[from] std::io::Error),
    /// The head is not what it should be.
    #[error("not a message")]
    Malformed,
    /// The body is larger than it may be.
    #[error("a message of more than {0} bytes")]
    TooLarge(u32),
}

/// Writes one frame.
pub(crate) fn send(to: &mut dyn Write, head: &impl Serialize, body: &[u8]) -> Result<(), WireError> {
    let head = serde_json::to_vec(head).map_err(|_| WireError::Malformed)?;
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| WireError::TooLarge(u32::MAX));
    to.write_all(&length(&head)?.to_be_bytes())?;
    to.write_all(&length(body)?.to_be_bytes())?;
    to.write_all(&head)?;
    to.write_all(body)?;
    Ok(to.flush()?)
}

/// Reads one frame from a side that is not believed: nothing is allocated beyond what may come.
pub(crate) fn receive<T: DeserializeOwned>(from: &mut dyn Read, body_max: u32) -> Result<(T, Vec<u8>), WireError> {
    receive_bounded(from, HEAD_BYTES_MAX, body_max)
}

/// Reads one frame from the side that holds the files.
pub(crate) fn receive_trusted<T: DeserializeOwned>(from: &mut dyn Read) -> Result<(T, Vec<u8>), WireError> {
    receive_bounded(from, u32::MAX, u32::MAX)
}

fn receive_bounded<T: DeserializeOwned>(
    from: &mut dyn Read,
    head_max: u32,
    body_max: u32,
) -> Result<(T, Vec<u8>), WireError> {
    let mut lengths = [0; 8];
    from.read_exact(&mut lengths)?;
    let [a, b, c, d, e, f, g, h] = lengths;
    let (head, body) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
    if head > head_max {
        return Err(WireError::Malformed);
    }
    if body > body_max {
        return Err(WireError::TooLarge(body_max));
    }
    let head = exactly(from, head)?;
    let head = serde_json::from_slice(&head).map_err(|_| WireError::Malformed)?;
    Ok((head, exactly(from, body)?))
}

fn exactly(from: &mut dyn Read, length: u32) -> Result<Vec<u8>, WireError> {
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        let mut pipe = Vec::new();
        send(&mut pipe, &ToChild::Found("a/b.libsonnet".into()), b"\0content").expect("room");
        let (head, body): (ToChild, _) = receive(&mut &pipe[..], 8).expect("a frame");
        assert!(matches!(head, ToChild::Found(path) if path == "a/b.libsonnet"));
        assert_eq!(body, b"\0content");
    }

    #[test]
    fn what_is_too_long_or_no_frame_is_told_before_it_is_read() {
        let mut pipe = Vec::new();
        send(&mut pipe, &ToParent::Value, b"123456789").expect("room");
        assert!(matches!(receive::<ToParent>(&mut &pipe[..], 8), Err(WireError::TooLarge(8))));
        assert!(matches!(receive::<ToParent>(&mut &pipe[..5], 8), Err(WireError::Broken(_))));
        assert!(matches!(receive::<ToParent>(&mut &[0xff; 8][..], 8), Err(WireError::Malformed)));
        pipe[8] = b'!';
        assert!(matches!(receive::<ToParent>(&mut &pipe[..], 9), Err(WireError::Malformed)));
    }
}
