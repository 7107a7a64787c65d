//! Values set one by one: an application's parameters as `--set` and its relatives take them.

use api::HelmParameter;

/// `--set` or `--set-string`, one for each name; the last of a name wins.
pub(super) fn set(
    parameters: &[HelmParameter],
    force_string: bool,
    substitute: impl Fn(&str) -> String,
) -> Vec<String> {
    let own: Vec<&HelmParameter> = parameters.iter().filter(|one| one.force_string == force_string).collect();
    let is_last = |at: &usize| !own[at + 1..].iter().any(|later| later.name == own[*at].name);
    let text = |one: &HelmParameter| format!("{}={}", one.name, escaped(&substitute(&one.value)));
    (0..own.len()).filter(is_last).map(|at| text(own[at])).collect()
}

/// A value in which a comma is a comma, unless the value is a list in braces. One that is escaped stays so.
pub(super) fn escaped(value: &str) -> String {
    if value.starts_with('{') && value.ends_with('}') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut before = None;
    for c in value.chars() {
        if c == ',' && before != Some('\\') {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_are_escaped_as_upstream_does() {
        let cases =
            [("a,b", r"a\,b"), (r"a\,b", r"a\,b"), ("{a,b}", "{a,b}"), ("{a,b", r"{a\,b"), (",", r"\,"), ("", "")];
        for (value, expected) in cases {
            assert_eq!(escaped(value), expected, "{value}");
        }
    }

    #[test]
    fn the_last_of_a_name_wins() {
        let parameter = |name: &str, value: &str, force_string| HelmParameter {
            name: name.into(),
            value: value.into(),
            force_string,
            ..HelmParameter::default()
        };
        let all = [
            parameter("a", "1", false),
            parameter("b", "2", true),
            parameter("a", "3", false),
            parameter("c", "4", false),
        ];
        assert_eq!(set(&all, false, str::to_owned), ["a=3", "c=4"]);
        assert_eq!(set(&all, true, str::to_uppercase), ["b=2"]);
    }
}
