{{- define "a" -}}
{{ index (list 1) 5 }}
{{- end }}