// Package story makes the feeds of the demo: three months of measurements, alerts,
// incidents, changes, slow statements and drills of Meridian, an invented shop. It
// stores nothing and uses no network: the caller posts the bodies to the portal.
//
// All feeds come from the same incidents, so that they agree. An incident
// (trouble.go) affects services for some minutes: their requests fail (sli.go), their
// alerts fire (alerts.go), a pager reports milestones (pager.go), and the change that
// caused it was deployed shortly before (changes.go). Incidents that the sample
// post-mortems describe happen as described; smaller ones are generated around them.
//
// The same seed, instant and incidents give the same posts.
package story
