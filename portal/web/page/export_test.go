package page

// What the tests of whole portals compare with.
const (
	LimiterEntries = limiterEntries
	SpanParts      = spanParts
)

// Clients returns how many clients the limiter has entries for.
func (k *Kit) Clients() int { return len(k.limits.clients) }

// NetworkOf returns what an address is counted as.
func NetworkOf(ip string) string { return network(ip) }
