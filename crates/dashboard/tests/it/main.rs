//! The dashboard over an embedded cluster with the controller: the API, streams, hostile requests, pages, and a browser.

#![expect(clippy::panic, reason = "a test that cannot go on says why")]

mod stage;

mod answers;

mod reading;
mod watching;
mod writing;

mod hostile;
mod pages;
mod serving;

mod chromedriver;
