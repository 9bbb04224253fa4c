package outbox

import "github.com/postern/postern/portal/base/kv"

// replaces reports whether d sends a later revision to the address of a queued delivery,
// so that after quiet hours, or an outage of a mail server, readers do not first receive
// what has been corrected since. A delivery that a person requested again is not
// replaced.
func (d Delivery) replaces(waiting Delivery) bool {
	return waiting.State == Queued && waiting.ResentBy == "" && waiting.Revision < d.Revision &&
		waiting.Report == d.Report && waiting.Period == d.Period && waiting.Channel == d.Channel && waiting.Address == d.Address
}

// supersede drops the deliveries that a new one replaces.
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

// yield drops a delivery that is queued again after an attempt if a later revision was
// queued meanwhile. An attempt takes up to a minute, and supersede does not drop what is
// being sent.
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

// drop removes a queued delivery.
func drop(w kv.Writer, d Delivery) error {
	for bucket, key := range map[string][]byte{bDelivery: []byte(d.ID), bDue: d.dueKey(), bReport: d.reportKey()} {
		if err := w.Delete(bucket, key); err != nil {
			return err
		}
	}
	return nil
}
