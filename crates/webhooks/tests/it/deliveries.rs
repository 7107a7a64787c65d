//! Bodies as the senders' own documentation gives them.

use crate::{cases, told};

#[test]
fn every_documented_delivery_is_read_as_expected() {
    let cases = cases();
    assert!(cases.len() > 40, "the cases are there");
    for case in cases {
        assert_eq!(told(&case.receive(&case.body)), case.expected, "{}", case.name);
    }
}
