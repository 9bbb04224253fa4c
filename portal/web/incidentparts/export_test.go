package incidentparts

import "time"

// StripWidth is the width of a strip in its own units.
const StripWidth = stripWidth

// End returns how much time a strip covers.
func (s *Strip) End() time.Duration { return s.end }
