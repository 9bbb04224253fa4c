package app

// Reports are made in the zones people name; a machine without a tz database
// must know them too.
import _ "time/tzdata"
