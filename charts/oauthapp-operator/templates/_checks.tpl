{{/* What the schema cannot say: values that contradict each other. Every mistake at once. */}}
{{- define "oauthapp.checked" -}}
{{- $problems := list -}}
{{- $namespaced := eq .Values.scope "Namespaced" -}}
{{- if and $namespaced (not .Values.clusterId) -}}
{{- $problems = append $problems "clusterId: required with scope: Namespaced. It tells this installation apart from all others that register at the same provider: any word, which must never change" -}}
{{- end -}}
{{- if eq .Values.clusterId "change-me" -}}
{{- $problems = append $problems "clusterId: change-me stands for a word of your own, which then must never change" -}}
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
{{- if and $namespaced (include "oauthapp.servesCluster" .) -}}
{{- $problems = append $problems "scope: this release serves every namespace. With Namespaced nobody would delete the registrations of the others any more: uninstall it first, which is refused while an object needs it, and install it anew" -}}
{{- end -}}
{{- $limit := include "oauthapp.bytes" .Values.resources.limits.memory | int64 -}}
{{- if lt $limit 201326592 -}}
{{- $problems = append $problems "resources.limits.memory: at least 192Mi, or the operator would be killed at its start" -}}
{{- else if lt (include "oauthapp.heap" . | int64) 128 -}}
{{- $problems = append $problems "heapPercentage: leaves Node a heap of less than 128 MiB of resources.limits.memory" -}}
{{- end -}}
{{- with .Values.resources.requests -}}
{{- if .memory -}}
{{- if gt (include "oauthapp.bytes" .memory | int64) $limit -}}
{{- $problems = append $problems "resources.requests.memory: is more than resources.limits.memory" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $cpu := include "oauthapp.millicores" .Values.resources.limits.cpu -}}
{{- if and $cpu (gt (include "oauthapp.millicores" (get (.Values.resources.requests | default dict) "cpu") | float64) (float64 $cpu)) -}}
{{- $problems = append $problems "resources.requests.cpu: is more than resources.limits.cpu" -}}
{{- end -}}
{{- if and (eq .Values.spread "DoNotSchedule") (lt (int .Values.replicaCount) 2) -}}
{{- $problems = append $problems "spread: DoNotSchedule is for replicas that are to be apart, and replicaCount is less than 2" -}}
{{- end -}}
{{- if and .Values.networkPolicy.metricsFrom (not .Values.networkPolicy.enabled) -}}
{{- $problems = append $problems "networkPolicy.metricsFrom: needs networkPolicy.enabled; without it everybody may read the metrics" -}}
{{- end -}}
{{- range $monitor := list "podMonitor" "serviceMonitor" "prometheusRule" -}}
{{- if and (get $.Values.metrics $monitor).enabled $.Values.networkPolicy.enabled (not $.Values.networkPolicy.metricsFrom) -}}
{{- $problems = append $problems (printf "networkPolicy.metricsFrom: name Prometheus, since metrics.%s.enabled needs the metrics and the policy would keep it out" $monitor) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.metrics.podMonitor.enabled .Values.metrics.serviceMonitor.enabled -}}
{{- $problems = append $problems "metrics.serviceMonitor.enabled: one of podMonitor and serviceMonitor, or everything is counted twice" -}}
{{- end -}}
{{- if .Values.networkPolicy.enabled -}}
{{- $open := toStrings .Values.networkPolicy.egressPorts -}}
{{- range $host := .Values.settings.providerHosts -}}
{{- $port := regexFind ":[0-9]+$" $host | trimPrefix ":" -}}
{{- if and $port (not (has $port $open)) -}}
{{- $problems = append $problems (printf "networkPolicy.egressPorts: add %s, since settings.providerHosts has %s and the policy would keep the operator from it" $port $host) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if hasKey .Values.podLabels "app.kubernetes.io/name" -}}
{{- $problems = append $problems "podLabels: app.kubernetes.io/name is what the Deployment selects its Pods by" -}}
{{- end -}}
{{- if hasKey .Values.podLabels "oauthapp.dev/shard" -}}
{{- $problems = append $problems "podLabels: oauthapp.dev/shard is what the Deployment of a shard selects its Pods by" -}}
{{- end -}}
{{- $names := list -}}
{{- $servedBy := dict -}}
{{- range $shard := .Values.shards -}}
{{- if has .name $names -}}
{{- $problems = append $problems (printf "shards: two have the name %s, and would have one Deployment and one Lease" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- $selected := include "oauthapp.oneSpelling" .providerSelector -}}
{{- with get $servedBy $selected -}}
{{- $problems = append $problems (printf "shards: %s and %s would serve the same providers, those of %s" . $shard.name (trim $shard.providerSelector)) -}}
{{- end -}}
{{- $_ := set $servedBy $selected .name -}}
{{- end -}}
{{- $times := dict -}}
{{- range $name, $fallback := dict "leaseDuration" "15s" "renewDeadline" "10s" "retryPeriod" "2s" "callDeadline" "10s" "settling" "30s" -}}
{{- $_ := set $times $name (include "oauthapp.milliseconds" (get $.Values.settings $name | default $fallback) | int64) -}}
{{- end -}}
{{- range $name, $ms := $times -}}
{{- if or (lt $ms 1) (gt $ms 86400000) -}}
{{- $problems = append $problems (printf "settings.%s: must be more than 0 and at most 24h" $name) -}}
{{- end -}}
{{- end -}}
{{- if mod $times.leaseDuration 1000 -}}
{{- $problems = append $problems "settings.leaseDuration: must be whole seconds, since a Lease says no others" -}}
{{- end -}}
{{- if le $times.leaseDuration 2000 -}}
{{- $problems = append $problems "settings.leaseDuration: must be more than 2s, or no call to a provider could be over before it ends" -}}
{{- end -}}
{{- if ge $times.renewDeadline $times.leaseDuration -}}
{{- $problems = append $problems "settings.renewDeadline: must be less than settings.leaseDuration" -}}
{{- end -}}
{{- if ge (mul $times.retryPeriod 12) (mul $times.renewDeadline 10) -}}
{{- $problems = append $problems "settings.retryPeriod: 1.2 times it must be less than settings.renewDeadline" -}}
{{- end -}}
{{- if ge $times.callDeadline $times.leaseDuration -}}
{{- $problems = append $problems "settings.callDeadline: must be less than settings.leaseDuration, or a call could outlive it" -}}
{{- end -}}
{{- if gt $times.callDeadline 25000 -}}
{{- $problems = append $problems "settings.callDeadline: at most 25s, which is how long an operator that ends waits for a call" -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "\n%s" (join "\n" $problems)) -}}
{{- end -}}
{{- end }}

