//! The order go-yaml v2 writes map keys in: runs of digits compare as numbers, letters come after everything else.
//!
//! Compat: it is no strict order where leading zeros occur, so keys are inserted one by one with the comparison itself
//! rather than handed to a sort that may insist on a total order.

/// Sorts `keys` in go-yaml v2's order.
pub(crate) fn sort(keys: &mut Vec<&String>) {
    let mut sorted: Vec<&String> = Vec::with_capacity(keys.len());
    for key in keys.drain(..) {
        let at = sorted.partition_point(|other| less(other, key));
        sorted.insert(at, key);
    }
    *keys = sorted;
}

/// Whether `a` is written before `b`.
fn less(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return less_of(a.as_bytes(), b.as_bytes(), char::from);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    less_of(&a, &b, |c| c)
}

/// As [`less`], of what stands for characters.
fn less_of<C: Copy + PartialEq>(a: &[C], b: &[C], char_of: fn(C) -> char) -> bool {
    let Some(at) = a.iter().zip(b).position(|(left, right)| left != right) else { return a.len() < b.len() };
    let (left, right) = (char_of(a[at]), char_of(b[at]));
    match (left.is_alphabetic(), right.is_alphabetic()) {
        (true, true) => left < right,
        (_, true) => true,
        (true, _) => false,
        (false, false) => {
            let of = |text: &[C]| text.iter().map(|c| char_of(*c)).collect::<Vec<char>>();
            less_by_number(&of(a), &of(b), at)
        }
    }
}

/// Both sides differ at `at` in something that is no letter: compare the numbers that stand there.
fn less_by_number(a: &[char], b: &[char], at: usize) -> bool {
    let mut base = 0_i64;
    if a[at] == '0' || b[at] == '0' {
        // A zero within a number does not start it: let the number keep its weight.
        let earlier = a[..at].iter().rev().take_while(|c| c.is_ascii_digit());
        base = i64::from(earlier.into_iter().any(|c| *c != '0'));
    }
    let number = |text: &[char]| {
        let digits = text[at..].iter().take_while(|c| c.is_ascii_digit());
        digits.fold((base, at), |(value, end), digit| {
            (value.wrapping_mul(10).wrapping_add(i64::from(*digit as u32 - '0' as u32)), end + 1)
        })
    };
    let ((left, left_end), (right, right_end)) = (number(a), number(b));
    if left != right {
        return left < right;
    }
    if left_end != right_end {
        return left_end < right_end;
    }
    a[at] < b[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_naturally() {
        let check = |expected: &str| {
            let words: Vec<String> = expected.split(' ').map(str::to_owned).collect();
            let mut keys: Vec<&String> = words.iter().rev().collect();
            sort(&mut keys);
            assert_eq!(keys.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(" "), expected);
        };
        check("1 2 10");
        check("a2 a10");
        check("_x A a b bB");
        check("b b-a b.a b/a b_a bB ba");
        check("1.5 1:30 1e3");
    }
}
