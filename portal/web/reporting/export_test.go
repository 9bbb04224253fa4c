package reporting

// CSSString writes a text as a string of a style sheet.
func CSSString(text string) string { return cssString(text) }
