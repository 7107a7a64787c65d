//! What shares traffic out: one block for each kind of router. Several may be given at once.

use crate::wire::wire;
use serde_json::Value;
use std::collections::BTreeMap;

wire! {
    /// What shares traffic out.
    pub struct TrafficRouting {
        /// Istio.
        pub istio: Option<IstioRouting> = "istio";
        /// The Ingress controller of NGINX.
        pub nginx: Option<NginxRouting> = "nginx";
        /// The Application Load Balancer of AWS.
        pub alb: Option<AlbRouting> = "alb";
        /// The Service Mesh Interface.
        pub smi: Option<SmiRouting> = "smi";
        /// Ambassador, now Emissary.
        pub ambassador: Option<AmbassadorRouting> = "ambassador";
        /// App Mesh of AWS.
        pub app_mesh: Option<AppMeshRouting> = "appMesh";
        /// Traefik.
        pub traefik: Option<TraefikRouting> = "traefik";
        /// Routes that steps make, in order of precedence.
        pub managed_routes: Option<Vec<ManagedRoute>> = "managedRoutes";
        /// Apache APISIX.
        pub apisix: Option<ApisixRouting> = "apisix";
        /// Plugins by name.
        pub plugins: BTreeMap<String, Value> = "plugins";
        /// What weights add up to; 100 when not given.
        pub max_traffic_weight: Option<i32> = "maxTrafficWeight";
    }

    /// A route that steps make.
    pub struct ManagedRoute {
        /// Its name.
        pub name: String = "name" required;
    }

    /// Routing by an Application Load Balancer.
    pub struct AlbRouting {
        /// The Ingress; or see `ingresses`.
        pub ingress: String = "ingress";
        /// The port of both Services.
        pub service_port: i32 = "servicePort" required;
        /// The backend in the Ingress; the stable Service when not given.
        pub root_service: String = "rootService";
        /// Prefix of the controller's annotations; `alb.ingress.kubernetes.io` when not given.
        pub annotation_prefix: String = "annotationPrefix";
        /// Whether a client stays with the version it got first.
        pub stickiness_config: Option<StickinessConfig> = "stickinessConfig";
        /// Several Ingresses.
        pub ingresses: Option<Vec<String>> = "ingresses";
    }

    /// Whether a client stays with the version it got first.
    pub struct StickinessConfig {
        /// Whether it does.
        pub enabled: bool = "enabled" required;
        /// For how long, 1 to 604800.
        pub duration_seconds: i64 = "durationSeconds" required;
    }

    /// Routing by the Ingress controller of NGINX.
    pub struct NginxRouting {
        /// Prefix of the controller's annotations; `nginx.ingress.kubernetes.io` when not given.
        pub annotation_prefix: String = "annotationPrefix";
        /// The Ingress of the stable version; or see `stableIngresses`.
        pub stable_ingress: String = "stableIngress";
        /// Further annotations of the Ingress that is made, with or without the prefix.
        pub additional_ingress_annotations: BTreeMap<String, String> = "additionalIngressAnnotations";
        /// Several Ingresses.
        pub stable_ingresses: Option<Vec<String>> = "stableIngresses";
        /// Further annotations of the Ingress that is made, as they stand.
        pub canary_ingress_annotations: BTreeMap<String, String> = "canaryIngressAnnotations";
    }

    /// Routing by Istio.
    pub struct IstioRouting {
        /// The VirtualService; or see `virtualServices`.
        pub virtual_service: Option<IstioVirtualService> = "virtualService";
        /// Subsets in place of Services.
        pub destination_rule: Option<IstioDestinationRule> = "destinationRule";
        /// Several VirtualServices.
        pub virtual_services: Option<Vec<IstioVirtualService>> = "virtualServices";
    }

    /// A VirtualService and which of its routes are weighted.
    pub struct IstioVirtualService {
        /// Its name, or name and namespace joined with a dot.
        pub name: String = "name" required;
        /// HTTP routes by name.
        pub routes: Vec<String> = "routes";
        /// TLS routes.
        pub tls_routes: Vec<TlsRoute> = "tlsRoutes";
        /// TCP routes.
        pub tcp_routes: Vec<TcpRoute> = "tcpRoutes";
    }

    /// Which TLS routes.
    pub struct TlsRoute {
        /// Of this port.
        pub port: i64 = "port";
        /// Of these host names.
        pub sni_hosts: Vec<String> = "sniHosts";
    }

    /// Which TCP routes.
    pub struct TcpRoute {
        /// Of this port.
        pub port: i64 = "port";
    }

    /// Subsets in place of Services.
    pub struct IstioDestinationRule {
        /// The DestinationRule.
        pub name: String = "name" required;
        /// The subset of the new version.
        pub canary_subset_name: String = "canarySubsetName" required;
        /// The subset of the stable version.
        pub stable_subset_name: String = "stableSubsetName" required;
        /// Subsets that are left alone.
        pub additional_subset_names: Vec<String> = "additionalSubsetNames";
    }

    /// Routing by the Service Mesh Interface.
    pub struct SmiRouting {
        /// The Service that is split; the stable Service when not given.
        pub root_service: String = "rootService";
        /// The TrafficSplit that is made; named like the Rollout when not given.
        pub traffic_split_name: String = "trafficSplitName";
    }

    /// Routing by Ambassador.
    pub struct AmbassadorRouting {
        /// Its Mappings.
        pub mappings: Vec<String> = "mappings" required;
    }

    /// Routing by App Mesh.
    pub struct AppMeshRouting {
        /// The virtual service.
        pub virtual_service: Option<AppMeshVirtualService> = "virtualService";
        /// The virtual nodes of both versions.
        pub virtual_node_group: Option<AppMeshVirtualNodeGroup> = "virtualNodeGroup";
    }

    /// A virtual service and which of its routes are weighted.
    pub struct AppMeshVirtualService {
        /// Its name.
        pub name: String = "name" required;
        /// Its routes; all when none is given.
        pub routes: Vec<String> = "routes";
    }

    /// The virtual nodes of both versions.
    pub struct AppMeshVirtualNodeGroup {
        /// That of the new version.
        pub canary: Option<AppMeshVirtualNodeReference> = "canaryVirtualNodeRef" required;
        /// That of the stable version.
        pub stable: Option<AppMeshVirtualNodeReference> = "stableVirtualNodeRef" required;
    }

    /// A virtual node.
    pub struct AppMeshVirtualNodeReference {
        /// Its name.
        pub name: String = "name" required;
    }

    /// Routing by Traefik.
    pub struct TraefikRouting {
        /// The TraefikService.
        pub weighted_traefik_service_name: String = "weightedTraefikServiceName" required;
    }

    /// Routing by Apache APISIX.
    pub struct ApisixRouting {
        /// The ApisixRoute.
        pub route: Option<ApisixRoute> = "route";
    }

    /// An ApisixRoute and which of its rules are weighted.
    pub struct ApisixRoute {
        /// Its name.
        pub name: String = "name" required;
        /// Its rules.
        pub rules: Vec<String> = "rules";
    }
}
