// Package migrate converts the SLOs of other tools: Sloth and Pyrra specifications in,
// OpenSLO files for slos/ and services/ out. It is pure.
//
// Findings name everything that OpenSLO cannot express and everything that is counted
// differently here; nothing is dropped without a finding. The package openslo reads the
// result without an error.
package migrate
