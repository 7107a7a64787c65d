//! Keys and signatures that gpg 2.2 and ssh-keygen made, recorded.

use signatures::{Checked, Keyring, KeyringProblem, PublicKey, Verdict, read_keys, verify};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// 2026-02-01: all keys but the short-lived one hold.
const NOW: i64 = 1_769_904_000;

fn case(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    std::fs::read(&path).expect(name)
}

fn text(name: &str) -> String {
    String::from_utf8(case(name)).expect("text")
}

fn key(name: &str) -> PublicKey {
    read_keys(&case(&format!("{name}.key"))).expect("a key").remove(0)
}

fn keyring() -> Keyring {
    let names = ["rsa", "ed", "ec", "p384", "short", "revoked", "sub"];
    let data = names.map(|name| (key(name).key_id().to_owned(), text(&format!("{name}.key"))));
    let (keyring, problems) = Keyring::read(&BTreeMap::from(data));
    assert_eq!(problems, []);
    keyring
}

fn check(name: &str) -> Checked {
    verify(&case("payload"), &text(&format!("{name}.sig")), &keyring(), NOW)
}

#[test]
fn good_signatures_of_all_kinds_name_their_key() {
    for (name, id) in [
        ("rsa", "7830D440631CE380"),
        ("ed", "B1E7BACEC2FE19B5"),
        ("ec", "80132B914F3A9B2E"),
        ("p384", "62C2488AF36F8966"),
        ("sub", "38BCA42ED4AB32C7"),
        ("sha1", "7830D440631CE380"),
        ("ssh_ed25519", "SHA256:U8uiasfTQCnjFOORhy0malFec9s13trWqXEDgxop0t0"),
        ("ssh_ecdsab256", "SHA256:mdaLmDGE8PCQLhgsgSfYgn6WRw22G5KxmUkyCmKzmiA"),
        ("ssh_ecdsab384", "SHA256:m+R32QEpWMzgZLcpfulAljI7roYWaB1Sf02NeIPYHdo"),
        ("ssh_rsab2048", "SHA256:ivdvb6TcambE3a/+AFZK9UJPYOgFUcvClZw+e3/fQOg"),
    ] {
        let checked = check(name);
        assert_eq!((checked.verdict, checked.key_id.as_str()), (Verdict::Good, id), "{name}");
        assert_eq!(checked.primary_id.as_deref(), (name == "sub").then_some("BB44778DC872DBB2"), "{name}");
    }
}

#[test]
fn what_is_not_good_says_why() {
    for (name, verdict, id) in [
        ("expiring", Verdict::ExpiredSignature, "B1E7BACEC2FE19B5"),
        ("short", Verdict::ExpiredKey, "AEAB486F13EDD6CA"),
        ("revoked", Verdict::RevokedKey, "6E2757C0EF0E182B"),
        ("stranger", Verdict::MissingKey, "72CCFC457FF83EBA"),
        ("ssh_namespace", Verdict::Bad, "SHA256:U8uiasfTQCnjFOORhy0malFec9s13trWqXEDgxop0t0"),
    ] {
        let checked = check(name);
        assert_eq!((checked.verdict, checked.key_id.as_str()), (verdict, id), "{name}");
    }
}

#[test]
fn what_expires_was_good_before_and_says_until_when() {
    let made = 1_767_229_200;
    for (name, until) in [("expiring", made + 86_400), ("short", 1_767_225_600 + 2 * 86_400)] {
        let checked = verify(&case("payload"), &text(&format!("{name}.sig")), &keyring(), made + 60);
        assert_eq!((checked.verdict, checked.until), (Verdict::Good, Some(until)), "{name}");
    }
}

#[test]
fn another_text_was_not_signed() {
    let mut other = case("payload");
    other.push(b'\n');
    for name in ["rsa", "ed", "ec", "p384", "sub", "ssh_ed25519", "ssh_ecdsab256", "ssh_ecdsab384", "ssh_rsab2048"] {
        let checked = verify(&other, &text(&format!("{name}.sig")), &keyring(), NOW);
        assert_eq!(checked.verdict, Verdict::Bad, "{name}");
    }
}

