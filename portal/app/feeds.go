package app

import (
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/alertmanager"
	"github.com/postern/postern/reports/feed/cloudevents"
	"github.com/postern/postern/reports/feed/ndjson"
	"github.com/postern/postern/reports/feed/oncall"
	"github.com/postern/postern/reports/feed/opsgenie"
	"github.com/postern/postern/reports/feed/pagerduty"
	"github.com/postern/postern/reports/feed/pgstat"
	"github.com/postern/postern/reports/feed/slowlog"
	"github.com/postern/postern/reports/feed/statuspage"
	"github.com/postern/postern/reports/ledger"
)

// decoders are the feed formats by the names of the contract.
func decoders() map[string]feed.Decoder {
	return map[string]feed.Decoder{
		"alertmanager": alertmanager.Decoder{}, "pagerduty": pagerduty.Decoder{}, "cloudevents": cloudevents.Decoder{},
		"opsgenie": opsgenie.Decoder{}, "grafana-oncall": oncall.Decoder{}, "statuspage": statuspage.Decoder{},
		"mysql-slow-log": slowlog.Decoder{}, "pg-stat-statements": pgstat.Decoder{}, "ndjson": ndjson.Decoder{},
	}
}

// openLedger makes the ledger over the open database.
func (a *App) openLedger() {
	c := a.opt.Config
	policy := postmortems.Policy{SeverityAliases: c.SeverityAliases}
	a.ledger = ledger.New(ledger.Options{
		DB: a.db, Decoders: decoders(), Now: a.opt.Now, Log: a.log, Queue: c.Feeds.Queue, Severity: policy.Severity,
		Keep: ledger.Retention{Raw: c.Retention.Raw, Facts: c.Retention.Facts, Fine: c.Retention.Fine, Buckets: c.Retention.Buckets},
	})
}
