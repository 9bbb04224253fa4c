// Package docparts has what pages of several subjects show of a document.
//
// # Where to look
//
//	its text            excerpt.go, marks.go (words that are marked)
//	its action items    action.go
//	what fixed it       answer.go (similar documents as an answer)
//	feeds               feed.go (documents as Atom)
package docparts
