package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/postern/postern/portal/base/fault"
)

// Encode returns the report's canonical form: JSON with the fields in the order of the model
// and no maps. The same report gives the same bytes.
func Encode(r Report) ([]byte, error) {
	b, err := json.Marshal(r)
	return b, fault.Wrap(fault.Internal, "reports.Encode", "the report cannot be written", err)
}

// Decode reads what Encode returned, also in an earlier version.
func Decode(b []byte) (r Report, err error) {
	err = fault.Wrap(fault.Internal, "reports.Decode", "the stored report cannot be read", json.Unmarshal(b, &r))
	return r, err
}

// Hash identifies what a report is made of: its inputs, and what the definition chooses. A
// report of the same hash is not revised. The order of lists counts. A hash that changes
// with the version of the program revises nothing either, see Same.
func (in Inputs) Hash(def Definition) (string, error) {
	b, err := json.Marshal(struct {
		Title, Zone string
		Scope       Scope
		Sections    []string
		Inputs      Inputs
	}{def.Title, def.Zone, def.Scope, def.Sections, in})
	if err != nil {
		return "", fault.Wrap(fault.Internal, "reports.Hash", "the inputs cannot be hashed", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
