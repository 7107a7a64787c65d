//! Arguments of a run in the places that name them: `{{args.name}}`.

use api::rollouts::{Argument, Metric, SecretKeyReference};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What stands for a secret while nothing is asked yet.
const DUMMY_SECRET: &str = "temp-for-secret";
/// What stands for a secret in messages.
const REDACTED: &str = "*****";

/// The metric with its arguments in place. `secrets` are the values of arguments that come from Secrets, by argument.
///
/// # Errors
/// When an argument has no value, or a place names none; in Rollouts' words.
pub fn resolve<'m>(
    metric: &'m Metric,
    args: &[Argument],
    secrets: &BTreeMap<String, String>,
) -> Result<Cow<'m, Metric>, String> {
    let mut values = BTreeMap::new();
    for arg in args {
        let value = secrets.get(&arg.name).or(arg.value.as_ref());
        let value = value.ok_or_else(|| format!("argument \"{}\" was not supplied", arg.name))?;
        values.insert(format!("args.{}", arg.name), value.as_str());
    }
    let mut marks = Marks::default();
    serde_json::to_writer(&mut marks, metric).map_err(|error| error.to_string())?;
    if !marks.found {
        return Ok(Cow::Borrowed(metric));
    }
    let text = serde_json::to_string(metric).map_err(|error| error.to_string())?;
    let resolved = serde_json::from_str(&filled(&text, &values)?).map_err(|error| error.to_string())?;
    Ok(Cow::Owned(resolved))
}

/// Looks for `{{` in what is written, and keeps nothing of it: most metrics name no argument, and are looked at often.
#[derive(Default)]
struct Marks {
    found: bool,
    ends_with_brace: bool,
}

impl std::io::Write for Marks {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.found |= self.ends_with_brace && bytes.first() == Some(&b'{');
        self.found |= bytes.windows(2).any(|two| two == b"{{");
        self.ends_with_brace = bytes.last().map_or(self.ends_with_brace, |last| *last == b'{');
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The metric with something in place of secrets: to check everything else before they are read.
pub(crate) fn resolve_without_secrets<'m>(metric: &'m Metric, args: &[Argument]) -> Result<Cow<'m, Metric>, String> {
    let is_secret = |arg: &&Argument| arg.value_from.as_ref().is_some_and(|from| from.secret_key_ref.is_some());
    let dummies = args.iter().filter(is_secret).map(|arg| (arg.name.clone(), DUMMY_SECRET.to_owned())).collect();
    resolve(metric, args, &dummies)
}

/// JSON text with the values of its tags in place, quoted as JSON wants them.
fn filled(text: &str, values: &BTreeMap<String, &str>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut unresolved = None;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((tag, behind)) = behind.split_once("}}") else {
            return Err("Cannot find end tag=\"}}\" behind \"{{\": close it".to_owned());
        };
        out.push_str(before);
        match values.get(tag.trim()) {
            Some(value) => {
                let quoted = serde_json::Value::from(*value).to_string();
                out.push_str(&quoted[1..quoted.len() - 1]);
            }
            // Compat: of several, the last is named.
            None => unresolved = Some(format!("failed to resolve {{{{{tag}}}}}")),
        }
        rest = behind;
    }
    out.push_str(rest);
    unresolved.map_or(Ok(out), Err)
}

/// Which Secrets a run's arguments come from, by argument.
#[must_use]
pub fn needed_secrets(args: &[Argument]) -> BTreeMap<&str, &SecretKeyReference> {
    args.iter().filter_map(|arg| Some((arg.name.as_str(), arg.value_from.as_ref()?.secret_key_ref.as_ref()?))).collect()
}

/// `message` without the secrets in it.
#[must_use]
pub fn redacted<'s>(message: &str, secrets: impl IntoIterator<Item = &'s str>) -> String {
    // The longest first: one may be a part of another.
    let mut secrets: Vec<&str> = secrets.into_iter().filter(|secret| !secret.is_empty()).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.into_iter().fold(message.to_owned(), |message, secret| message.replace(secret, REDACTED))
}
