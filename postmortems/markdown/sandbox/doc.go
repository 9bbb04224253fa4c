// Package sandbox renders documents in worker processes: a document that makes a parser
// run out of time or memory kills a worker and is refused, without any other effect.
//
// A Pool starts workers on demand, gives each one document at a time, and stops idle
// ones. A worker is the portal's own binary started with a hidden argument; its main
// function calls Serve. It has an empty environment, its own process group and, on
// Linux, limits of memory, file size and open files; it is killed when its parent dies.
//
// # Wire format
//
// Parent and worker exchange frames over the worker's stdin and stdout: four bytes of
// length, big endian, and a payload of at most MaxFrame bytes. A request is a
// BodyInput; a reply is a status byte, then Body and Problems or the text of an error.
// Numbers are varints; strings and lists follow their length. Both ends are the same
// binary, so the format has no version. The parent trusts no reply: after a malformed
// one it kills the worker.
package sandbox
