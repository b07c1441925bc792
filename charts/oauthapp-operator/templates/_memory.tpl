{{/* A quantity such as 512Mi in bytes. */}}
{{- define "oauthapp.bytes" -}}
{{- $quantity := kindIs "string" . | ternary . (toString (int64 .)) -}}
{{- $number := regexFind "^[0-9]+(\\.[0-9]+)?" $quantity -}}
{{- $factors := dict "" 1.0 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 -}}
{{- mulf (float64 $number) (get $factors (trimPrefix $number $quantity)) | floor | int64 -}}
{{- end }}

{{/*
How large Node's heap may grow, old objects and young ones together. Node asks the machine, not the limit of its container, and
would grow until it is killed. Young objects take three semi-spaces of 16 MiB; left alone they would take up to 192 MiB.
*/}}
{{- define "oauthapp.heapOptions" -}}
{{- $limit := include "oauthapp.bytes" .Values.resources.limits.memory | float64 -}}
{{- $heap := divf (mulf $limit .Values.heapPercentage) 100 1048576 | floor | int64 -}}
--max-semi-space-size=16 --max-old-space-size={{ sub $heap 48 }}
{{- end }}
