//! Addresses that services are given: cluster IPs of 10.96.0.0/16 and node ports, each given once.

use super::request::Writing;
use crate::addresses::{Address, Holder};
use crate::error::{ApiError, Cause};
use crate::group_resource::resources;
use crate::shared::Shared;
use crate::store::object_key;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::PoisonError;

/// The service network and its size; the first address is the API server's own.
const NETWORK: [u8; 2] = [10, 96];
const HOSTS: u64 = 1 << 16;

/// Where node ports are taken from.
const NODE_PORTS: std::ops::RangeInclusive<u16> = 30_000..=32_767;

/// Compat: what a dry run is given, outside the range so that it is nobody's.
const DRY_RUN_PORT: u16 = 32_769;

/// Random picks before the range is searched from its beginning.
const PICKS_MAX: usize = 64;

/// What one write has taken; given back when it is dropped without [`Reserved::keep`].
pub struct Reserved<'a> {
    writing: Writing<'a>,
    taken: Vec<Address>,
}

impl Reserved<'_> {
    /// The write is committed: what it took is the service's.
    pub fn keep(mut self) {
        let mut held = self.writing.shared.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        for address in self.taken.drain(..) {
            if let Some(holder) = held.holders.get_mut(&address) {
                holder.is_in_flight = false;
            }
        }
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        if self.taken.is_empty() {
            return;
        }
        let mut held = self.writing.shared.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        for address in self.taken.drain(..) {
            held.holders.remove(&address);
        }
    }
}

/// Gives a service the addresses it lacks and takes those it asks for; other kinds pass.
pub fn reserve<'a>(writing: &Writing<'a>, object: &mut Value, old: Option<&Value>) -> Result<Reserved<'a>, ApiError> {
    let mut reserved = Reserved { writing: *writing, taken: Vec::new() };
    let is_service = writing.served.resource.name() == resources::SERVICES && writing.subresource.is_empty();
    if is_service && object.pointer("/spec/type").and_then(Value::as_str) != Some("ExternalName") {
        reserve_ip(&mut reserved, object, old)?;
        reserve_ports(&mut reserved, object, old)?;
    }
    Ok(reserved)
}

impl Reserved<'_> {
    fn service(&self, object: &Value) -> Box<str> {
        object_key(super::metadata::text(object, "namespace"), super::metadata::text(object, "name"))
    }

    /// Takes an address for the service; `false` when another one has it.
    fn take(&mut self, address: Address, service: &str) -> bool {
        let mut held = self.writing.shared.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(holder) = held.holders.get(&address) {
            if *holder.service == *service && !holder.is_in_flight {
                return true;
            }
            if holder.is_in_flight || is_held(self.writing.shared, address, &holder.service) {
                return false;
            }
        }
        held.holders.insert(address, Holder { service: service.into(), is_in_flight: true });
        self.taken.push(address);
        true
    }
}

/// Whether the service really has the address.
fn is_held(shared: &Shared, address: Address, service: &str) -> bool {
    let Some(entry) = shared.store.get(&resources::SERVICES, service) else { return false };
    addresses_of(&entry.object.value()).contains(&address)
}

fn addresses_of(service: &Value) -> Vec<Address> {
    let ips = service.pointer("/spec/clusterIPs").and_then(Value::as_array).into_iter().flatten();
    let ips = ips.filter_map(Value::as_str).filter_map(|ip| ip.parse().ok()).map(Address::Ip);
    let ports = service.pointer("/spec/ports").and_then(Value::as_array).into_iter().flatten();
    let ports = ports.filter_map(node_port).map(Address::Port);
    ips.chain(ports).collect()
}

fn node_port(port: &Value) -> Option<u16> {
    port.get("nodePort").and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}

/// Notes what the services in the store have, after it was opened.
pub fn remember(shared: &Shared) {
    let services = shared.store.list(&resources::SERVICES, "");
    let mut held = shared.addresses.lock().unwrap_or_else(PoisonError::into_inner);
    for (key, entry) in services.entries {
        for address in addresses_of(&entry.object.value()) {
            held.holders.insert(address, Holder { service: key.clone(), is_in_flight: false });
        }
    }
}

