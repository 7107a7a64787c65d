//! Data goes to standard output, everything else to standard error; a reader that went away ends the command quietly.

use crate::failure::Failure;
use std::io::{IsTerminal, Write};

/// The exit code of a command whose reader went away.
const READER_GONE: u8 = 141;

/// Writes data.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|_| Failure::with_code(READER_GONE, ""))
}

/// Writes data to the byte: nothing is taken out of it.
pub(crate) fn data(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|_| Failure::with_code(READER_GONE, ""))
}

/// Writes what is no data: progress, hints, errors.
pub(crate) fn note(text: &str) {
    // Nothing can be told to somebody who has closed standard error.
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Asks a question that is answered with `y` or `n`; anything else is asked again, the end of input means no.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    loop {
        print(question)?;
        let mut answer = String::new();
        if std::io::stdin().read_line(&mut answer)? == 0 {
            return Ok(false);
        }
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}

/// Whether a person reads standard output.
pub(crate) fn is_interactive() -> bool {
    std::io::stdout().is_terminal()
}
