// Package web owns the pages: routes, handlers, page structs, the one table from
// error kinds to answers, limits, headers and sessions' cookies. It owns echo.
//
// Data layout: nothing is stored here. Finished document pages are kept in memory
// by path, bounded in bytes, and are valid for one state of the library and one
// day (see pageCache); the templates and the static files are embedded.
package web
