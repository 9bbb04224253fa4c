package config

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
)

// Feeds says how feeds are taken in.
type Feeds struct {
	Body  int64 // bytes of one body; a longer ndjson is taken in parts of it
	Queue int   // bodies that may wait to be stored
	// BudgetNew is how many new things a source may bring in a UTC day, BudgetOpen
	// how many of its incidents and alert episodes may be open at once.
	BudgetNew  int
	BudgetOpen int
	// MostRead is how many facts of one kind one page or report is put together of.
	MostRead  int
	PagerDuty Secret // SECRET or SOURCE:SECRET, several with commas between
	// SignedOnly refuses PagerDuty webhooks of sources without a secret.
	SignedOnly bool
	// Statuspages are polled: name of the source -> address of the page's JSON.
	Statuspages     map[string]*url.URL
	StatuspageEvery time.Duration
}

// PagerDutySecrets are the secrets under any of which a webhook of the source may
// be signed; none: signatures are not asked for.
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

// Retention says how long what feeds said is kept.
type Retention struct {
	Raw     time.Duration // bodies as they came, and unsettled dead letters
	Facts   time.Duration
	Fine    time.Duration // buckets as they came; then by the hour
	Buckets time.Duration
}

const year = 366 * 24 * time.Hour

func (c *Config) feeding() []setting {
	f, r := &c.Feeds, &c.Retention
	return []setting{
		{key: "feeds.body", value: size(&f.Body, 64*kib, 64*mib), preset: "16MiB",
			doc: "Largest body of a feed. NDJSON may be longer: it is taken in parts of whole lines. A larger body is refused with 413 and leaves a dead letter."},
		{key: "feeds.queue", value: number(&f.Queue, 1, 100_000), preset: "1024",
			doc: "How many bodies may wait to be stored before senders are told to come later (503 with Retry-After)."},
		{key: "feeds.budget_new", value: number(&f.BudgetNew, 1, 10_000_000), preset: "50000",
			doc: "How many new things (incidents, changes, alert episodes, drills, tickets, slow statements, and SLOs without a definition) one source may bring in a UTC day. Beyond, they are rejected as `over budget`; updates of known things and buckets of defined SLOs always pass. A token that is bound to no source has this budget once, for all its names together."},
		{key: "feeds.budget_open", value: number(&f.BudgetOpen, 1, 10_000_000), preset: "20000",
			doc: "How many incidents and alert episodes of one source may be open at once."},
		{key: "feeds.most_read", value: number(&f.MostRead, 100, 10_000_000), preset: "25000",
			doc: "How many entries of incidents, of alerts or of changes one page, API answer or section of a report is put together of; of slow statements 10 times as many. A range that holds more says how many there are and asks for a narrower one. Each takes about 4 kB of memory while it is put together."},
		{key: "feeds.pagerduty_secrets", value: secret(&f.PagerDuty), unstated: "PagerDuty's signature is not asked for",
			doc: "Signing secrets of PagerDuty webhooks, `SECRET` for every source or `SOURCE:SECRET` for one, with commas between. Where one is stated, a webhook without a valid signature is refused."},
		{key: "feeds.pagerduty_signed_only", value: yes(&f.SignedOnly), preset: "false",
			doc: "Refuses PagerDuty webhooks of sources for which no secret is stated, so that none can be posted with the token alone."},
		{key: "feeds.statuspages", value: pages(&f.Statuspages), unstated: "none",
			doc: "Status pages to poll: the name of the source and the address of the page's JSON, such as `shop: https://status.example.org/api/v2/incidents.json`."},
		{key: "feeds.statuspage_every", value: duration(&f.StatuspageEvery, 10*time.Second, 24*time.Hour), preset: "2m",
			doc: "How often a status page is asked."},
		{key: "retention.raw", value: duration(&r.Raw, 24*time.Hour, 100*year), preset: "2160h",
			doc: "How long bodies of feeds are kept as they came, and dead letters that nobody settled."},
		{key: "retention.facts", value: duration(&r.Facts, 24*time.Hour, 100*year), preset: "43920h",
			doc: "How long incidents, alerts, changes, drills and slow statements are kept after they ended."},
		{key: "retention.buckets_fine", value: duration(&r.Fine, 24*time.Hour, 100*year), preset: "9600h",
			doc: "How long SLI buckets are kept in the length in which they came; older ones are rolled up to an hour."},
		{key: "retention.buckets", value: duration(&r.Buckets, 24*time.Hour, 100*year), preset: "87840h",
			doc: "How long SLI buckets are kept."},
	}
}

// namedURLs is a mapping of names to addresses; a flag has name=URL with commas
// between.
type namedURLs struct{ at *map[string]*url.URL }

func pages(at *map[string]*url.URL) value { return namedURLs{at} }

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

func addPage(all map[string]*url.URL, name, address string) error {
	name = strings.TrimSpace(name)
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || name == "" || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return mustBe("a name and an http or https address without a password", name+"="+address)
	}
	all[name] = u
	return nil
}

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

func (n namedURLs) schema() map[string]any {
	return map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string", "pattern": "^https?://"}}
}
