{{/* What the schema cannot say: values that contradict each other. Every mistake at once. */}}
{{- define "oauthapp.checked" -}}
{{- $problems := list -}}
{{- $namespaced := eq .Values.scope "Namespaced" -}}
{{- if and $namespaced (not .Values.clusterId) -}}
{{- $problems = append $problems "clusterId: required with scope: Namespaced. It tells this cluster apart from others that register at the same provider: any word, which must never change" -}}
{{- end -}}
{{- if and $namespaced .Values.tenantRoles -}}
{{- $problems = append $problems "tenantRoles: needs scope: Cluster, since ClusterRoles are of no namespace" -}}
{{- end -}}
{{- if $namespaced -}}
{{- range $name, $on := .Values.policies -}}
{{- if $on -}}
{{- $problems = append $problems (printf "policies.%s: needs scope: Cluster, since a ValidatingAdmissionPolicy is of no namespace" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $limit := include "oauthapp.bytes" .Values.resources.limits.memory | int64 -}}
{{- if lt $limit 201326592 -}}
{{- $problems = append $problems "resources.limits.memory: at least 192Mi, or the operator would be killed at its start" -}}
{{- end -}}
{{- with .Values.resources.requests -}}
{{- if .memory -}}
{{- if gt (include "oauthapp.bytes" .memory | int64) $limit -}}
{{- $problems = append $problems "resources.requests.memory: is more than resources.limits.memory" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (eq .Values.spread "DoNotSchedule") (lt (int .Values.replicaCount) 2) -}}
{{- $problems = append $problems "spread: DoNotSchedule is for replicas that are to be apart, and replicaCount is less than 2" -}}
{{- end -}}
{{- if and .Values.networkPolicy.metricsFrom (not .Values.networkPolicy.enabled) -}}
{{- $problems = append $problems "networkPolicy.metricsFrom: needs networkPolicy.enabled; without it everybody may read the metrics" -}}
{{- end -}}
{{- if and .Values.metrics.podMonitor.enabled .Values.networkPolicy.enabled (not .Values.networkPolicy.metricsFrom) -}}
{{- $problems = append $problems "networkPolicy.metricsFrom: name Prometheus, since metrics.podMonitor.enabled sends it here and the policy would keep it out" -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\n%s" (join "\n" $problems)) -}}
{{- end -}}
{{- end }}
