package config

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/yamldoc"
)

// PrometheusSource is one Prometheus server, or another server with its query API.
type PrometheusSource struct {
	Name     string // the metricSourceRef of an indicator
	URL      *url.URL
	Token    Secret // sent as a bearer token
	User     string // with Password: basic authentication instead of a token
	Password Secret
	Step     time.Duration // resolution of gauges and coverage; not below the scrape interval
	Grace    time.Duration // how long after its end a bucket is queried
}

// The defaults of a source.
const (
	defaultStep  = time.Minute
	defaultGrace = time.Minute
)

// servers is a list of sources. A flag has name=url, separated by commas.
type servers struct{ at *[]PrometheusSource }

// sources returns the value that is stored in at.
func sources(at *[]PrometheusSource) value { return servers{at} }

// set implements value. Sources in this form have no credentials, and the default step
// and grace.
func (s servers) set(text string) error {
	var all []PrometheusSource
	for item := range strings.SplitSeq(text, ",") {
		name, address, _ := strings.Cut(strings.TrimSpace(item), "=")
		u, err := serverURL(address)
		if err != nil || !sourceName.MatchString(name) {
			return mustBe("a list of name=url, such as main=http://prometheus:9090", item)
		}
		all = append(all, PrometheusSource{Name: name, URL: u, Step: defaultStep, Grace: defaultGrace})
	}
	*s.at = all
	return nil
}

// sourceName is the form of a source's name: at most 63 bytes, the first of which is a
// letter or a digit.
var sourceName = regexp.MustCompile(`^[a-z0-9][-a-z0-9_.]{0,62}$`)

// serverURL reads an HTTP URL without credentials: those are separate settings, which
// are not printed. A query or a fragment would be lost when the path of the API is
// appended.
func serverURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, mustBe("a URL such as http://prometheus:9090, without user, query or fragment", text)
	}
	return u, nil
}

// read implements value. A source with an error is reported and is in the list all the
// same: Load returns no Config to use then.
func (s servers) read(v yamldoc.Value) {
	if !v.List() {
		v.Report("%s must be a list of {name, url}", v.Path())
		return
	}
	all := []PrometheusSource{}
	taken := map[string]bool{}
	for _, item := range v.Items() {
		p := readSource(item)
		if taken[p.Name] {
			item.Report("%s has the name of another source: %s", item.Path(), p.Name)
		}
		taken[p.Name] = true
		all = append(all, p)
	}
	*s.at = all
}

// readSource reads one source and reports what is wrong with it.
func readSource(v yamldoc.Value) (p PrometheusSource) {
	m := v.Map()
	name, address := m.Value("name"), m.Value("url")
	if p.Name = name.String(); !sourceName.MatchString(p.Name) {
		v.Report("%s needs a name of lower-case letters, digits and hyphens", v.Path())
	}
	var err error
	if p.URL, err = serverURL(address.String()); err != nil {
		v.Report("%s.url %v", v.Path(), err)
	}
	p.Token, p.Password, p.User = NewSecret(m.Value("token").String()), NewSecret(m.Value("password").String()), m.Value("user").String()
	if p.Token.Set() && p.User != "" {
		v.Report("%s has a token and a user: one of them is sent", v.Path())
	}
	p.Step = within(m.Value("step"), defaultStep, time.Second)
	p.Grace = within(m.Value("grace"), defaultGrace, 0)
	_ = m.Unknown() // reports the unknown keys
	return p
}

// within reads a duration of at most an hour. It returns preset for an absent value,
// and for one that is out of bounds, which it reports.
func within(v yamldoc.Value, preset, least time.Duration) time.Duration {
	if !v.Present() {
		return preset
	}
	d := v.Duration()
	if d < least || d > time.Hour {
		v.Report("%s must be from %s to 1h", v.Path(), least)
		return preset
	}
	return d
}

// yaml implements value.
func (s servers) yaml() any {
	if len(*s.at) == 0 {
		return nil
	}
	var all []yamldoc.Pairs
	for _, p := range *s.at {
		pairs := yamldoc.Pairs{{Key: "name", Value: p.Name}, {Key: "url", Value: p.URL.String()}}
		for _, x := range []struct{ key, text string }{{"token", p.Token.String()}, {"user", p.User}, {"password", p.Password.String()}} {
			if x.text != "" {
				pairs = append(pairs, yamldoc.Pair{Key: x.key, Value: x.text})
			}
		}
		all = append(all, append(pairs, yamldoc.Pair{Key: "step", Value: p.Step.String()}, yamldoc.Pair{Key: "grace", Value: p.Grace.String()}))
	}
	return all
}

// schema implements value.
func (s servers) schema() map[string]any {
	text := map[string]any{"type": "string"}
	return map[string]any{"type": "array", "items": map[string]any{
		"type": "object", "required": []string{"name", "url"}, "additionalProperties": false,
		"properties": map[string]any{
			"name": map[string]any{"type": "string", "pattern": sourceName.String()}, "url": map[string]any{"type": "string", "format": "uri"},
			"token": text, "user": text, "password": text, "step": text, "grace": text,
		},
	}}
}
