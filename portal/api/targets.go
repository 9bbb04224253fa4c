package api

import (
	"time"

	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/incident"
)

// IncidentTargets is 1-5-10 as this portal names and counts it.
type IncidentTargets struct {
	Detect      int64  `json:"detect_seconds" doc:"Target from the start of impact until detection."`
	Middle      string `json:"middle" doc:"The milestone of the middle step: diagnosed or acknowledged. The verdict \"diagnose\" is about it."`
	MiddleName  string `json:"middle_name" doc:"What people here call the middle step."`
	MiddleAfter int64  `json:"middle_seconds" doc:"Target until the middle step, from counted_from on."`
	Recover     int64  `json:"recover_seconds" doc:"Target until impact is over, from counted_from on."`
	CountedFrom string `json:"counted_from" doc:"started or detected: from when the durations but detect_seconds count."`
	Rule        string `json:"rule" doc:"All of it in one sentence, for people."`
}

func incidentTargets(p incident.Policy) IncidentTargets {
	out := IncidentTargets{
		Detect: int64(p.DetectWithin / time.Second), MiddleAfter: int64(p.DiagnoseWithin / time.Second), Recover: int64(p.RecoverWithin / time.Second),
		Middle: string(incident.Diagnosed), MiddleName: p.Names()[1], CountedFrom: string(incident.Started),
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
