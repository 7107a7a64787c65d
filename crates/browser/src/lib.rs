//! A real browser for tests of pages: started, driven through WebDriver, and asked what is wrong with a page.
//!
//! Knows no page. A machine without a browser skips: [`Browser::start`] gives `None`.

#![expect(clippy::panic, clippy::print_stderr, reason = "a test that cannot go on, or is skipped, says why")]

mod checks;
mod session;

pub use checks::check;
pub use session::Browser;
