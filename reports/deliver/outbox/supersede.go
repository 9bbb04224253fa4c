package outbox

import "github.com/postern/postern/portal/base/kv"

// After quiet hours, or when a mail server is back, nobody should first read what
// was corrected since: of what waits to go to one place, a later revision takes the
// place of an earlier one. What a person asked for again stays.

// replaces tells whether a delivery brings a later revision to where one waits to go.
func (d Delivery) replaces(waiting Delivery) bool {
	return waiting.State == Queued && waiting.ResentBy == "" && waiting.Revision < d.Revision &&
		waiting.Report == d.Report && waiting.Period == d.Period && waiting.Channel == d.Channel && waiting.Address == d.Address
}

// supersede drops what a new delivery replaces.
func supersede(w kv.Writer, by Delivery) error {
	all, err := of(w, by.Report, by.Period)
	if err != nil {
		return err
	}
	for _, d := range all {
		if !by.replaces(d) {
			continue
		}
		if err := drop(w, d); err != nil {
			return err
		}
	}
	return nil
}

// yield drops a delivery that waits again after an attempt, when a later revision
// was asked for meanwhile: an attempt takes up to a minute, and supersede leaves
// alone what is being sent.
func yield(w kv.Writer, d Delivery) error {
	all, err := of(w, d.Report, d.Period)
	if err != nil {
		return err
	}
	for _, by := range all {
		if by.replaces(d) {
			return drop(w, d)
		}
	}
	return nil
}

// drop removes a delivery that waits.
func drop(w kv.Writer, d Delivery) error {
	for bucket, key := range map[string][]byte{bDelivery: []byte(d.ID), bDue: d.dueKey(), bReport: d.reportKey()} {
		if err := w.Delete(bucket, key); err != nil {
			return err
		}
	}
	return nil
}
