//! Certificates as Go's `x509.CreateCertificate` lays them out for Sprig.

use super::der::{Reader, bit_string, constructed, element, sequence, tag, unsigned};
use super::keys::PrivateKey;
use super::pem;
use crate::sources::Chance;
use crate::time::{Time, format};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];
const NANOS_PER_DAY: i64 = 86_400_000_000_000;
/// 2050-01-01: dates from then on are written with four digits of the year.
const YEAR_2050: i64 = 2_524_608_000;

/// Whom a certificate is for and how long.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The common name.
    pub name: &'a str,
    /// Further addresses.
    pub addresses: Vec<IpAddr>,
    /// Further names.
    pub names: Vec<String>,
    /// From when on.
    pub from: Time,
    /// For how many days.
    pub days: i64,
}

/// A certificate and its key, both in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// The private key.
    pub key: String,
}

/// What a certificate may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// Signing others.
    Authority,
    /// Servers and clients.
    Endpoint,
}

/// Who signs.
#[derive(Debug)]
pub struct Authority {
    subject: Vec<u8>,
    key_id: Option<Vec<u8>>,
    public: Vec<u8>,
    key: PrivateKey,
}

impl Authority {
    /// The authority of a certificate and its key, both in PEM.
    ///
    /// # Errors
    /// What Sprig says when one of them is not.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Authority, String> {
        let parsed = parse(certificate)?;
        let key = PrivateKey::from_pem(key).map_err(|why| format!("error parsing private key: {why}"))?;
        Ok(Authority { subject: parsed.subject, key_id: parsed.key_id, public: parsed.public, key })
    }
}

/// Checks that `certificate` and `key` are PEM of what they should be.
///
/// # Errors
/// What Sprig says when one of them is not.
pub fn check_pair(certificate: &[u8], key: &[u8]) -> Result<(), String> {
    parse(certificate)?;
    PrivateKey::from_pem(key).map(drop).map_err(|why| format!("error parsing private key: {why}"))
}

/// What is needed of a certificate that signs.
struct Parsed {
    subject: Vec<u8>,
    key_id: Option<Vec<u8>>,
    public: Vec<u8>,
}

fn parse(text: &[u8]) -> Result<Parsed, String> {
    let (_, der) = pem::decode(text).ok_or("unable to decode certificate")?;
    let wrong = || "error parsing certificate: decodedCert.Bytes: x509: malformed certificate".to_owned();
    parse_der(&der).ok_or_else(wrong)
}

fn parse_der(der: &[u8]) -> Option<Parsed> {
    let mut body = Reader(der).inside(tag::SEQUENCE)?.inside(tag::SEQUENCE)?;
    let mut first = body.next()?;
    if first.tag == tag::context(0) {
        first = body.next()?;
    }
    let _serial = Some(first).filter(|element| element.tag == tag::INTEGER)?;
    let _algorithm = body.expect(tag::SEQUENCE)?;
    let _issuer = body.expect(tag::SEQUENCE)?;
    let _validity = body.expect(tag::SEQUENCE)?;
    let subject = body.expect(tag::SEQUENCE)?.raw.to_vec();
    let public = body.expect(tag::SEQUENCE)?.raw.to_vec();
    let mut key_id = None;
    while let Some(element) = body.next() {
        if element.tag == tag::context(3) {
            key_id = find_key_id(element.content);
        }
    }
    Some(Parsed { subject, key_id, public })
}

fn find_key_id(extensions: &[u8]) -> Option<Vec<u8>> {
    let mut extensions = Reader(extensions).inside(tag::SEQUENCE)?;
    while let Some(mut extension) = extensions.inside(tag::SEQUENCE) {
        if extension.expect(tag::OID)?.content == SUBJECT_KEY_ID {
            let value = std::iter::from_fn(|| extension.next()).last()?;
            return Some(Reader(value.content).expect(tag::OCTET_STRING)?.content.to_vec());
        }
    }
    None
}

/// A certificate for `subject` with `key`, signed by `authority` or by itself.
///
/// # Errors
/// What Sprig says when it cannot be made.
pub fn signed(
    subject: &Subject<'_>,
    leaf: Leaf,
    key: &PrivateKey,
    authority: Option<&Authority>,
    chance: &mut Chance,
) -> Result<Pair, String> {
    let serial: [u8; 16] = chance.bytes();
    let der = certificate(subject, leaf, (key, &serial), authority)
        .map_err(|why| format!("error creating certificate: {why}"))?;
    Ok(Pair { certificate: pem::encode("CERTIFICATE", &der), key: key.to_pem()? })
}

