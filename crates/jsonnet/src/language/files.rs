//! Where a program's imports come from.

/// Files a program may import.
pub(crate) trait Files {
    /// Where the file that `name` means in `from` lies, and its content; or, in words, why there is none.
    fn find(&mut self, from: &str, name: &str) -> Result<(String, Vec<u8>), String>;
}
