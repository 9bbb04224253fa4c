// Package deliver sends reports out of the portal: by mail, to a chat, to a webhook,
// into a folder. It stores nothing; what is due and what was sent is in the package
// outbox.
//
//	Message -> one revision of a report, in every form that a channel needs
//	Channel -> where operators allow messages to be sent: a type, an address, a secret
//	Sender  -> sends one Message to one address and reports the outcome
//
// Every channel has limits of its own, and each formatter respects them: Slack's 50
// blocks of 3,000 characters, DingTalk's 20 KB, Feishu's 20 KB, WeCom's 4,096 bytes,
// Teams' 28 KB. What does not fit is cut at the end of a line; the link to the whole
// report is never cut.
//
// A failure says what the caller may do. Temporary: try again later. Permanent: the
// address or the message is wrong, and a person has to look. Uncertain: the receiver
// may have the message, so another attempt could send it twice.
package deliver
