//! Keys, certificates, passwords, ciphers, random bytes.

use crate::certificate_object::CertificateObject;
use crate::codec::{base64_decode, base64_encode};
use crate::crypto::{
    Authority, KeyKind, Leaf, Pair, PrivateKey, Secrets, Subject, bcrypt, check_pair, decrypt, derive_password,
    encrypt, signed,
};
use crate::define::{Outcome, bytes, row};
use crate::print::printed;
use crate::sources::Sources;
use gotemplate::{Args, Call, Definition, FuncError, Type, UintKind, Value};
use std::net::IpAddr;

const STR: Type = Type::String;
const INT: Type = Type::INT;
const LIST: Type = Type::LIST;
const CERT: Type = CertificateObject::TYPE;

/// What slow functions cost, in steps: about a step for each microsecond.
const RSA_2048_STEPS: usize = 200_000;
const RSA_4096_STEPS: usize = 2_000_000;
const DSA_STEPS: usize = 2_000_000;
const SMALL_KEY_STEPS: usize = 500;
const BCRYPT_STEPS: usize = 70_000;
const SCRYPT_STEPS: usize = 200_000;
const SIGN_STEPS: usize = 5_000;

pub(crate) const TABLE: &[Definition] = &[
    row("bcrypt", &[STR], STR, |call, args| hashed(call, args.bytes(0)).map(Value::from)),
    row("htpasswd", &[STR, STR], STR, htpasswd),
    row("randBytes", &[INT], STR, random_bytes),
    row("derivePassword", &[Type::Uint(UintKind::Uint32), STR, STR, STR, STR], STR, derived),
    row("genPrivateKey", &[STR], STR, generate_key),
    row("buildCustomCert", &[STR, STR], CERT, build_custom),
    row("genCA", &[STR, INT], CERT, |call, args| {
        let key = new_key(call)?;
        authority(call, args, &key)
    }),
    row("genCAWithKey", &[STR, INT, STR], CERT, |call, args| authority(call, args, &given_key(args, 2)?)),
    row("genSelfSignedCert", &[STR, LIST, LIST, INT], CERT, |call, args| {
        let key = new_key(call)?;
        endpoint(call, args, &key, None)
    }),
    row("genSelfSignedCertWithKey", &[STR, LIST, LIST, INT, STR], CERT, |call, args| {
        endpoint(call, args, &given_key(args, 4)?, None)
    }),
    row("genSignedCert", &[STR, LIST, LIST, INT, CERT], CERT, |call, args| {
        let key = new_key(call)?;
        endpoint(call, args, &key, Some(&signer(args)?))
    }),
    row("genSignedCertWithKey", &[STR, LIST, LIST, INT, CERT, STR], CERT, |call, args| {
        let key = given_key(args, 5)?;
        endpoint(call, args, &key, Some(&signer(args)?))
    }),
    row("encryptAES", &[STR, STR], STR, |call, args| {
        call.spend(args.bytes(1).len())?;
        Ok(encrypt(args.bytes(0), args.bytes(1), &mut call.state::<Sources>().chance).into())
    }),
    row("decryptAES", &[STR, STR], STR, |call, args| {
        call.spend(args.bytes(1).len())?;
        Ok(bytes(decrypt(args.bytes(0), args.bytes(1))?))
    }),
];

fn hashed(call: &mut Call<'_>, password: &[u8]) -> Result<String, FuncError> {
    call.spend(BCRYPT_STEPS)?;
    let outcome = bcrypt(password, &mut call.state::<Sources>().chance);
    Ok(outcome.unwrap_or_else(|why| format!("failed to encrypt string with bcrypt: {why}")))
}

fn htpasswd(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let user = args.bytes(0);
    if user.contains(&b':') {
        return Ok(bytes([b"invalid username: ", user].concat()));
    }
    let hash = hashed(call, args.bytes(1))?;
    Ok(bytes([user, b":", hash.as_bytes()].concat()))
}

fn random_bytes(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let count = usize::try_from(args.int(0)).map_err(|_| "runtime error: makeslice: len out of range")?;
    call.take_bytes(count.saturating_mul(2))?;
    call.spend(count)?;
    let mut drawn = vec![0; count];
    call.state::<Sources>().chance.fill(&mut drawn);
    Ok(base64_encode(&drawn).into())
}

