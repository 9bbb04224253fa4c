package wire

import "github.com/postern/postern/postmortems"

// capabilities lists what the receiving side supports. A client uses a capability only
// if it is in this list. atomic is announced because a push of several refs is
// published whole or not at all; side-band-64k, because messages during the work need a
// channel of their own.
const capabilities = "report-status report-status-v2 delete-refs side-band-64k quiet atomic ofs-delta " +
	"object-format=sha1 push-options agent=postern"

// Ref is a ref and the object it names.
type Ref struct {
	Name string
	ID   postmortems.OID
}

// Advertisement returns the answer to info/refs?service=git-receive-pack: the refs that
// a push may start from, in the given order. A repository without refs still has to
// announce its capabilities, so it gets a line with the zero OID and the name
// capabilities^{}.
func Advertisement(refs []Ref) []byte {
	out := AppendPacket(nil, "# service=git-receive-pack\n")
	out = AppendFlush(out)
	if len(refs) == 0 {
		out = AppendPacket(out, zeroOID+" capabilities^{}\x00"+capabilities+"\n")
	}
	for i, ref := range refs {
		line := string(ref.ID) + " " + ref.Name
		if i == 0 {
			line += "\x00" + capabilities
		}
		out = AppendPacket(out, line+"\n")
	}
	return AppendFlush(out)
}
