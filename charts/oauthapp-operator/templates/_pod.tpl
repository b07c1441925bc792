{{/* What the Pods of the Deployment and of the check before an uninstall have in common. */}}
{{- define "oauthapp.podSettings" -}}
serviceAccountName: {{ include "oauthapp.name" . }}
automountServiceAccountToken: true
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{/* What their containers have in common. */}}
{{- define "oauthapp.containerSettings" -}}
image: {{ include "oauthapp.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  - name: POD_NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
  # Of the memory limit: Node asks the machine for its size, and would grow until it is killed.
  - name: NODE_OPTIONS
    value: {{ include "oauthapp.heapOptions" . }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* The operator's flags, one a line. What is not said is left to the operator. */}}
{{- define "oauthapp.flags" -}}
- --scope={{ eq .Values.scope "Cluster" | ternary "cluster" "namespace" }}
{{- with .Values.clusterId }}
- --cluster-id={{ . }}
{{- end }}
{{- with .Values.settings }}
{{- if and (ne .leaseName "oauthapp-operator") (not $.Values.shards) }}
- --lease-name={{ .leaseName }}
{{- end }}
{{- with .providerHosts }}
- {{ printf "--provider-hosts=%s" (join "," .) | quote }}
{{- end }}
{{- range $name := list "workers" "leaseDuration" "renewDeadline" "retryPeriod" "settling" "callDeadline" "logLevel" }}
{{- with get $.Values.settings $name }}
- --{{ kebabcase $name }}={{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