fn derived(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    call.spend(SCRYPT_STEPS)?;
    let counter = match args.any(0) {
        Value::Uint(counter, _) => *counter as u32,
        _ => 0,
    };
    let secrets = Secrets { password: args.bytes(2), user: args.bytes(3), site: args.bytes(4) };
    Ok(derive_password(counter, args.bytes(1), secrets).into())
}

fn generate_key(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let (kind, steps) = match args.bytes(0) {
        b"" | b"rsa" => (KeyKind::Rsa(4096), RSA_4096_STEPS),
        b"dsa" => (KeyKind::Dsa, DSA_STEPS),
        b"ecdsa" => (KeyKind::Ecdsa, SMALL_KEY_STEPS),
        b"ed25519" => (KeyKind::Ed25519, SMALL_KEY_STEPS),
        other => return Ok(bytes([b"Unknown type ", other].concat())),
    };
    call.spend(steps)?;
    let key = PrivateKey::generate(kind, &mut call.state::<Sources>().chance).and_then(|key| key.to_pem());
    Ok(key.unwrap_or_else(|why| format!("failed to generate private key: {why}")).into())
}

fn build_custom(_: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let certificate = base64_decode(args.bytes(0)).map_err(|_| "unable to decode base64 certificate")?;
    let key = base64_decode(args.bytes(1)).map_err(|_| "unable to decode base64 private key")?;
    check_pair(&certificate, &key)?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Pair { certificate: text(certificate), key: text(key) }.into())
}

fn new_key(call: &mut Call<'_>) -> Result<PrivateKey, FuncError> {
    call.spend(RSA_2048_STEPS)?;
    let key = PrivateKey::generate(KeyKind::Rsa(2048), &mut call.state::<Sources>().chance);
    key.map_err(|why| format!("error generating rsa key: {why}").into())
}

fn given_key(args: Args<'_>, at: usize) -> Result<PrivateKey, FuncError> {
    PrivateKey::from_pem(args.bytes(at)).map_err(|why| format!("parsing private key: {why}").into())
}

fn signer(args: Args<'_>) -> Result<Authority, FuncError> {
    let pair = CertificateObject::of(args.any(4)).expect("invariant: the signature lets only certificates pass");
    Ok(Authority::from_pem(pair.certificate.as_bytes(), pair.key.as_bytes())?)
}

fn authority(call: &mut Call<'_>, args: Args<'_>, key: &PrivateKey) -> Outcome {
    let name = args.text(0).to_str_lossy().into_owned();
    let subject = Subject {
        name: &name,
        addresses: Vec::new(),
        names: Vec::new(),
        from: call.state::<Sources>().now.clone(),
        days: args.int(1),
    };
    issue(call, &subject, Leaf::Authority, key, None)
}

fn endpoint(call: &mut Call<'_>, args: Args<'_>, key: &PrivateKey, signer: Option<&Authority>) -> Outcome {
    let name = args.text(0).to_str_lossy().into_owned();
    let subject = Subject {
        name: &name,
        addresses: addresses(call, args)?,
        names: names(call, args)?,
        from: call.state::<Sources>().now.clone(),
        days: args.int(3),
    };
    issue(call, &subject, Leaf::Endpoint, key, signer)
}

fn issue(
    call: &mut Call<'_>,
    subject: &Subject<'_>,
    leaf: Leaf,
    key: &PrivateKey,
    signer: Option<&Authority>,
) -> Outcome {
    call.spend(SIGN_STEPS)?;
    Ok(signed(subject, leaf, key, signer, &mut call.state::<Sources>().chance)?.into())
}

fn addresses(call: &mut Call<'_>, args: Args<'_>) -> Result<Vec<IpAddr>, FuncError> {
    let mut addresses = Vec::new();
    for value in args.list(1).into_iter().flat_map(|list| list.to_vec()) {
        let Value::Str(text) = &value else {
            return Err(format!("error parsing ip: {} is not a string", printed(call, &value)?).into());
        };
        let address = text.as_str().and_then(|text| text.parse().ok());
        addresses.push(address.ok_or_else(|| format!("error parsing ip: {text}"))?);
    }
    Ok(addresses)
}

fn names(call: &mut Call<'_>, args: Args<'_>) -> Result<Vec<String>, FuncError> {
    let mut names = Vec::new();
    for value in args.list(2).into_iter().flat_map(|list| list.to_vec()) {
        let Value::Str(text) = &value else {
            let shown = printed(call, &value)?;
            return Err(format!("error processing alternate dns name: {shown} is not a string").into());
        };
        names.push(text.to_str_lossy().into_owned());
    }
    Ok(names)
}
