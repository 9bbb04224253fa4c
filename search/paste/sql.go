package paste

import "strings"

// isSlowQuery reports whether a text is an entry of the slow query log of MySQL or
// PostgreSQL, or a bare statement.
func isSlowQuery(text string) bool {
	for _, sign := range []string{"# Query_time:", "# User@Host:", "Query_time="} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	if strings.Contains(text, "duration: ") && (strings.Contains(text, "statement: ") || strings.Contains(text, "execute ")) {
		return true
	}
	return isStatement(text) && strings.Count(text, " ") > 2
}

// isStatement reports whether a text begins with an SQL statement. In small letters it
// must have more than a verb: people search for "select …".
func isStatement(text string) bool {
	f := strings.Fields(cutAt(text, 64))
	if len(f) < 2 {
		return false
	}
	// Verbs are English words: what follows must be SQL too.
	verb, next := strings.ToUpper(f[0]), strings.ToUpper(f[1])
	switch verb {
	case "SELECT", "WITH", "EXPLAIN":
		return f[0] == verb || strings.Contains(strings.ToUpper(text), " FROM ") && strings.ToLower(f[0]) == f[0]
	case "INSERT", "REPLACE":
		return next == "INTO" || next == "IGNORE"
	case "DELETE":
		return next == "FROM"
	case "UPDATE":
		return strings.Contains(strings.ToUpper(text), " SET ")
	case "ALTER", "CREATE", "DROP", "TRUNCATE":
		return next == "TABLE" || next == "INDEX" || next == "UNIQUE"
	}
	return false
}

// slowQuery reads the statements of a slow query log.
func (r *reader) slowQuery(text string) {
	r.message("slow query")
	var sql strings.Builder
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch low := strings.ToLower(trimmed); {
		case trimmed == "", strings.HasPrefix(trimmed, "#"), strings.HasPrefix(trimmed, "--"),
			strings.HasPrefix(low, "set timestamp"), strings.HasPrefix(low, "use "):
			// Headers and settings of MySQL's log.
			continue
		}
		for _, start := range []string{"statement: ", "execute "} {
			if _, after, ok := strings.Cut(line, start); ok && strings.Contains(line, "duration: ") {
				line = after
			}
		}
		sql.WriteString(line)
	}
	r.statement(sql.String())
}

// statement adds the tables of a statement as codes, and its other words and its shape
// as details. Text that is not a statement is a detail.
func (r *reader) statement(sql string) {
	if !isStatement(sql) {
		if strings.TrimSpace(sql) != "" {
			r.detail(sql)
		}
		return
	}
	shape, words := shapeOf(sql)
	// after is the word before w: it shows whether w is a table.
	after := ""
	for _, w := range words {
		switch up := strings.ToUpper(w); {
		case isKeyword(up):
		case after == "FROM" || after == "JOIN" || after == "INTO" || after == "UPDATE" || after == "TABLE":
			r.code(strings.Trim(w, "`\""))
		default:
			r.detail(strings.ReplaceAll(w, "`", ""))
		}
		after = strings.ToUpper(w)
	}
	r.detail(shape)
}

// shapeOf returns a statement without its literals and comments, each literal replaced
// by "?" and lists of literals by one, and the words of the statement. An open comment
// ends it. In standard SQL double quotes enclose identifiers, in MySQL literals;
// backquotes occur only in MySQL.
func shapeOf(sql string) (shape string, words []string) {
	var b strings.Builder
	mysql := strings.Contains(sql, "`") // in MySQL, double quotes enclose literals
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case strings.HasPrefix(sql[i:], "/*"):
			end := strings.Index(sql[i:], "*/")
			if end < 0 {
				return b.String(), words
			}
			i += end + 2
		case c == '\'' || c == '"' && mysql:
			i = literalEnd(sql, i)
			b.WriteByte('?')
		case isDigit(c) && (i == 0 || !isIdentifier(sql[i-1])):
			i = numberEnd(sql, i)
			b.WriteByte('?')
		case isIdentifier(c) || c == '`':
			end := identifierEnd(sql, i)
			words = append(words, strings.Trim(sql[i:end], "."))
			b.WriteString(sql[i:end])
			i = end
		default:
			b.WriteByte(c)
			i++
		}
	}
	return withoutLists(strings.Join(strings.Fields(b.String()), " ")), words
}

// numberEnd returns the offset after the number at i, with its unit or exponent.
func numberEnd(sql string, i int) int {
	for i < len(sql) && (isIdentifier(sql[i]) || sql[i] == '.') {
		i++
	}
	return i
}

// identifierEnd returns the offset after the qualified identifier at i.
func identifierEnd(sql string, i int) int {
	for i < len(sql) && (isIdentifier(sql[i]) || sql[i] == '`' || sql[i] == '.') {
		i++
	}
	return i
}

// withoutLists replaces lists of "?" by one: IN (1, 2) and IN (3) have one shape.
func withoutLists(shape string) string {
	for _, list := range []string{"?, ?", "?,?"} {
		for strings.Contains(shape, list) {
			shape = strings.ReplaceAll(shape, list, "?")
		}
	}
	return shape
}

// isIdentifier reports whether a byte may be in an identifier.
func isIdentifier(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '$' || c >= 0x80 }

// literalEnd returns the offset after the quoted literal at i. A quote is escaped by a
// backslash or by doubling it. A literal that is not closed ends with the text.
func literalEnd(sql string, i int) int {
	quote := sql[i]
	for i++; i < len(sql); i++ {
		switch {
		case sql[i] == '\\':
			i++
		case sql[i] == quote && i+1 < len(sql) && sql[i+1] == quote:
			i++
		case sql[i] == quote:
			return i + 1
		}
	}
	return len(sql)
}

// isKeyword reports whether a word, in capitals, is a keyword of SQL.
func isKeyword(w string) bool {
	switch w {
	case "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "BETWEEN", "EXISTS", "AS", "ON", "JOIN",
		"LEFT", "RIGHT", "INNER", "OUTER", "CROSS", "FULL", "GROUP", "ORDER", "BY", "HAVING", "LIMIT", "OFFSET", "ASC", "DESC",
		"DISTINCT", "UNION", "ALL", "INSERT",
		"INTO", "VALUES", "UPDATE", "SET", "DELETE", "CREATE", "ALTER", "DROP", "TABLE", "INDEX", "WITH", "CASE", "WHEN", "THEN", "ELSE", "END",
		"COUNT", "SUM", "MIN", "MAX", "AVG", "FOR", "EXPLAIN", "ANALYZE", "IGNORE", "REPLACE", "UNIQUE", "TRUE", "FALSE", "INTERVAL", "NOW":
		return true
	}
	return false
}
