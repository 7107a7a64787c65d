//! Cluster addresses and their families, on a cluster that has IPv4 only.

use crate::field::{Errors, Path};
use crate::read;
use serde_json::{Value, json};
use std::net::IpAddr;

const SPEC: Path<'static> = Path::root("spec");
/// The family of the cluster's service network.
const CONFIGURED: &str = "IPv4";
/// A service has at most an address of each family.
const ADDRESSES_MAX: usize = 2;

/// Writes the single address of older clients into the list of addresses.
pub fn name_all_addresses(service: &mut Value) {
    let spec = read::at_mut(service, "spec");
    let address = read::text(spec, "clusterIP").to_owned();
    if !address.is_empty() && read::list(spec, "clusterIPs").is_empty() {
        read::set(spec, "clusterIPs", json!([address]));
    }
}

/// Chooses families and policy where the service does not.
pub fn choose(service: &mut Value, old: Option<&Value>) {
    let spec = read::at_mut(service, "spec");
    if read::text(spec, "type") == "ExternalName" {
        return;
    }
    let free_headless = read::text(spec, "clusterIP") == "None" && read::map(spec, "selector").is_none();
    if read::text(spec, "ipFamilyPolicy").is_empty() {
        let before = old.and_then(|old| old.pointer("/spec/ipFamilyPolicy")).and_then(Value::as_str);
        let policy = before.unwrap_or(if free_headless { "RequireDualStack" } else { "SingleStack" }).to_owned();
        read::set(spec, "ipFamilyPolicy", policy);
    }
    if read::list(spec, "ipFamilies").is_empty() {
        let given: Vec<Value> = read::list(spec, "clusterIPs")
            .iter()
            .filter_map(Value::as_str)
            .filter_map(family_of)
            .map(Value::from)
            .collect();
        let families = if given.is_empty() { vec![Value::from(CONFIGURED)] } else { given };
        read::set(spec, "ipFamilies", families);
    }
    let families = read::list(spec, "ipFamilies");
    let first = families.first().and_then(Value::as_str).unwrap_or_default().to_owned();
    if free_headless && families.len() == 1 && read::text(spec, "ipFamilyPolicy") != "SingleStack" {
        let other = if first == "IPv4" { "IPv6" } else { "IPv4" };
        read::set(spec, "ipFamilies", json!([first, other]));
    }
}

fn family_of(address: &str) -> Option<&'static str> {
    let address: IpAddr = address.parse().ok()?;
    Some(if address.is_ipv4() { "IPv4" } else { "IPv6" })
}

/// The addresses and families themselves.
pub fn validate(spec: &Value, errors: &mut Errors) {
    if read::text(spec, "type") == "ExternalName" {
        return;
    }
    let addresses = read::list(spec, "clusterIPs");
    let path = SPEC.child("clusterIPs");
    if addresses.first().is_some_and(|first| first.as_str() != Some(read::text(spec, "clusterIP"))) {
        errors.invalid(&path, read::at(spec, "clusterIPs"), "first value must match `clusterIP`");
    }
    families(spec, errors);
    let policy = read::text(spec, "ipFamilyPolicy");
    let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    if !policy.is_empty() && !policies.contains(&policy) {
        errors.not_supported(&SPEC.child("ipFamilyPolicy"), policy, &policies);
    }
    for (index, address) in addresses.iter().filter_map(Value::as_str).enumerate() {
        if address == "None" {
            if addresses.len() > 1 {
                let message = "'None' must be the first and only value";
                errors.invalid(&path, read::at(spec, "clusterIPs"), message);
            }
        } else if address.parse::<IpAddr>().is_err() {
            let message = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.invalid_text(&path.index(index), address, message);
        }
    }
    if addresses.len() > ADDRESSES_MAX {
        let message = "may only hold up to 2 values";
        errors.invalid(&path, read::at(spec, "clusterIPs"), message);
    }
}

fn families(spec: &Value, errors: &mut Errors) {
    let path = SPEC.child("ipFamilies");
    let families: Vec<&str> = read::list(spec, "ipFamilies").iter().filter_map(Value::as_str).collect();
    for (index, family) in families.iter().enumerate() {
        if !matches!(*family, "IPv4" | "IPv6") {
            errors.not_supported(&path.index(index), family, &["IPv4", "IPv6"]);
        }
        if families[..index].contains(family) {
            errors.duplicate(&path.index(index), &json!(family));
        }
    }
}

/// Whether the cluster has the families; only asked when nothing else is wrong.
pub fn validate_configured(spec: &Value, errors: &mut Errors) {
    let free_headless = read::text(spec, "clusterIP") == "None" && read::map(spec, "selector").is_none();
    if !errors.is_empty() || free_headless || read::text(spec, "type") == "ExternalName" {
        return;
    }
    if read::text(spec, "ipFamilyPolicy") == "RequireDualStack" {
        let message = "this cluster is not configured for dual-stack services";
        errors.invalid_text(&SPEC.child("ipFamilyPolicy"), "RequireDualStack", message);
    }
    let path = SPEC.child("ipFamilies");
    for (index, family) in read::list(spec, "ipFamilies").iter().filter_map(Value::as_str).enumerate() {
        if family != CONFIGURED {
            errors.invalid_text(&path.index(index), family, "not configured on this cluster");
        }
    }
}

/// The first address and the first family stay as they were.
pub fn validate_kept(spec: &Value, old: &Value, errors: &mut Errors) {
    for field in ["clusterIPs", "ipFamilies"] {
        let (new, before) = (read::list(spec, field), read::list(old, field));
        if let (Some(first), Some(was)) = (new.first(), before.first())
            && first != was
        {
            let path = SPEC.child(field);
            errors.invalid(&path.index(0), read::at(spec, field), "may not change once set");
        }
        if new.is_empty() && !before.is_empty() {
            let message = if field == "clusterIPs" {
                "primary clusterIP can not be unset"
            } else {
                "primary ipFamily can not be unset"
            };
            let path = SPEC.child(field);
            errors.invalid(&path.index(0), read::at(spec, field), message);
        }
    }
}
