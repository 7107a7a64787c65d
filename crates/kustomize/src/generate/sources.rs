//! Where generated data comes from: environment files, literals, files.
//!
//! Compat: keys are not checked against what Kubernetes allows.

use crate::kustomization::GeneratorArgs;
use crate::problem::{Problem, Result};
use bytes::Bytes;
use std::collections::BTreeMap;

/// Reads a file named in a kustomization.
pub(crate) type Load<'l> = dyn FnMut(&str) -> Result<Bytes> + 'l;

/// All pairs of a generator by key.
///
/// # Errors
/// When a source cannot be read, or a key is invalid or comes twice.
pub(super) fn pairs(args: &GeneratorArgs, load: &mut Load<'_>) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut pairs = Pairs { name: &args.name, map: BTreeMap::new() };
    let envs = args.envs.iter().try_for_each(|path| env_file(&load(path)?, &mut pairs));
    envs.map_err(|problem| {
        problem.within(format!("env source files: [{}]", args.envs.join(" "))).within("loading KV pairs")
    })?;
    // A literal may be a secret: only its key is ever named.
    let keys: Vec<String> =
        args.literals.iter().map(|literal| literal.split('=').next().unwrap_or_default().to_owned()).collect();
    let literals = args.literals.iter().try_for_each(|literal| {
        let (key, value) = parse_literal(literal)?;
        pairs_insert(&mut pairs, key, value.into())
    });
    literals.map_err(|problem| {
        problem.within(format!("literal sources [{}]", keys.join(" "))).within("loading KV pairs")
    })?;
    let files = args.files.iter().try_for_each(|source| {
        let (key, path) = parse_file(source)?;
        pairs_insert(&mut pairs, key, load(path)?.to_vec())
    });
    files.map_err(|problem| {
        problem.within(format!("file sources: [{}]", args.files.join(" "))).within("loading KV pairs")
    })?;
    Ok(pairs.map)
}

struct Pairs<'n> {
    name: &'n str,
    map: BTreeMap<String, Vec<u8>>,
}

fn pairs_insert(pairs: &mut Pairs<'_>, key: &str, value: Vec<u8>) -> Result<()> {
    if pairs.map.insert(key.to_owned(), value).is_some() {
        let name = pairs.name;
        return Err(Problem::invalid(format!("configmap {name} illegally repeats the key `{key}`")));
    }
    Ok(())
}

fn env_file(content: &[u8], pairs: &mut Pairs<'_>) -> Result<()> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    for (number, line) in content.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = std::str::from_utf8(line)
            .map_err(|_| Problem::invalid(format!("line {} has invalid utf8 bytes", number + 1)))?;
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if key.is_empty() {
            continue;
        }
        pairs_insert(pairs, key, value.into())?;
    }
    Ok(())
}

/// The key and value of `key=value`. One pair of quotes around the value goes.
fn parse_literal(source: &str) -> Result<(&str, &str)> {
    let (key, value) = source
        .split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| Problem::invalid("invalid literal source, expected key=value"))?;
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?;
        inner.strip_suffix(quote)
    });
    Ok((key, quoted.unwrap_or(value)))
}

/// The key and path of `[key=]path`.
fn parse_file(source: &str) -> Result<(&str, &str)> {
    match source.split_once('=') {
        None => {
            let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or(source);
            Ok((name, source))
        }
        Some((_, path)) if path.contains('=') => {
            Err(Problem::invalid(format!("source {source:?} key name or file path contains '='")))
        }
        Some(("", path)) => {
            Err(Problem::invalid(format!("missing key name for file path {path:?} in source {source:?}")))
        }
        Some((key, "")) => {
            Err(Problem::invalid(format!("missing file path for key name {key:?} in source {source:?}")))
        }
        Some((key, path)) => Ok((key, path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_lose_one_pair_of_quotes() {
        assert_eq!(parse_literal("a='b'"), Ok(("a", "b")));
        assert_eq!(parse_literal("a=\"b'"), Ok(("a", "\"b'")));
        assert_eq!(parse_literal("a=b=c"), Ok(("a", "b=c")));
        assert_eq!(parse_literal("a='"), Ok(("a", "'")));
        assert!(parse_literal("=b").is_err() && parse_literal("ab").is_err());
    }

    #[test]
    fn files_are_named_after_themselves() {
        assert_eq!(parse_file("dir/a.txt"), Ok(("a.txt", "dir/a.txt")));
        assert_eq!(parse_file("k=dir/a.txt"), Ok(("k", "dir/a.txt")));
        for wrong in ["=a", "a=", "a=b=c"] {
            assert!(parse_file(wrong).is_err(), "{wrong}");
        }
    }
}
