package compile

import (
	"net/url"
)

// The addresses to which values of a report are linked. They are path-absolute in the
// portal, without its prefix, which pages and mails add. Names are from outside, so
// each is escaped as the part of the address that it is in.
func sloLink(name string) string { return "/slos/" + url.PathEscape(name) }

func incidentLink(id string) string { return "/incidents/" + url.PathEscape(id) }

func documentLink(id string) string { return "/p/" + url.PathEscape(id) }

func serviceLink(name string) string { return "/services/" + url.PathEscape(name) }

func ruleLink(name string) string { return "/a/" + url.PathEscape(name) }

func digestLink(d string) string { return "/slow-sql?digest=" + url.QueryEscape(d) }

func ownerLink(owner string) string { return "/actions?owner=" + url.QueryEscape(owner) }

func searchLink(query string) string { return "/search?q=" + url.QueryEscape(query) }