fn reserve_ip(reserved: &mut Reserved<'_>, object: &mut Value, old: Option<&Value>) -> Result<(), ApiError> {
    let service = reserved.service(object);
    let given = object.pointer("/spec/clusterIP").and_then(Value::as_str).unwrap_or_default().to_owned();
    if given == "None" {
        return Ok(());
    }
    if old.is_some_and(|old| old.pointer("/spec/clusterIP") == object.pointer("/spec/clusterIP")) && !given.is_empty() {
        return Ok(());
    }
    if let Ok(ip) = given.parse::<Ipv4Addr>() {
        if ip.octets()[..2] != NETWORK {
            let cause = "the provided network does not match the current range";
            let message = format!("Invalid value: [\"{given}\"]: failed to allocate IP {given}: {cause}");
            return Err(refused(object, "spec.clusterIPs", message));
        }
        if reserved.take(Address::Ip(ip), &service) {
            object["spec"]["clusterIPs"] = json!([given]);
            return Ok(());
        }
        let message =
            format!("Invalid value: [\"{given}\"]: failed to allocate IP {given}: provided IP is already allocated");
        return Err(refused(object, "spec.clusterIPs", message));
    }
    if !given.is_empty() {
        return Ok(());
    }
    let shared = reserved.writing.shared;
    // The first address is the network's own, the last is for broadcast.
    let ip_of = |host: u64| Ipv4Addr::new(NETWORK[0], NETWORK[1], (host >> 8) as u8, (host & 0xff) as u8);
    let picks = (0..PICKS_MAX).map(|_| 1 + shared.draw("cluster-ips", |random| random.below(HOSTS - 2)));
    let ip = picks.chain(1..HOSTS - 1).map(ip_of).find(|ip| reserved.take(Address::Ip(*ip), &service));
    let Some(ip) = ip else {
        return Err(ApiError::internal("failed to allocate a serviceIP: range is full"));
    };
    object["spec"]["clusterIP"] = ip.to_string().into();
    object["spec"]["clusterIPs"] = json!([ip.to_string()]);
    Ok(())
}

fn reserve_ports(reserved: &mut Reserved<'_>, object: &mut Value, old: Option<&Value>) -> Result<(), ApiError> {
    let kind = object.pointer("/spec/type").and_then(Value::as_str).unwrap_or_default();
    let automatic = object.pointer("/spec/allocateLoadBalancerNodePorts").and_then(Value::as_bool).unwrap_or(true);
    let wants = kind == "NodePort" || (kind == "LoadBalancer" && automatic);
    let service = reserved.service(object);
    let had: Vec<u16> = old
        .and_then(|old| old.pointer("/spec/ports"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(node_port)
        .collect();
    let count = object.pointer("/spec/ports").and_then(Value::as_array).map_or(0, Vec::len);
    for index in 0..count {
        match node_port(&object["spec"]["ports"][index]) {
            Some(port) if had.contains(&port) || reserved.taken.contains(&Address::Port(port)) => {}
            Some(port) if !NODE_PORTS.contains(&port) => {
                let (first, last) = (NODE_PORTS.start(), NODE_PORTS.end());
                let cause = "provided port is not in the valid range. The range of valid ports is";
                let message = format!("Invalid value: {port}: {cause} {first}-{last}");
                return Err(refused(object, &format!("spec.ports[{index}].nodePort"), message));
            }
            Some(port) if reserved.take(Address::Port(port), &service) => {}
            Some(port) => {
                let message = format!("Invalid value: {port}: provided port is already allocated");
                return Err(refused(object, &format!("spec.ports[{index}].nodePort"), message));
            }
            None if wants => {
                let port = pick_port(reserved, &service)?;
                object["spec"]["ports"][index]["nodePort"] = port.into();
            }
            None => {}
        }
    }
    Ok(())
}

fn pick_port(reserved: &mut Reserved<'_>, service: &str) -> Result<u16, ApiError> {
    if reserved.writing.options.is_dry_run {
        return Ok(DRY_RUN_PORT);
    }
    let shared = reserved.writing.shared;
    let count = u64::from(NODE_PORTS.end() - NODE_PORTS.start()) + 1;
    let picks =
        (0..PICKS_MAX).map(|_| shared.draw("node-ports", |random| random.below(count)) as u16 + NODE_PORTS.start());
    picks
        .chain(NODE_PORTS)
        .find(|port| reserved.take(Address::Port(*port), service))
        .ok_or_else(|| ApiError::internal("failed to allocate a nodePort: range is full"))
}

fn refused(object: &Value, field: &str, message: String) -> ApiError {
    let cause = Cause { reason: "FieldValueInvalid".to_owned(), message, field: field.to_owned() };
    ApiError::invalid("", "Service", super::metadata::text(object, "name"), vec![cause])
}
