// Package sandbox owns rendering in worker processes: a document that makes a
// parser explode kills a worker and is refused, and nothing else notices.
//
// A Pool starts workers when it is first asked to render, gives each one document
// at a time, and stops those that have been idle. A worker is the portal's own
// binary started with a hidden argument; its main function calls Serve. It has an
// empty environment, its own process group and, on Linux, limits of memory, file
// size and open files; it dies with its parent.
//
// # Wire format
//
// Parent and worker exchange frames over the worker's stdin and stdout: four
// bytes of length, big-endian, and a payload of at most MaxFrame bytes. A request
// is a BodyInput; a reply is a status byte and then Body and Problems, or the
// text of an error. Numbers are varints, strings and lists are preceded by their
// length. Both ends are the same binary, so the format has no version. The parent
// trusts no reply: a malformed one is the death of its worker.
package sandbox