#[test]
fn what_no_signature_is_is_never_good() {
    let keyring = keyring();
    for (name, begin) in [("rsa", 29), ("ed", 29), ("ssh_ed25519", 30)] {
        let whole = text(&format!("{name}.sig"));
        for cut in begin..whole.len().saturating_sub(6) {
            let damaged: String = whole.chars().enumerate().filter(|(at, _)| *at != cut).map(|(_, own)| own).collect();
            let checked = verify(&case("payload"), &damaged, &keyring, NOW);
            let is_whitespace = whole.as_bytes()[cut].is_ascii_whitespace();
            // Checksums and line ends carry nothing that is signed.
            let at_checksum = whole.rfind("\n=").is_some_and(|at| cut > at);
            assert!(checked.verdict != Verdict::Good || is_whitespace || at_checksum, "{name} without {cut}");
        }
    }
    for text in
        ["", "-----BEGIN PGP SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----\nMII\n-----END SIGNED MESSAGE-----"]
    {
        assert_ne!(verify(b"x", text, &keyring, NOW).verdict, Verdict::Good, "{text:?}");
    }
}

#[test]
fn keys_tell_what_gpg_tells_of_them() {
    let told = |key: &PublicKey| {
        let (id, kind, owner) = (key.key_id().to_owned(), key.sub_type(), key.owner().to_owned());
        format!("{id} {kind} {owner}")
    };
    assert_eq!(told(&key("rsa")), "7830D440631CE380 rsa2048 Rsa Signer <rsa@example.com>");
    assert_eq!(told(&key("ec")), "80132B914F3A9B2E nistp256 Ec Signer <ec@example.com>");
    assert_eq!(key("ed").fingerprint(), "69623DFCFB89DC33B900FF6FB1E7BACEC2FE19B5");
    let binary = read_keys(&case("ed.bin")).expect("a key");
    assert_eq!(binary, [key("ed")]);
    let two = read_keys(&case("two.key")).expect("keys");
    assert_eq!(two.iter().map(told).collect::<Vec<_>>(), [told(&key("rsa")), told(&key("ed"))]);
    let again = read_keys(two[1].armored().as_bytes()).expect("what is written is read");
    assert_eq!(again, [key("ed")]);
}

#[test]
fn entries_that_are_no_keys_trust_nobody() {
    let data = BTreeMap::from([
        ("no-id".to_owned(), text("rsa.key")),
        ("1111111111111111".to_owned(), text("rsa.key")),
        ("2222222222222222".to_owned(), "nonsense".to_owned()),
        ("3333333333333333".to_owned(), text("two.key")),
    ]);
    let (keyring, problems) = Keyring::read(&data);
    assert_eq!(keyring.keys().count(), 0);
    let told: Vec<String> = problems.iter().map(KeyringProblem::to_string).collect();
    assert_eq!(told[0], "key parsed for entry with key ID '1111111111111111' had different key ID '7830D440631CE380'");
    assert!(told[1].contains("it is no OpenPGP public key"), "{told:?}");
    assert!(told[2].contains("more than one key found in input data"), "{told:?}");
    assert!(told[3].contains("'no-id' is not a valid GnuPG key ID"), "{told:?}");
}

#[test]
fn damaged_keys_are_refused() {
    let whole = case("ed.bin");
    for cut in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[cut] ^= 0x55;
        // A damaged identity is none; a damaged key has another fingerprint or certifies nobody.
        if let Ok(keys) = read_keys(&damaged) {
            assert!(keys.iter().all(|key| key.fingerprint() == self::key("ed").fingerprint()), "byte {cut}");
        }
        let _ = read_keys(&whole[..cut]);
    }
}
