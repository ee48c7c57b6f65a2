#!/bin/sh
# Writes Alertmanager's config from the environment and starts it: Slack, PagerDuty and mail, each where it is set (.env.example).
# `--print` only prints the config. Critical alerts go to all of them; warnings wake nobody, unless PagerDuty is all there is.
set -eu

SLACK=${ALERT_SLACK_WEBHOOK_URL:-}
PAGERDUTY=${ALERT_PAGERDUTY_KEY:-}
MAIL=${ALERT_MAIL_TO:-}
if [ -n "$MAIL" ] && { [ -z "${ALERT_MAIL_FROM:-}" ] || [ -z "${ALERT_MAIL_SMARTHOST:-}" ]; }; then
  echo "ALERT_MAIL_TO needs ALERT_MAIL_FROM and ALERT_MAIL_SMARTHOST as well" >&2
  exit 1
fi
if [ -z "$SLACK$PAGERDUTY$MAIL" ]; then
  echo "nobody hears of alerts: set ALERT_SLACK_WEBHOOK_URL, ALERT_PAGERDUTY_KEY or ALERT_MAIL_TO" >&2
fi

# A value as YAML takes it, whatever it holds.
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")"; }

slack() {
  [ -z "$SLACK" ] || cat <<EOF
    slack_configs:
      - api_url: $(quoted "$SLACK")
        send_resolved: true
        title: '{{ if eq .Status "firing" }}{{ .CommonLabels.severity | toUpper }}{{ else }}OVER{{ end }}: {{ (index .Alerts 0).Annotations.summary }}'
        text: '{{ range .Alerts }}{{ .Annotations.description }}{{ "\n" }}{{ end }}'
EOF
}

pagerduty() {
  [ -z "$PAGERDUTY" ] || cat <<EOF
    pagerduty_configs:
      - routing_key: $(quoted "$PAGERDUTY")
        send_resolved: true
        severity: '{{ .CommonLabels.severity }}'
        description: '{{ (index .Alerts 0).Annotations.summary }}'
EOF
}

mail() {
  [ -z "$MAIL" ] || cat <<EOF
    email_configs:
      - to: $(quoted "$MAIL")
        from: $(quoted "$ALERT_MAIL_FROM")
        smarthost: $(quoted "$ALERT_MAIL_SMARTHOST")
        auth_username: $(quoted "${ALERT_MAIL_USER:-}")
        auth_password: $(quoted "${ALERT_MAIL_PASSWORD:-}")
        send_resolved: true
EOF
}

config() {
  cat <<EOF
route:
  receiver: warning
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 1d
  routes:
    - receiver: critical
      matchers: ['severity="critical"']
      group_wait: 10s
      repeat_interval: 2h
receivers:
  - name: critical
EOF
  slack
  pagerduty
  mail
  echo "  - name: warning"
  slack
  if [ -z "$SLACK$MAIL" ]; then pagerduty; fi
  mail
}

if [ "${1:-}" = --print ]; then
  config
  exit
fi
umask 077
config > /tmp/alertmanager.yaml
exec /bin/alertmanager --config.file=/tmp/alertmanager.yaml --storage.path=/alertmanager "$@"
