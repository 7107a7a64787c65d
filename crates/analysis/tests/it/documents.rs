//! Timelines as documents in a folder, and things that go through time from one wake to the next. For the tests of several
//! crates.

use jiff::{SignedDuration, Timestamp};
use std::path::Path;

/// Something in virtual time.
pub trait Timed {
    /// The time.
    fn now(&mut self) -> &mut Timestamp;

    /// Does what is to be done at this time; gives when to look again.
    fn settle(&mut self) -> Option<Timestamp>;

    /// Goes through time, from wake to wake.
    fn wait(&mut self, duration: SignedDuration) {
        let end = self.now().checked_add(duration).expect("a time");
        while let Some(wake) = self.settle().filter(|wake| *wake <= end) {
            assert!(wake > *self.now(), "a wake that has passed");
            *self.now() = wake;
        }
        *self.now() = end;
        self.settle();
    }
}

/// Every document goes as it says. `UPDATE_CASES=1` writes them anew.
pub fn go_as_they_say(folder: &str, run: impl Fn(&str) -> String) {
    let mut files: Vec<_> = std::fs::read_dir(Path::new(folder)).expect("the folder").filter_map(Result::ok).collect();
    files.sort_by_key(std::fs::DirEntry::path);
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file.path()).expect("a timeline");
        let found = run(&text);
        if found != text {
            if std::env::var_os("UPDATE_CASES").is_some() {
                std::fs::write(file.path(), &found).expect("written");
            }
            wrong.push(format!("--- {} goes\n{found}", file.file_name().to_string_lossy()));
        }
    }
    assert!(!files.is_empty());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
