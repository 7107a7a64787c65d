//! Reads lines `{"M": "emit"|"parse"|"words", "D": text}` and answers `{"o": text, "e": error}`, to be compared with other
//! implementations line by line; `words` gives errors as go-yaml words them.

use budget::Budget;
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use yaml::{Dialect, emit, parse_all};

fn answer(mode: &str, data: &str) -> Result<String, String> {
    if mode == "emit" {
        return serde_json::from_str::<Value>(data).map(|value| emit(&value)).map_err(|error| error.to_string());
    }
    let documents = parse_all(data.as_bytes(), Dialect::V2, &mut Budget::default()).map_err(|error| match mode {
        "words" => error.as_go(),
        _ => error.to_string(),
    })?;
    Ok(documents.into_iter().next().map_or(Value::Null, |document| document.value).to_string())
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let text = |field: &str| request[field].as_str().unwrap_or_default().to_owned();
        let (text, error) = match answer(&text("M"), &text("D")) {
            Ok(text) => (text, String::new()),
            Err(error) => (String::new(), error),
        };
        writeln!(out, "{}", json!({ "o": text, "e": error }))?;
    }
    out.flush()
}
