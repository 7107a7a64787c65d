//! What is rendered: charts as `helm create` makes them, and overlays of kustomizations.

use serde_json::{Value, json};

/// How many overlays share a base.
const OVERLAYS_PER_BASE: u32 = 10;

/// The directory of application `index`.
pub fn path(index: u32) -> String {
    format!("apps/app-{index:04}")
}

/// Whether it is a chart.
pub fn is_chart(index: u32) -> bool {
    index.is_multiple_of(2)
}

/// Its source.
pub fn source(index: u32, repository: &str) -> Value {
    let path = path(index);
    if is_chart(index) {
        let helm = json!({ "valueFiles": ["production.yaml"], "parameters": [{ "name": "image.tag", "value": "v2" }] });
        json!({ "repoURL": repository, "targetRevision": "main", "path": path, "helm": helm })
    } else {
        json!({ "repoURL": repository, "targetRevision": "main", "path": path,
            "kustomize": { "commonLabels": { "team": "bench" }, "images": ["app=registry.example/app:v2"] } })
    }
}

/// Its files.
pub fn files(index: u32) -> Vec<(String, String)> {
    let path = path(index);
    let file = |name: &str, content: String| (format!("{path}/{name}"), content);
    if is_chart(index) {
        return vec![
            file("Chart.yaml", format!("apiVersion: v2\nname: app-{index:04}\nversion: 1.0.0\nappVersion: \"1\"\n")),
            file("values.yaml", VALUES.to_owned()),
            file("production.yaml", format!("replicaCount: {}\n", index % 7 + 1)),
            file("templates/_helpers.tpl", HELPERS.to_owned()),
            file("templates/deployment.yaml", DEPLOYMENT.to_owned()),
            file("templates/service.yaml", SERVICE.to_owned()),
            file("templates/serviceaccount.yaml", ACCOUNT.to_owned()),
            file("templates/ingress.yaml", INGRESS.to_owned()),
        ];
    }
    let base = index / OVERLAYS_PER_BASE;
    vec![
        file("kustomization.yaml", OVERLAY.replace("INDEX", &format!("{index:04}")).replace("BASE", &base.to_string())),
        file(
            "patch.yaml",
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app}}\nspec: {{replicas: {}}}\n",
                index % 7 + 1
            ),
        ),
    ]
}

/// The files that applications share.
pub fn shared(apps: u32) -> Vec<(String, String)> {
    let base = |number: u32| {
        let file = |name: &str, content: &str| (format!("bases/{number}/{name}"), content.to_owned());
        [
            file("kustomization.yaml", "resources: [deployment.yaml, service.yaml, account.yaml, ingress.yaml]\n"),
            file("deployment.yaml", BASE_DEPLOYMENT),
            file(
                "service.yaml",
                "apiVersion: v1\nkind: Service\nmetadata: {name: app}\nspec:\n  selector: {app: app}\n  ports: [{port: 80}]\n",
            ),
            file("account.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app}\n"),
            file("ingress.yaml", BASE_INGRESS),
        ]
    };
    (0..=apps / OVERLAYS_PER_BASE).flat_map(base).collect()
}

const OVERLAY: &str = "apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: bench
namePrefix: app-INDEX-
resources: [../../bases/BASE]
patches: [{path: patch.yaml}]
configMapGenerator: [{name: settings, literals: [mode=production, index=INDEX]}]
";

const BASE_DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {app: app}}
spec:
  replicas: 1
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      serviceAccountName: app
      containers:
      - name: app
        image: app:v1
        envFrom: [{configMapRef: {name: settings}}]
        ports: [{name: http, containerPort: 8080}]
        resources: {requests: {cpu: 100m, memory: 64Mi}}
";

const BASE_INGRESS: &str = "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: app}
spec:
  rules:
  - host: app.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: app, port: {number: 80}}}}]}
";

const VALUES: &str = "replicaCount: 1
image: {repository: registry.example/app, tag: v1, pullPolicy: IfNotPresent}
service: {type: ClusterIP, port: 80}
serviceAccount: {create: true, annotations: {}}
ingress:
  enabled: true
  annotations: {kubernetes.io/ingress.class: nginx}
  hosts: [{host: app.example, paths: [{path: /, pathType: Prefix}]}]
resources: {requests: {cpu: 100m, memory: 64Mi}}
podAnnotations: {}
nodeSelector: {}
tolerations: []
";

const HELPERS: &str = r#"{{- define "app.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "app.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "app.selectorLabels" -}}
app.kubernetes.io/name: {{ include "app.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "app.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "app.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
"#;

const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.fullname" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels:
      {{- include "app.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      {{- with .Values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      labels:
        {{- include "app.selectorLabels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ include "app.fullname" . }}
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          ports:
            - name: http
              containerPort: {{ .Values.service.port }}
              protocol: TCP
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
"#;

const SERVICE: &str = r#"apiVersion: v1
kind: Service
metadata:
  name: {{ include "app.fullname" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  ports:
    - port: {{ .Values.service.port }}
      targetPort: http
      name: http
  selector:
    {{- include "app.selectorLabels" . | nindent 4 }}
"#;

const ACCOUNT: &str = r#"{{- if .Values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "app.fullname" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
{{- end }}
"#;

const INGRESS: &str = r#"{{- if .Values.ingress.enabled -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "app.fullname" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
  {{- with .Values.ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  rules:
    {{- range .Values.ingress.hosts }}
    - host: {{ .host | quote }}
      http:
        paths:
          {{- range .paths }}
          - path: {{ .path }}
            pathType: {{ .pathType }}
            backend:
              service:
                name: {{ include "app.fullname" $ }}
                port:
                  number: {{ $.Values.service.port }}
          {{- end }}
    {{- end }}
{{- end }}
"#;
