package app

// Reports use time zones by name. The embedded database makes them work on a machine
// that has no tz database.
import _ "time/tzdata"
