// Package wire owns the protocol between git's push client and the portal: packet lines,
// the list of ref commands, push options, the report and the side band that carries
// messages to the author's terminal.
//
// A packet line is four hexadecimal digits with its length (these digits included), then
// the data; "0000" is a flush. A push request is
//
//	{shallow OID}  {OLD NEW REF}  flush  [{push option} flush]  [pack]
//
// where the first command ends with NUL and the client's capabilities. The answer is a
// report (the result of unpacking, then one line per ref) inside side-band packets whose
// first byte is the band: 1 the report, 2 text for the author.
//
// The package is pure: readers and writers in, values out. The format is described in
// git's Documentation/gitprotocol-pack and gitprotocol-common.
package wire
