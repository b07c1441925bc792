{{/*
One name for everything: an installation has one Secret of a fixed name in its namespace, so that a second one there could
not work, and a second one for the whole cluster is refused over the name of its ClusterRole.
*/}}
{{- define "oauthapp.name" -}}
oauthapp-operator
{{- end }}

{{- define "oauthapp.labels" -}}
app.kubernetes.io/name: {{ include "oauthapp.name" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: oauthapp-operator
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "oauthapp.selector" -}}
app.kubernetes.io/name: {{ include "oauthapp.name" . }}
{{- end }}

{{/* The name of what each shard has for itself; without shards the base alone. */}}
{{- define "oauthapp.shardName" -}}
{{ .base }}{{ with .shard.name }}-{{ . }}{{ end }}
{{- end }}

{{/* Tells the Pods of one shard from those of another. */}}
{{- define "oauthapp.shardLabel" -}}
{{ with .name }}oauthapp.dev/shard: {{ . | quote }}{{ end }}
{{- end }}

{{- define "oauthapp.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Gives "true" for a value that is true, or that follows the scope as nothing is said. */}}
{{- define "oauthapp.followsScope" -}}
{{- if kindIs "invalid" .value -}}
{{- if eq .scope "Cluster" }}true{{ end -}}
{{- else if .value -}}
true
{{- end -}}
{{- end }}
