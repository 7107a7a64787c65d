{{- define "a" -}}
{{ include "b" . }}
{{- end }}
{{- define "b" -}}
  {{ .Values.x.y.z }}
{{- end }}