//! `ARGOCD_OPTS`: flags that are taken as if they stood on every command line. What stands there itself wins.

use super::flags::ServerFlags;
use crate::failure::Failure;
use std::path::PathBuf;

/// The variable.
pub(super) const VARIABLE: &str = "ARGOCD_OPTS";

/// Flags of upstream that take a value and mean nothing here: everything goes over HTTP.
const PASSED_OVER: [&str; 9] = [
    "--grpc-web-root-path",
    "--http-retry-max",
    "--logformat",
    "--loglevel",
    "--header",
    "-H",
    "--server-name",
    "--redis-name",
    "--controller-name",
];

/// The flags, with those of the text in the places of what was not said.
///
/// # Errors
/// A quote that does not end, or a flag that no command has.
pub(super) fn filled(flags: &ServerFlags, text: &str) -> Result<ServerFlags, Failure> {
    let mut filled = flags.clone();
    let mut words = words(text)?.into_iter();
    while let Some(word) = words.next() {
        let (name, mut given) = match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word, None),
        };
        let is_on = || !matches!(given.as_deref(), Some("false"));
        match &*name {
            "--plaintext" => filled.plaintext |= is_on(),
            "--insecure" => filled.insecure |= is_on(),
            "--grpc-web" => filled.grpc_web |= is_on(),
            "--core" => filled.core |= is_on(),
            _ => {
                let value = given.take().or_else(|| words.next());
                let value = value.ok_or_else(|| Failure::new(format!("{VARIABLE}: {name} needs a value")))?;
                set(&mut filled, &name, value)?;
            }
        }
    }
    Ok(filled)
}

fn set(flags: &mut ServerFlags, name: &str, value: String) -> Result<(), Failure> {
    let text = match name {
        "--server" => &mut flags.server,
        "--auth-token" => &mut flags.auth_token,
        "--argocd-context" => &mut flags.argocd_context,
        "--config" => {
            flags.config.get_or_insert_with(|| PathBuf::from(value));
            return Ok(());
        }
        name if PASSED_OVER.contains(&name) => return Ok(()),
        _ => return Err(Failure::new(format!("{VARIABLE}: there is no flag {name} that holds for all commands"))),
    };
    text.get_or_insert(value);
    Ok(())
}

/// The words of a line as a shell splits it: blanks, both quotes, and a backslash before any character.
fn words(text: &str) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    let (mut word, mut is_begun, mut quote) = (String::new(), false, None);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            (quoted, Some(mark)) if quoted == mark => quote = None,
            ('\\', None | Some('"')) => {
                word.extend(characters.next());
                is_begun = true;
            }
            (mark @ ('\'' | '"'), None) => (quote, is_begun) = (Some(mark), true),
            (blank, None) if blank.is_whitespace() => {
                if std::mem::take(&mut is_begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            (other, _) => {
                word.push(other);
                is_begun = true;
            }
        }
    }
    if quote.is_some() {
        return Err(Failure::new(format!("{VARIABLE}: a quote does not end")));
    }
    if is_begun {
        words.push(word);
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_on_the_command_line_wins() {
        let said = ServerFlags { server: Some("own:1".to_owned()), ..ServerFlags::default() };
        let text =
            r#"--server other:2 --plaintext --auth-token="a 'b'" --header 'X: y' --grpc-web=false --config a\ b"#;
        let filled = filled(&said, text).expect("flags");
        assert_eq!(filled.server.as_deref(), Some("own:1"));
        assert_eq!(filled.auth_token.as_deref(), Some("a 'b'"));
        assert_eq!((filled.plaintext, filled.grpc_web), (true, false));
        assert_eq!(filled.config, Some(PathBuf::from("a b")));
    }

    #[test]
    fn what_is_no_flag_is_refused() {
        let none = ServerFlags::default();
        for text in ["--nonsense x", "--server", "--server 'x"] {
            let refused = filled(&none, text).expect_err(text);
            assert!(refused.message.starts_with("ARGOCD_OPTS: "), "{}", refused.message);
        }
        assert_eq!(filled(&none, "  ").expect("nothing").server, None);
    }
}
