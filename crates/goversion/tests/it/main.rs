//! The answers of github.com/Masterminds/semver/v3, recorded per release in `tests/cases`, against ours.
//!
//! Lines are tab-separated and their texts quoted as Go's `%q`: `version` (text, lenient answer, strict answer),
//! `compare` (a version against all versions read so far in the file), `constraint` (text, printed form, one digit for
//! each version: whether it satisfies).

use goversion::{Constraints, Release, Version};
use std::cmp::Ordering;

#[test]
fn release_3_3_agrees() {
    check(include_str!("../cases/v3.3.0.txt"), Release::V3_3);
}

#[test]
fn release_3_4_agrees() {
    check(include_str!("../cases/v3.4.0.txt"), Release::V3_4);
}

#[test]
fn release_3_5_agrees() {
    check(include_str!("../cases/v3.5.0.txt"), Release::V3_5);
}

#[test]
fn next_versions_keep_the_v_and_drop_the_rest() {
    let version = Version::parse("v1.2.3-rc.1+b", Release::V3_5).expect("a version");
    let next = [version.next_patch(), version.next_minor(), version.next_major()];
    assert_eq!(next.each_ref().map(Version::original), ["v1.2.3", "v1.3.0", "v2.0.0"]);
}

fn check(cases: &str, release: Release) {
    let versions: Vec<Version> = texts(cases, "version").filter_map(|f| Version::parse(&f[0], release).ok()).collect();
    let mut wrong = Vec::new();
    let mut compare = |what: &str, expected: &str, given: &str| {
        if expected != given {
            wrong.push(format!("{what}: expected {expected}, got {given}"));
        }
    };
    for fields in texts(cases, "version") {
        compare(&format!("lenient {:?}", fields[0]), &fields[1], &lenient(&fields[0], release));
        let strict = Version::parse_strict(&fields[0], release);
        let strict = strict.map_or_else(|error| format!("!! {error}"), |version| version.to_string());
        compare(&format!("strict {:?}", fields[0]), &fields[2], &strict);
    }
    for fields in texts(cases, "compare") {
        let left = Version::parse(&fields[0], release).expect("a version that was read before");
        let given: String = versions.iter().map(|right| sign(left.compare(right))).collect();
        compare(&format!("compare {:?}", fields[0]), &fields[1], &given);
    }
    for fields in texts(cases, "constraint") {
        let (printed, satisfied) = match Constraints::parse(&fields[0], release) {
            Err(error) => (format!("!! {error}"), String::new()),
            Ok(constraints) => {
                let satisfied = versions.iter().map(|version| if constraints.check(version) { '1' } else { '0' });
                (constraints.to_string(), satisfied.collect())
            }
        };
        compare(&format!("constraint {:?}", fields[0]), &fields[1], &printed);
        compare(&format!("satisfied {:?}", fields[0]), &fields[2], &satisfied);
    }
    assert!(versions.len() > 20, "the file holds versions");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

fn lenient(text: &str, release: Release) -> String {
    match Version::parse(text, release) {
        Err(error) => format!("!! {error}"),
        Ok(v) => {
            let numbers = format!("{} {} {}", v.major(), v.minor(), v.patch());
            format!("{numbers} \"{}\" \"{}\" {v}", v.prerelease(), v.metadata())
        }
    }
}

fn sign(order: Ordering) -> char {
    match order {
        Ordering::Less => '<',
        Ordering::Equal => '=',
        Ordering::Greater => '>',
    }
}

fn texts<'a>(cases: &'a str, kind: &'a str) -> impl Iterator<Item = Vec<String>> + 'a {
    cases.lines().filter_map(move |line| {
        let fields = line.strip_prefix(kind)?.strip_prefix('\t')?;
        Some(fields.split('\t').map(unquoted).collect())
    })
}

/// Reads what Go's `%q` wrote.
fn unquoted(field: &str) -> String {
    let Some(inner) = field.strip_prefix('"').and_then(|field| field.strip_suffix('"')) else {
        return field.to_owned();
    };
    let (mut out, mut chars) = (String::new(), inner.chars());
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('n')) => out.push('\n'),
            (_, Some('t')) => out.push('\t'),
            (_, Some(escaped)) => out.push(escaped),
            (c, None) => out.push(c),
        }
    }
    out
}
