//! The function table holds exactly the original's names.

/// The names in `sprig.GenericFuncMap()` of github.com/Masterminds/sprig/v3 v3.3.0.
const NAMES: &str = include_str!("../cases/names.txt");

#[test]
fn the_table_holds_exactly_the_originals_names() {
    let functions = sprig::functions();
    let ours: Vec<&str> = functions.names().collect();
    let theirs: Vec<&str> = NAMES.lines().collect();
    assert_eq!(theirs.len(), 211);
    assert_eq!(ours, theirs);
}
