// Package wire owns the bytes between git's push client and the portal: packet
// lines, the list of ref commands, push options, the report and the side band
// that carries words to the author's terminal.
//
// A packet line is four hexadecimal digits giving its length with themselves,
// then the data; "0000" is a flush. A push request is
//
//	{shallow OID}  {OLD NEW REF}  flush  [{push option} flush]  [pack]
//
// where the first command carries NUL and the client's capabilities. The answer
// is a report (unpack, then one line a ref) inside side-band packets whose first
// byte is the band: 1 the report, 2 text for the author.
//
// Everything here is pure: readers and writers in, values out. The format is
// git's Documentation/gitprotocol-pack and gitprotocol-common.
package wire
