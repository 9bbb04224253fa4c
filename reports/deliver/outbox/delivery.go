package outbox

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
)

// State is the state of a delivery.
type State string

// The states; see the package comment.
const (
	Queued    State = "queued"
	Sending   State = "sending"
	Done      State = "done"
	Parked    State = "parked"
	Uncertain State = "uncertain"
)

// Delivery is one report revision on its way to one address.
type Delivery struct {
	ID       string `json:"id"`
	Report   string `json:"report"`
	Period   string `json:"period"`
	Revision int    `json:"revision"`
	Channel  string `json:"channel"`           // "mail", or a configured channel's name
	Address  string `json:"address,omitempty"` // of mail

	Quiet *Quiet `json:"quiet,omitempty"`

	State     State     `json:"state"`
	NotBefore time.Time `json:"not_before"`
	Attempts  int       `json:"attempts"`
	Queued    time.Time `json:"queued"`         // when it was requested
	Began     time.Time `json:"began,omitzero"` // the current or last attempt
	Ended     time.Time `json:"ended,omitzero"` // when the last attempt's outcome was known
	Reason    string    `json:"reason,omitempty"`
	ResentBy  string    `json:"resent_by,omitempty"`
}

// Quiet is the time of day in which nothing is sent, in minutes from midnight of the
// zone. From may be after To, which spans midnight.
type Quiet struct {
	From int    `json:"from"`
	To   int    `json:"to"`
	Zone string `json:"zone"`
}

// minutesADay bounds a time of day.
const minutesADay = 24 * 60

// after returns the earliest instant at or after t outside the quiet hours.
func (q *Quiet) after(t time.Time) time.Time {
	if q == nil || q.From == q.To {
		return t
	}
	zone, err := time.LoadLocation(q.Zone)
	if err != nil {
		zone = time.UTC
	}
	local := t.In(zone)
	minute := local.Hour()*60 + local.Minute()
	inside := minute >= q.From && minute < q.To
	if q.From > q.To {
		inside = minute >= q.From || minute < q.To
	}
	if !inside {
		return t
	}
	y, m, d := local.Date()
	end := time.Date(y, m, d, 0, q.To%minutesADay, 0, 0, zone)
	if !end.After(t) {
		end = time.Date(y, m, d+1, 0, q.To%minutesADay, 0, 0, zone)
	}
	return end
}

// idOf returns the id of a delivery: a hash of report, period, revision, channel and
// address.
func idOf(d Delivery) string {
	var rev [4]byte
	binary.BigEndian.PutUint32(rev[:], uint32(d.Revision))
	sum := sha256.Sum256(kv.Join(d.Report, d.Period, string(rev[:]), d.Channel, d.Address))
	return hex.EncodeToString(sum[:16])
}

// dueKey returns the key of the index of due deliveries.
func (d Delivery) dueKey() []byte { return append(kv.TimeKey(d.NotBefore), d.ID...) }

// reportKey returns the key of the index by report, period and revision.
func (d Delivery) reportKey() []byte {
	k := append(kv.Join(d.Report, d.Period), 0)
	return append(binary.BigEndian.AppendUint32(k, uint32(d.Revision)), d.ID...)
}

// decode returns a stored delivery.
func decode(raw []byte) (d Delivery, err error) {
	err = json.Unmarshal(raw, &d)
	return d, fault.Wrap(fault.Internal, "outbox", "a stored delivery cannot be read", err)
}

// The buckets.
const (
	bDelivery = "outbox.delivery"
	bDue      = "outbox.due"
	bReport   = "outbox.report"
)

// Schema returns the buckets of the outbox.
//
// History: 1, the first.
func Schema() kv.Schema {
	return kv.Schema{Name: "outbox", Version: 1, Buckets: []string{bDelivery, bDue, bReport}}
}

// put stores a delivery and updates the index of due ones. old is the stored delivery,
// nil for a new one.
func put(w kv.Writer, old *Delivery, d Delivery) error {
	if old != nil && old.State == Queued {
		if err := w.Delete(bDue, old.dueKey()); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := w.Put(bDelivery, []byte(d.ID), raw); err != nil {
		return err
	}
	if err := w.Put(bReport, d.reportKey(), nil); err != nil {
		return err
	}
	if d.State != Queued {
		return nil
	}
	return w.Put(bDue, d.dueKey(), nil)
}