fn certificate(
    subject: &Subject<'_>,
    leaf: Leaf,
    (key, serial): (&PrivateKey, &[u8; 16]),
    authority: Option<&Authority>,
) -> Result<Vec<u8>, String> {
    let signer = authority.map_or(key, |authority| &authority.key);
    let algorithm = signer.signature_algorithm()?;
    let public = key.public()?;
    let name = distinguished_name(subject.name);
    let issuer = authority.map_or(&name, |authority| &authority.subject);
    if let Some(authority) = authority
        && authority.public != signer.public()?.info
    {
        return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
    }
    let own_id = (leaf == Leaf::Authority).then(|| Sha256::digest(&public.bits)[..20].to_vec());
    let authority_id = authority.filter(|_| *issuer != name).and_then(|authority| authority.key_id.clone());
    let ids = KeyIds { own: own_id, authority: authority_id };
    let until = subject.from.plus(subject.days.wrapping_mul(NANOS_PER_DAY));
    let body = sequence(&[
        element(tag::context(0), &unsigned(&[2])),
        unsigned(serial),
        algorithm.clone(),
        issuer.clone(),
        sequence(&[date(&subject.from), date(&until)]),
        name,
        public.info,
        element(tag::context(3), &sequence(&extensions(subject, leaf, ids)?)),
    ]);
    let signature = signer.sign(&body)?;
    Ok(sequence(&[body, algorithm, bit_string(&signature, 0)]))
}

/// A name that is a common name, or nothing.
fn distinguished_name(common: &str) -> Vec<u8> {
    if common.is_empty() {
        return sequence(&[]);
    }
    let printable = common.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte));
    let string = element(if printable { tag::PRINTABLE_STRING } else { tag::UTF8_STRING }, common.as_bytes());
    let pair = sequence(&[element(tag::OID, COMMON_NAME), string]);
    sequence(&[element(tag::SET, &pair)])
}

fn date(time: &Time) -> Vec<u8> {
    let time = time.shown_in(crate::time::Zone::Utc);
    if (0..YEAR_2050).contains(&time.unix()) {
        element(tag::UTC_TIME, &format(&time, b"060102150405Z"))
    } else {
        element(tag::GENERALIZED_TIME, &format(&time, b"20060102150405Z"))
    }
}

struct KeyIds {
    own: Option<Vec<u8>>,
    authority: Option<Vec<u8>>,
}

fn extensions(subject: &Subject<'_>, leaf: Leaf, ids: KeyIds) -> Result<Vec<Vec<u8>>, String> {
    let oids = [SERVER_AUTH, CLIENT_AUTH].map(|oid| element(tag::OID, oid));
    let (usage, constraints) = match leaf {
        // Digital signature, key encipherment, certificate signing.
        Leaf::Authority => (bit_string(&[0xa4], 2), sequence(&[element(tag::BOOLEAN, &[0xff])])),
        Leaf::Endpoint => (bit_string(&[0xa0], 5), sequence(&[])),
    };
    let mut out = vec![
        critical(KEY_USAGE, &usage),
        extension(EXTENDED_KEY_USAGE, &sequence(&oids)),
        critical(BASIC_CONSTRAINTS, &constraints),
    ];
    if let Some(id) = ids.own {
        out.push(extension(SUBJECT_KEY_ID, &element(tag::OCTET_STRING, &id)));
    }
    if let Some(id) = ids.authority {
        out.push(extension(AUTHORITY_KEY_ID, &sequence(&[element(tag::implicit(0), &id)])));
    }
    if !subject.names.is_empty() || !subject.addresses.is_empty() {
        let names = alternative_names(subject)?;
        let write = if subject.name.is_empty() { critical } else { extension };
        out.push(write(SUBJECT_ALTERNATIVE_NAME, &names));
    }
    Ok(out)
}

fn alternative_names(subject: &Subject<'_>) -> Result<Vec<u8>, String> {
    let mut names = Vec::new();
    for name in &subject.names {
        if !name.is_ascii() {
            let quoted = gotemplate::quote(name.as_bytes());
            return Err(format!("x509: {quoted} cannot be encoded as an IA5String"));
        }
        names.push(element(tag::implicit(2), name.as_bytes()));
    }
    names.extend(subject.addresses.iter().map(|address| match address.to_canonical() {
        IpAddr::V4(address) => element(tag::implicit(7), &address.octets()),
        IpAddr::V6(address) => element(tag::implicit(7), &address.octets()),
    }));
    Ok(constructed(tag::SEQUENCE, &names))
}

fn extension(oid: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[element(tag::OID, oid), element(tag::OCTET_STRING, value)])
}

fn critical(oid: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[element(tag::OID, oid), element(tag::BOOLEAN, &[0xff]), element(tag::OCTET_STRING, value)])
}
