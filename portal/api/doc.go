// Package api owns the JSON interface under /api/v1 and its description at
// /openapi.json: names, shapes, limits and null rules of everything that a script
// reads from the portal. It stores nothing.
//
// Data layout: each operation has a request type (its parameters) and an answer
// type whose field tags are the contract and, through huma, the OpenAPI 3.1
// document. Domain types never go onto the wire: a renamed Go field must not
// rename a JSON one. The rules of the wire are
//
//   - what is unknown or not given is null, never 0 or "";
//   - a list is never null, and an answer that is a list is an object with one
//     array named after the thing;
//   - instants are RFC 3339 in UTC, days are YYYY-MM-DD, durations are whole
//     seconds with the unit in the name;
//   - url is path-absolute and begins with the portal's path prefix;
//   - errors are RFC 9457 problem documents of package problem.
//
// Who may call an operation was decided before it is called, and is told by
// auth.Caller; those that write ask once more.
package api
