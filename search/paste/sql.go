package paste

import "strings"

// isSlowQuery tells an entry of MySQL's or PostgreSQL's log of slow queries, and
// a bare statement.
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

// isStatement tells whether a text begins with an SQL statement.
func isStatement(text string) bool {
	f := strings.Fields(cutAt(text, 64))
	if len(f) < 2 {
		return false
	}
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
		case trimmed == "", strings.HasPrefix(trimmed, "#"), strings.HasPrefix(trimmed, "--"), strings.HasPrefix(low, "set timestamp"), strings.HasPrefix(low, "use "):
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

// statement reads SQL: its tables and columns, and its shape without literals.
func (r *reader) statement(sql string) {
	if !isStatement(sql) {
		if strings.TrimSpace(sql) != "" {
			r.detail(sql)
		}
		return
	}
	shape, words := shapeOf(sql)
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

// shapeOf is a statement without its literals and comments, and its words.
func shapeOf(sql string) (shape string, words []string) {
	var b strings.Builder
	mysql := strings.Contains(sql, "`") // there, quotation marks are for literals
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
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
			for i < len(sql) && (isIdentifier(sql[i]) || sql[i] == '.') {
				i++
			}
			b.WriteByte('?')
		case isIdentifier(c) || c == '`':
			end := i
			for end < len(sql) && (isIdentifier(sql[end]) || sql[end] == '`' || sql[end] == '.') {
				end++
			}
			words = append(words, strings.Trim(sql[i:end], "."))
			b.WriteString(sql[i:end])
			i = end
		default:
			b.WriteByte(c)
			i++
		}
	}
	shape = strings.Join(strings.Fields(b.String()), " ")
	for _, list := range []string{"?, ?", "?,?"} {
		for strings.Contains(shape, list) {
			shape = strings.ReplaceAll(shape, list, "?")
		}
	}
	return shape, words
}

func isIdentifier(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '$' || c >= 0x80 }

// literalEnd is the first byte behind the quoted literal at i.
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

// isKeyword tells the words of SQL itself, in capitals.
func isKeyword(w string) bool {
	switch w {
	case "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "BETWEEN", "EXISTS", "AS", "ON", "JOIN", "LEFT", "RIGHT",
		"INNER", "OUTER", "CROSS", "FULL", "GROUP", "ORDER", "BY", "HAVING", "LIMIT", "OFFSET", "ASC", "DESC", "DISTINCT", "UNION", "ALL", "INSERT",
		"INTO", "VALUES", "UPDATE", "SET", "DELETE", "CREATE", "ALTER", "DROP", "TABLE", "INDEX", "WITH", "CASE", "WHEN", "THEN", "ELSE", "END",
		"COUNT", "SUM", "MIN", "MAX", "AVG", "FOR", "EXPLAIN", "ANALYZE", "IGNORE", "REPLACE", "UNIQUE", "TRUE", "FALSE", "INTERVAL", "NOW":
		return true
	}
	return false
}
