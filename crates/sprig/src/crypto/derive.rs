//! `derivePassword`: the Master Password algorithm, which needs no chance: the same secrets give the same password.

use hmac::{Hmac, KeyInit, Mac};
use scrypt::Params;
use sha2::Sha256;

const SEED: &[u8] = b"com.lyndir.masterpassword";

/// The shapes of a password, by its type: each letter stands for one of a set of characters.
fn templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

/// The characters that a letter of a template stands for.
fn characters(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// What a password is derived from.
#[derive(Debug, Clone, Copy)]
pub struct Secrets<'a> {
    /// The user's one password.
    pub password: &'a [u8],
    /// The user's name.
    pub user: &'a [u8],
    /// What the derived password is for.
    pub site: &'a [u8],
}

/// The password of a type with a number; for an unknown type, a text that says so.
#[must_use]
pub fn derive_password(counter: u32, kind: &[u8], secrets: Secrets<'_>) -> String {
    let Some(templates) = templates(kind) else {
        return format!("cannot find password template {}", String::from_utf8_lossy(kind));
    };
    let named = |name: &[u8]| [SEED, &(name.len() as u32).to_be_bytes(), name].concat();
    let params = Params::new(15, 8, 2).expect("invariant: these are the algorithm's own parameters");
    let mut key = [0; 64];
    scrypt::scrypt(secrets.password, &named(secrets.user), &params, &mut key)
        .expect("invariant: 64 bytes are a length that scrypt gives");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("invariant: HMAC takes a key of any length");
    mac.update(&named(secrets.site));
    mac.update(&counter.to_be_bytes());
    let seed = mac.finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let drawn = template.bytes().zip(&seed[1..]).map(|(letter, byte)| {
        let characters = characters(letter);
        char::from(characters[usize::from(*byte) % characters.len()])
    });
    drawn.collect()
}
