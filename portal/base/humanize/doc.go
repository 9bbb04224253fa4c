// Package humanize writes numbers, percentages, durations, byte sizes and text
// from outside the portal for people. Pages, reports, charts, mails and the
// command line all use it, so that a value has the same text everywhere.
//
// The rules:
//
//   - A minus sign is U+2212 (−), and thousands are separated by commas.
//   - A unit follows its number after a space: 99.95 %, 45 s, 64 MiB.
//   - Every function is defined for every argument: NaN and the infinities have
//     words, and the least int64 has a text.
//   - Rounding keeps order: of two values, the greater one never has the text of
//     a smaller value.
//   - Rounding never changes a verdict: see [SLI] and [DurationAgainst].
//
// The words are English. The package is pure: it has no state, no clock and no
// locale.
package humanize
