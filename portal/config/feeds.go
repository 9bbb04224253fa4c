package config

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
)

// Feeds configures the acceptance of feeds.
type Feeds struct {
	Body  int64 // bytes of one body; longer NDJSON is processed in parts
	Queue int   // bodies that wait to be stored
	// BudgetNew is how many new things a source may report in a UTC day, BudgetOpen how
	// many of its incidents and alert episodes may be open at the same time.
	BudgetNew  int
	BudgetOpen int
	// MostRead is how many facts of one kind are read for one page or report.
	MostRead  int
	PagerDuty Secret // SECRET or SOURCE:SECRET, separated by commas
	// SignedOnly refuses PagerDuty webhooks of sources without a secret.
	SignedOnly bool
	// Statuspages maps the name of a source to the URL of the page's JSON, which is polled.
	Statuspages     map[string]*url.URL
	StatuspageEvery time.Duration
}

// PagerDutySecrets returns the secrets with which a webhook of the source may be
// signed: those for every source and those named for it. Several may be valid at the
// same time, which lets an operator change a secret without an interruption. Without
// any, signatures are not required.
func (f Feeds) PagerDutySecrets(source string) (secrets []string) {
	for item := range strings.SplitSeq(f.PagerDuty.Reveal(), ",") {
		name, secret, named := strings.Cut(strings.TrimSpace(item), ":")
		switch {
		case named && name == source:
			secrets = append(secrets, secret)
		case !named && name != "":
			secrets = append(secrets, name)
		}
	}
	return secrets
}

// Retention states how long data from feeds is retained.
type Retention struct {
	Raw     time.Duration // bodies as received, and dead letters
	Facts   time.Duration
	Fine    time.Duration // buckets as received, before they are merged by the hour
	Buckets time.Duration
}

// year is the longest year, for bounds of retention.
const year = 366 * 24 * time.Hour

// feeding returns the settings of feeds and retention. Durations are in hours, since
// the syntax has no days: 2160h are 90 days.
func (c *Config) feeding() []setting {
	f, r := &c.Feeds, &c.Retention
	return []setting{
		{key: "feeds.body", value: size(&f.Body, 64*kib, 64*mib), preset: "16MiB",
			doc: "Maximum size of a feed body. NDJSON may be longer: it is processed in parts of whole lines. A larger body is refused " +
				"with 413 and recorded as a dead letter."},
		{key: "feeds.queue", value: number(&f.Queue, 1, 100_000), preset: "1024",
			doc: "Maximum number of bodies that wait to be stored. When the queue is full, senders get 503 with Retry-After."},
		{key: "feeds.budget_new", value: number(&f.BudgetNew, 1, 10_000_000), preset: "50000",
			doc: "How many new things (incidents, changes, alert episodes, drills, tickets, slow statements, and SLOs without a " +
				"definition) one source may report in a UTC day. Further ones are rejected as `over budget`; updates of known things and " +
				"buckets of defined SLOs are always accepted. A token that is not bound to a source has one budget for all its source names together."},
		{key: "feeds.budget_open", value: number(&f.BudgetOpen, 1, 10_000_000), preset: "20000",
			doc: "How many incidents and alert episodes of one source may be open at the same time."},
		{key: "feeds.most_read", value: number(&f.MostRead, 100, 10_000_000), preset: "25000",
			doc: "How many incidents, alerts or changes are read for one page, API response or report section; 10 times as many for slow " +
				"statements. A range with more is refused with their number; choose a narrower one. Each entry takes about 4 kB of memory " +
				"while the result is computed."},
		{key: "feeds.pagerduty_secrets", value: secret(&f.PagerDuty), unstated: "signatures are not required",
			doc: "Signing secrets of PagerDuty webhooks, `SECRET` for every source or `SOURCE:SECRET` for one, separated by commas. If a " +
				"source has a secret, its webhooks need a valid signature."},
		{key: "feeds.pagerduty_signed_only", value: yes(&f.SignedOnly), preset: "false",
			doc: "Refuses PagerDuty webhooks of sources without a secret, so that a token alone is not enough."},
		{key: "feeds.statuspages", value: pages(&f.Statuspages), unstated: "none",
			doc: "Status pages to poll: the name of the source and the URL of the page's JSON, such as `shop: " +
				"https://status.example.org/api/v2/incidents.json`."},
		{key: "feeds.statuspage_every", value: duration(&f.StatuspageEvery, 10*time.Second, 24*time.Hour), preset: "2m",
			doc: "How often a status page is polled."},
		{key: "retention.raw", value: duration(&r.Raw, 24*time.Hour, 100*year), preset: "2160h",
			doc: "How long feed bodies are retained as received, and dead letters that were neither retried nor dismissed."},
		{key: "retention.facts", value: duration(&r.Facts, 24*time.Hour, 100*year), preset: "43920h",
			doc: "How long incidents, alerts, changes, drills and slow statements are retained after they ended."},
		{key: "retention.buckets_fine", value: duration(&r.Fine, 24*time.Hour, 100*year), preset: "9600h",
			doc: "How long SLI buckets are retained in their original resolution; older buckets are merged by the hour."},
		{key: "retention.buckets", value: duration(&r.Buckets, 24*time.Hour, 100*year), preset: "87840h",
			doc: "How long SLI buckets are retained."},
	}
}

// namedURLs maps names to URLs. A flag has name=URL, separated by commas.
type namedURLs struct{ at *map[string]*url.URL }

// pages returns the value that is stored in at.
func pages(at *map[string]*url.URL) value { return namedURLs{at} }

// set implements value. The pairs of the text replace the whole mapping.
func (n namedURLs) set(text string) error {
	all := map[string]*url.URL{}
	for item := range strings.SplitSeq(text, ",") {
		name, address, _ := strings.Cut(item, "=")
		if err := addPage(all, name, address); err != nil {
			return err
		}
	}
	*n.at = all
	return nil
}

// read implements value. A pair with an error is reported and left out.
func (n namedURLs) read(v yamldoc.Value) {
	if !v.Mapping() {
		v.Report("%s must be a mapping such as {shop: https://status.example.org/api/v2/incidents.json}", v.Path())
		return
	}
	all := map[string]*url.URL{}
	for name, address := range v.Map().All() {
		if err := addPage(all, name, address.String()); err != nil {
			address.Report("%s %v", address.Path(), err)
		}
	}
	*n.at = all
}

// addPage adds one URL to all, or returns what is wrong with it. A password in the URL
// is refused, because the page of feeds shows the address.
func addPage(all map[string]*url.URL, name, address string) error {
	name = strings.TrimSpace(name)
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || name == "" || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return mustBe("a name and an http or https address without a password", name+"="+address)
	}
	all[name] = u
	return nil
}

// yaml implements value.
func (n namedURLs) yaml() any {
	if len(*n.at) == 0 {
		return nil
	}
	var all yamldoc.Pairs
	for _, name := range slices.Sorted(maps.Keys(*n.at)) {
		all = append(all, yamldoc.Pair{Key: name, Value: (*n.at)[name].String()})
	}
	return all
}

// schema implements value.
func (n namedURLs) schema() map[string]any {
	return map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string", "pattern": "^https?://"}}
}
