package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/postern/postern/portal/base/fault"
)

// Encode is the report's canonical form: JSON with the fields in the order of the
// model, no maps anywhere in it. The same report gives the same bytes.
func Encode(r Report) ([]byte, error) {
	b, err := json.Marshal(r)
	return b, fault.Wrap(fault.Internal, "reports.Encode", "the report cannot be written", err)
}

// Decode reads what Encode wrote.
func Decode(b []byte) (r Report, err error) {
	err = fault.Wrap(fault.Internal, "reports.Decode", "the stored report cannot be read", json.Unmarshal(b, &r))
	return r, err
}

// Hash names what a report is made of: its inputs, and what the definition asks
// for. Where both are equal the hash is, so that a report which differs all the
// same was made by another program. The order of lists counts, so give them as
// Compile gets them.
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
