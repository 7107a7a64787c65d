{{- define "app.x" -}}
x{{ .Chart.Name }}
{{- end }}
{{ define "app.y" }}{{ printf "%s!" . }}{{ end }}