// Package story owns what the feeds of the demonstration say: three months of
// Meridian's measurements, alerts, incidents, changes, slow statements and
// drills, made from a seed. It keeps nothing and knows no network: the caller
// posts what it tells to the portal's own endpoints.
//
// One plot stands behind all feeds, so that they agree. A trouble (trouble.go)
// hits services from one minute to another; while it lasts their requests fail
// (sli.go), their alerts fire (alerts.go), a pager tells its milestones
// (pager.go), and the change that caused it was deployed shortly before
// (changes.go). Troubles that the sample post-mortems describe happen as they
// say; smaller ones are made up around them.
//
// The same seed, moment and troubles give the same posts.
package story
