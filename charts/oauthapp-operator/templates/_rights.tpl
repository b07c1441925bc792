{{/* What the operator does with these kinds of ours, with Secrets and with Events. */}}
{{- define "oauthapp.rules" -}}
# The operator never writes a spec. `patch` is for finalizers alone; RBAC cannot say so more narrowly.
- apiGroups: [oauthapp.dev]
  resources: [{{ join ", " . }}]
  verbs: [get, list, watch, patch]
- apiGroups: [oauthapp.dev]
  resources: [{{ join "/status, " . }}/status]
  verbs: [update]
# Asked for by OwnerReferencesPermissionEnforcement (OpenShift) before a Secret may name its application as owner.
- apiGroups: [oauthapp.dev]
  resources: [{{ join "/finalizers, " . }}/finalizers]
  verbs: [update]
# Credentials are written to Secrets, and those of the providers are read from Secrets, whose names users choose.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, update, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* Rights that are given only where they are wanted. */}}
{{- define "oauthapp.rotationRules" -}}
{{- if .restart }}
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [list, patch]
{{- end }}
{{- if .retire }}
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
{{- end }}
{{- end }}
