package openslo

import (
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
	"github.com/postern/postern/reports/slo"
)

// service reads a service and returns it with the references to its dependencies. The
// title defaults to the name, the team to the label "team", and the owner to the team.
// Dependencies on itself, or with names that no service can have, are removed with a
// finding; whether the others exist is checked by Link.
func (r *reader) service(meta metadata, spec *yamldoc.Map) (*slo.Service, []reference) {
	n := r.notes(meta, noteOwner, noteTeam, noteTier, noteZone, noteDepends, noteDatabases)
	s := slo.Service{
		Name: meta.name, Title: meta.title, Description: spec.Value("description").String(),
		Team: n.text(noteTeam), Owner: n.text(noteOwner), Tier: n.text(noteTier),
		DependsOn: n.list(noteDepends), Databases: n.list(noteDatabases), Labels: meta.labels, Path: r.path,
	}
	if s.Title == "" {
		s.Title = s.Name
	}
	if s.Team == "" {
		s.Team = strings.Join(meta.labels[noteTeam], ", ")
	}
	if s.Owner == "" {
		s.Owner = s.Team
	}
	if r.zone(ruleForm, n.text(noteZone), n[noteZone].at) != nil {
		s.OnCallZone = n.text(noteZone)
	}
	s.DependsOn = slices.DeleteFunc(s.DependsOn, func(name string) bool {
		switch {
		case name == s.Name:
			r.find(ruleDependency, n[noteDepends].at, "%s depends on itself: take it out of the list", name)
		case !validName(name):
			r.find(ruleDependency, n[noteDepends].at, "%q is not the name of a service", name)
		default:
			return false
		}
		return true
	})
	var depends []reference
	for _, name := range s.DependsOn {
		depends = append(depends, reference{KindService, name, placeOf(n[noteDepends].at)})
	}
	return &s, depends
}

// dataSource returns the type of a source, in lower case. Its address and login are
// configuration of the portal: the connection details are ignored, and credentials in
// them are refused.
func (r *reader) dataSource(spec *yamldoc.Map) string {
	_ = spec.Value("description").String()
	r.secrets(spec.Value("connectionDetails"))
	return strings.ToLower(r.required(spec, "type"))
}

// secretWords returns the keys that hold credentials, in lower case and without hyphens
// and underscores.
func secretWords() []string {
	return []string{
		"password", "passwd", "secret", "secretkey", "secretaccesskey", "accesskeyid", "accesskey", "apikey", "appkey",
		"applicationkey", "token", "accesstoken", "bearertoken", "clientsecret", "privatekey", "credentials", "authorization",
	}
}

// secrets looks for credentials in a free-form value, however deep. It searches by key
// and not by value: a query may contain any text. A key without a value is no finding.
func (r *reader) secrets(v yamldoc.Value) {
	for _, item := range v.Items() {
		r.secrets(item)
	}
	if !v.Mapping() {
		return
	}
	for key, value := range v.Map().All() {
		word := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(key))
		if value.Present() && slices.Contains(secretWords(), word) {
			r.find(ruleSecret, value, "%q is a credential: git retains it permanently, so revoke it, and configure the source in the "+
				"portal instead", key)
			continue
		}
		r.secrets(value)
	}
}
