// Package api owns the JSON interface under /api/v1 and its description at
// /openapi.json: names, shapes, limits and null rules of everything that a script
// reads from the portal. It stores nothing.
//
// Each operation has a request type (its parameters) and an answer type. Their field
// tags are the contract and, through huma, the OpenAPI 3.1 document; descriptions
// longer than a line are in longtexts.go, sets of values in enums.go. Domain types
// are never encoded directly, so that renaming a Go field does not rename a JSON
// field. The rules of the JSON are
//
//   - an unknown value is null, never 0 or "";
//   - a list is never null, and a response that is a list is an object with one
//     array named after its elements;
//   - times are RFC 3339 in UTC, days are YYYY-MM-DD, durations are whole
//     seconds with the unit in the name;
//   - url is path-absolute and includes the portal's path prefix;
//   - errors are RFC 9457 problem documents of package problem.
//
// Package web decides who may call an operation before it is called; auth.Caller
// returns the caller. Operations that write check the role again.
package api