{{/*
Gives "true" where the release as it is serves the cluster. Its own Deployments say so: whoever installs in one namespace may
read no ClusterRole. Where there is no cluster to ask, as in `helm template`, nothing is found.
*/}}
{{- define "oauthapp.servesCluster" -}}
{{- range (lookup "apps/v1" "Deployment" .Release.Namespace "").items -}}
{{- $labels := .metadata.labels | default dict -}}
{{- if and (eq (get $labels "app.kubernetes.io/name") (include "oauthapp.name" $)) (eq (get $labels "app.kubernetes.io/instance") $.Release.Name) -}}
{{- range .spec.template.spec.containers -}}
{{- if has "--scope=cluster" (.args | default list) }}true{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* One spelling for selectors that select the same, such as `x=a`, `x == a` and `x in (a)`. */}}
{{- define "oauthapp.oneSpelling" -}}
{{- $selector := regexReplaceAll "\\s+" (trim .) " " -}}
{{- $selector = regexReplaceAll " ?([=!,()]+) ?" $selector "${1}" | replace "==" "=" -}}
{{- $selector = regexReplaceAll " in\\(([^,)]*)\\)" $selector "=${1}" -}}
{{- regexReplaceAll " notin\\(([^,)]*)\\)" $selector "!=${1}" -}}
{{- end }}

{{/* Processors such as `50m`, `0.5` or 2 in thousandths; nothing of what is not there or is written otherwise. */}}
{{- define "oauthapp.millicores" -}}
{{- $amount := toString . -}}
{{- if regexMatch "^[0-9]+(\\.[0-9]+)?m?$" $amount -}}
{{- hasSuffix "m" $amount | ternary (trimSuffix "m" $amount | float64) (mulf (float64 $amount) 1000) -}}
{{- end -}}
{{- end }}

{{/* A duration such as `1m30s` in ms. */}}
{{- define "oauthapp.milliseconds" -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9]+(ms|h|m|s)" . -1 -}}
{{- $sum = add $sum (mul (regexFind "^[0-9]+" . | int64) (get (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000) (regexFind "[a-z]+$" .))) -}}
{{- end -}}
{{- $sum -}}
{{- end }}
