package openslo

import (
	"slices"
	"strings"

	"github.com/postern/postern/portal/base/yamldoc"
)

// Alert policies are validated, so that an author may have them in the same files as the
// objectives; the portal itself does not page by them.

// alertPolicy reads an alert policy and returns its references to conditions and
// targets. Every key of the specification is read even where its value is not used,
// since finish reports each key that was not read as unknown.
func (r *reader) alertPolicy(spec *yamldoc.Map) (refs []reference) {
	_ = spec.Value("description").String()
	for _, key := range []string{"alertWhenNoData", "alertWhenResolved", "alertWhenBreaching"} {
		spec.Value(key).Bool()
	}
	conditions := spec.Value("conditions")
	if len(conditions.Items()) != 1 {
		r.find(ruleForm, orKey(spec, "conditions"), "an alert policy has exactly one condition")
	}
	refs = append(refs, r.members(conditions, KindAlertCondition, "conditionRef")...)
	return append(refs, r.members(spec.Value("notificationTargets"), KindAlertNotificationTarget, "targetRef")...)
}

// members reads a list of objects, and returns the references to and in them. An item
// is one of three forms: the name of an object, a mapping with refKey, or a whole
// object without a document of its own.
func (r *reader) members(list yamldoc.Value, kind, refKey string) (refs []reference) {
	for _, item := range list.Items() {
		if item.Scalar() {
			refs = append(refs, reference{kind, item.String(), placeOf(item)})
			continue
		}
		m := item.Map()
		if ref := m.Value(refKey); ref.Present() {
			refs = append(refs, reference{kind, ref.String(), placeOf(ref)})
			finish(m)
			continue
		}
		// Inline objects may repeat what their place already determines. A kind that
		// contradicts the place is a mistake of copying.
		m.Value("apiVersion")
		if v := m.Value("kind"); v.Present() && v.String() != kind {
			r.find(ruleForm, v, "a %s stands here, not a %s", kind, v.Text())
		}
		inner := r.body(kind, m)
		refs = append(refs, inner.refs...)
		finish(m)
	}
	return refs
}

// alertCondition checks an alert condition. Postern does not evaluate conditions: it
// uses the standard burn-rate rules. It is checked nevertheless, so that a file that
// other tools read too is refused for the same mistakes.
func (r *reader) alertCondition(spec *yamldoc.Map) {
	_ = spec.Value("description").String()
	r.required(spec, "severity")
	v := spec.Value("condition")
	if !v.Present() {
		r.find(ruleForm, orKey(spec, "condition"), "the condition is missing")
		return
	}
	c := v.Map()
	if kind := c.Value("kind"); !strings.EqualFold(kind.String(), "burnrate") {
		r.find(ruleForm, orKey(c, "kind"), "the kind of a condition is burnrate, not %q", kind.Text())
	}
	op := c.Value("op")
	switch {
	case !slices.Contains(operators(), op.String()):
		r.find(ruleForm, orKey(c, "op"), "op must be one of %s, not %q", strings.Join(operators(), ", "), op.Text())
	// One of the examples in the specification has this reversed, so it is a warning.
	case op.String() == "lt" || op.String() == "lte":
		r.find(ruleSlip, op, "op: %s alerts while the budget burns slowly; a condition that exceeds its threshold is gt or gte", op.String())
	}
	if _, ok := c.Value("threshold").Number(""); !ok {
		r.find(ruleForm, orKey(c, "threshold"), "threshold must be a number")
	}
	r.duration(c, "lookbackWindow", true)
	r.duration(c, "alertAfter", false)
	finish(c)
}

// operators returns the operators of OpenSLO. Messages list them in this order.
func operators() []string { return []string{"lte", "gte", "lt", "gt"} }
