//! What a load balancer is asked about. A leaf module.

/// What a load balancer is asked about.
pub struct Question<'a> {
    /// The namespace of the Ingresses.
    pub namespace: &'a str,
    /// The Ingresses.
    pub ingresses: Vec<&'a str>,
    /// The stable version's Service.
    pub stable: &'a str,
    /// The new version's Service.
    pub canary: &'a str,
    /// The port of all Services.
    pub port: i32,
}

impl Question<'_> {
    /// What the tag of the target group of a Service says.
    pub fn resource(&self, ingress: &str, service: &str) -> String {
        format!("{}/{ingress}-{service}:{}", self.namespace, self.port)
    }
}
