package api

import (
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// IncidentTargets are the 1-5-10 targets as this portal names and counts them.
type IncidentTargets struct {
	Detect      int64  `json:"detect_seconds" doc:"Target from the start of impact to detection."`
	Middle      string `json:"middle" doc:"Milestone of the middle target: diagnosed or acknowledged."`
	MiddleName  string `json:"middle_name" doc:"The portal's name for the middle target."`
	MiddleAfter int64  `json:"middle_seconds" doc:"Middle target, counted from counted_from."`
	Recover     int64  `json:"recover_seconds" doc:"Target for the end of impact, counted from counted_from."`
	CountedFrom string `json:"counted_from" doc:"started or detected: where the other durations are counted from."`
	Rule        string `json:"rule" doc:"The targets in one sentence, for people."`
}

// incidentTargets converts the targets of the policy. Verdicts and durations of
// IncidentItem are relative to them.
func incidentTargets(p incident.Policy) IncidentTargets {
	out := IncidentTargets{
		Detect: int64(p.DetectWithin / time.Second), MiddleAfter: int64(p.DiagnoseWithin / time.Second),
		Recover: int64(p.RecoverWithin / time.Second),
		Middle:  string(incident.Diagnosed), MiddleName: p.Names()[1], CountedFrom: string(incident.Started),
		Rule: p.Rule(func(d time.Duration) string { return postmortems.FormatDuration(&d) }),
	}
	if p.Middle == incident.Acknowledged {
		out.Middle = string(incident.Acknowledged)
	}
	if p.FromDetected {
		out.CountedFrom = string(incident.Detected)
	}
	return out
}
