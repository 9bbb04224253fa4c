package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// JSON answers with a value as JSON that is never cached.
func (r *Request) JSON(status int, v any) error {
	h := r.Writer.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	r.Writer.WriteHeader(status)
	return json.NewEncoder(r.Writer).Encode(v)
}

// ReadJSON reads the body as one JSON object. It fails with fault.Invalid if the body is
// none, has an unknown field or holds more than one object.
func (r *Request) ReadJSON(into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if problem := Problem(err); problem.Status == http.StatusRequestEntityTooLarge {
			return err
		}
		return fault.Wrap(fault.Invalid, "web.admin", "the body is not the JSON object that is asked for: "+jsonTrouble(err), err)
	}
	if d.More() {
		return fault.New(fault.Invalid, "web.admin", "the body holds more than one JSON object")
	}
	return nil
}

// jsonTrouble describes what the sender can correct; other causes are not for them.
func jsonTrouble(err error) string {
	switch e := err.(type) {
	case *json.SyntaxError:
		return fmt.Sprintf("syntax at byte %d", e.Offset)
	case *json.UnmarshalTypeError:
		return "field " + e.Field + " takes a " + e.Type.String()
	}
	return "unknown field, or it ends too early"
}

// TimeOrNull returns a time as JSON answers have it: in UTC, and null if it is zero.
func TimeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}

// ReadForm parses the body as a form, into PostForm. It fails with fault.Invalid.
func (r *Request) ReadForm(op string) error {
	return fault.Wrap(fault.Invalid, op, "the form could not be read", r.ParseForm())
}
