//! Services, endpoints, ingresses, network policies.

use super::age::age;
use super::labels::{NONE, first, of_map, of_selector, or_none};
use super::name::name;
use crate::read;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Addresses, ports and hosts shown in one cell.
const SHOWN: usize = 3;

fn texts(value: &Value, key: &str) -> Vec<String> {
    read::list(value, key).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Services.
pub fn service(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = read::at(object, "spec");
    let own = read::list(spec, "clusterIPs").first().and_then(Value::as_str).unwrap_or(NONE);
    let port = |port: &Value| {
        let (number, node, protocol) =
            (read::number(port, "port"), read::number(port, "nodePort"), read::text(port, "protocol"));
        if node > 0 { format!("{number}:{node}/{protocol}") } else { format!("{number}/{protocol}") }
    };
    let ports: Vec<String> = read::list(spec, "ports").iter().map(port).collect();
    vec![
        name(object),
        json!(read::text(spec, "type")),
        json!(own),
        json!(external(object)),
        json!(or_none(ports.join(","))),
        json!(age(object, now)),
        json!(of_map(read::at(spec, "selector"))),
    ]
}

fn external(service: &Value) -> String {
    let spec = read::at(service, "spec");
    let mut addresses = texts(spec, "externalIPs");
    match read::text(spec, "type") {
        "ClusterIP" | "NodePort" => or_none(addresses.join(",")),
        "LoadBalancer" => {
            let balancer = balancer_addresses(service);
            if !balancer.is_empty() {
                addresses.insert(0, balancer);
            }
            if addresses.is_empty() { "<pending>".to_owned() } else { addresses.join(",") }
        }
        "ExternalName" => read::text(spec, "externalName").to_owned(),
        _ => "<unknown>".to_owned(),
    }
}

fn balancer_addresses(object: &Value) -> String {
    let ingress = read::list(read::at(read::at(object, "status"), "loadBalancer"), "ingress");
    let address = |one: &Value| match read::text(one, "ip") {
        "" => read::text(one, "hostname").to_owned(),
        ip => ip.to_owned(),
    };
    let mut addresses: Vec<String> = ingress.iter().map(address).filter(|text| !text.is_empty()).collect();
    addresses.sort();
    addresses.dedup();
    addresses.join(",")
}

/// Endpoints.
pub fn endpoints(object: &Value, now: Timestamp) -> Vec<Value> {
    let mut all = Vec::new();
    for subset in read::list(object, "subsets") {
        let addresses = read::list(subset, "addresses").iter().map(|address| read::text(address, "ip"));
        let ports = read::list(subset, "ports");
        if ports.is_empty() {
            all.extend(addresses.map(str::to_owned));
            continue;
        }
        for port in ports {
            let number = read::number(port, "port");
            all.extend(addresses.clone().map(|ip| with_port(ip, number)));
        }
    }
    vec![name(object), json!(or_none(first(&all, SHOWN, ","))), json!(age(object, now))]
}

fn with_port(address: &str, port: i64) -> String {
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}

/// Endpoint slices.
pub fn slice(object: &Value, now: Timestamp) -> Vec<Value> {
    let port = |port: &Value| match read::given_number(port, "port") {
        Some(number) => number.to_string(),
        None => read::text(port, "name").to_owned(),
    };
    let ports: Vec<String> = read::list(object, "ports").iter().map(port).collect();
    let addresses: Vec<String> =
        read::list(object, "endpoints").iter().flat_map(|endpoint| texts(endpoint, "addresses")).collect();
    let or_unset = |text: String| if text.is_empty() { "<unset>".to_owned() } else { text };
    vec![
        name(object),
        json!(read::text(object, "addressType")),
        json!(or_unset(first(&ports, SHOWN, ","))),
        json!(or_unset(first(&addresses, SHOWN, ","))),
        json!(age(object, now)),
    ]
}

/// Ingresses.
pub fn ingress(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = read::at(object, "spec");
    let hosts: Vec<String> = read::list(spec, "rules")
        .iter()
        .map(|rule| read::text(rule, "host").to_owned())
        .filter(|host| !host.is_empty())
        .collect();
    let hosts = if hosts.is_empty() { "*".to_owned() } else { first(&hosts, SHOWN, ",") };
    let ports = if read::list(spec, "tls").is_empty() { "80" } else { "80, 443" };
    let class = read::given(spec, "ingressClassName").and_then(Value::as_str).unwrap_or(NONE);
    vec![
        name(object),
        json!(class),
        json!(hosts),
        json!(balancer_addresses(object)),
        json!(ports),
        json!(age(object, now)),
    ]
}

/// Ingress classes.
pub fn ingress_class(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = read::at(object, "spec");
    let parameters = read::given(spec, "parameters").map_or_else(
        || NONE.to_owned(),
        |parameters| {
            let (kind, group) = (read::text(parameters, "kind"), read::text(parameters, "apiGroup"));
            let dot = if group.is_empty() { "" } else { "." };
            format!("{kind}{dot}{group}/{}", read::text(parameters, "name"))
        },
    );
    vec![name(object), json!(read::text(spec, "controller")), json!(parameters), json!(age(object, now))]
}

/// Network policies.
pub fn network_policy(object: &Value, now: Timestamp) -> Vec<Value> {
    let selector = of_selector(read::at(read::at(object, "spec"), "podSelector"));
    vec![name(object), json!(selector), json!(age(object, now))]
}
