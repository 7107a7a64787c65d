//! Where the entries of a kustomization's lists stand in its text: what is made of them comes from there.

/// The line, from 1, at which the entry at `index` of the list `key` begins; that of `key` where the list is written in
/// one line, and 0 where there is no such key.
pub(crate) fn entry_line(text: &[u8], key: &str, index: usize) -> u32 {
    let text = String::from_utf8_lossy(text);
    let mut lines = (1..).zip(text.lines());
    let is_key = |line: &str| {
        let line = line.strip_prefix(['"', '\'']).unwrap_or(line);
        let rest = line.strip_prefix(key).map(|rest| rest.strip_prefix(['"', '\'']).unwrap_or(rest));
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    let Some((of_key, _)) = lines.by_ref().find(|(_, line)| is_key(line)) else { return 0 };
    let mut indent = None;
    let mut seen = 0;
    for (number, line) in lines {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let own = line.len() - content.len();
        let begins_entry = content == "-" || content.starts_with("- ");
        if own < indent.unwrap_or(0) || (own == 0 && !begins_entry) {
            break;
        }
        if begins_entry && own == *indent.get_or_insert(own) {
            if seen == index {
                return number;
            }
            seen += 1;
        }
    }
    of_key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_however_they_are_indented() {
        let text = b"# x\nsecretGenerator:\n  - name: a\n    literals:\n      - x=1\n      - y=2\n\n  # second\n  - name: b\n\
                     configMapGenerator:\n- name: c\n  files: [a]\n- name: d\nhelmCharts: [{name: e}]\nresources:\n- x\n";
        let cases = [
            ("secretGenerator", 0, 3),
            ("secretGenerator", 1, 9),
            ("secretGenerator", 2, 2),
            ("configMapGenerator", 0, 11),
            ("configMapGenerator", 1, 13),
            ("helmCharts", 0, 14),
            ("patches", 0, 0),
        ];
        for (key, index, line) in cases {
            assert_eq!(entry_line(text, key, index), line, "{key} {index}");
        }
    }
}
