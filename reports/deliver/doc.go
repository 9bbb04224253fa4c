// Package deliver owns how a report leaves the portal: by mail, to a chat, to a
// webhook, into a folder. It keeps nothing; what was sent and what is due is the
// business of the outbox package below it.
//
//	Letter  -> one report revision, in every form that a channel may want
//	Channel -> where operators let letters go: a type, an address, a secret
//	Sender  -> brings one Letter to one address, and tells what became of it
//
// Every channel has limits of its own, and each formatter keeps to them: Slack's
// 50 blocks of 3,000 characters, DingTalk's 20 KB, Feishu's 20 KB, WeCom's 4,096
// bytes, Teams' 28 KB. What does not fit is cut at a line, and the link to the
// whole report always stays.
//
// A failure says what the caller may do. Temporary: try again later. Permanent:
// the address or the letter is wrong, a person has to look. Uncertain: the other
// side may have taken it, so trying again by itself could send it twice.
package deliver
