package paste

import "strings"

// role is the use of the value of a named field.
type role uint8

// The roles of fields.
const (
	unknownRole role = iota
	// Of the alert.
	nameRole
	// A heading: the name, or words.
	titleRole
	messageRole
	// One word: a code; more: a message.
	termRole
	// A stack trace.
	traceRole
	queryRole // SQL
	serviceRole
	// Address of the runbook.
	runbookRole
	// Known to be of no use.
	skipRole
)

// roleOf returns the role of a field by its name, in the spellings of alert managers,
// chat templates and log libraries, English and Chinese.
func roleOf(key string) role {
	switch plainKey(key) {
	// The names of alerts in Prometheus, Grafana, Datadog, CloudWatch and Zabbix.
	case "alertname", "rulename", "alertrule", "alertrulename", "monitorname", "alarmname", "triggername", "problemname", "monitor",
		"告警名称", "告警名", "报警名称", "告警规则", "规则名称", "告警类型":
		return nameRole
	// Headings: some tools write a name, others a sentence.
	case "title", "alert", "alarm", "problem", "issue", "alias", "headline", "subject", "incidenttitle",
		"告警主题", "标题", "主题", "告警标题":
		return titleRole
	// Annotations, messages of logs and the reasons of CloudWatch.
	case "summary", "description", "message", "msg", "detail", "details", "text", "body", "hint", "cause", "log", "panic", "stderr",
		"output", "serviceoutput", "alarmdescription", "newstatereason", "statereason", "culprit",
		"errormessage", "errormsg", "errordescription", "exceptionmessage", "logmessage",
		"告警详情", "告警描述", "告警内容", "告警摘要", "告警信息", "描述", "详情", "摘要", "内容", "错误信息", "异常信息", "故障描述":
		return messageRole
	// Errors of logs: a class, a number or a sentence.
	case "error", "err", "reason", "exception", "errorcode", "code", "errno", "sqlstate", "errortype", "errorclass", "errorkind",
		"exceptiontype", "exceptionclass", "exceptionname", "错误码", "错误", "原因", "异常":
		return termRole
	// Traces have lines of their own form.
	case "stack", "stacktrace", "backtrace", "errorstack", "errorstacktrace", "exceptionstacktrace", "errorverbose", "traceback":
		return traceRole
	case "sql", "statement", "query", "sqltext", "dbstatement":
		return queryRole
	// The workload, in any of the names that Kubernetes and logs give it.
	case "service", "servicename", "svc", "app", "application", "appname", "job", "namespace", "component", "deployment",
		"container", "daemonset", "statefulset", "appkubernetesioname", "服务", "服务名", "服务名称", "应用", "应用名", "应用名称", "业务":
		return serviceRole
	case "runbook", "runbookurl", "runbooklink", "playbook", "playbookurl":
		return runbookRole
	}
	return quietRole(key)
}

// quietRole returns skipRole for fields that never describe the problem.
func quietRole(key string) role {
	switch key = plainKey(key); key {
	case "time", "ts", "timestamp", "date", "level", "lvl", "severity", "priority", "source", "host", "hostname", "instance", "pod",
		"node", "cluster", "region", "env", "environment", "traceid", "spanid", "requestid", "id", "status", "state", "startsat",
		"endsat", "fingerprint", "groupkey", "receiver", "valuestring", "values", "value", "version", "type", "href", "url",
		"dashboard", "dashboardurl", "grafana", "graph", "silence", "silenceurl", "generatorurl", "externalurl",
		"panelurl", "imageurl", "image", "color", "prometheus", "endpoint", "username", "user", "logger", "thread", "pid", "tid",
		"告警级别", "级别", "告警时间", "故障时间", "恢复时间", "触发时间", "实例", "主机", "环境", "告警状态", "状态", "集群":
		return skipRole
	}
	// Fields of any tool that hold links and ids; "id" alone also ends English words.
	if strings.HasSuffix(key, "url") || strings.HasSuffix(key, "link") || strings.HasSuffix(key, "id") && len(key) > 4 {
		return skipRole
	}
	return unknownRole
}

// plainKey returns a field's name in small letters without the signs between words.
// Only ASCII letters change; the signs between words differ by tool ("alert_name",
// "alert-name").
func plainKey(key string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case 'A' <= c && c <= 'Z':
			return c + 'a' - 'A'
		case strings.ContainsRune("_-. @*`'\"/", c):
			return -1
		}
		return c
	}, strings.TrimSpace(key))
}

// field adds a value by the role of its field. It returns false, and adds nothing, if
// the role is unknown. depth is that of the text that contains the field; multi-line
// values are texts of their own and are read one level deeper.
func (r *reader) field(as role, value string, depth int) bool {
	value = strings.TrimSpace(value)
	switch {
	case as == unknownRole:
		return false
	case as == runbookRole:
		r.runbook(value)
	case value == "" || as == skipRole || strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "https://"):
	case as == nameRole:
		r.name(value)
	case as == titleRole:
		r.title(value)
	case as == serviceRole:
		r.service(value)
	case as == queryRole:
		r.statement(value)
	case as == traceRole || strings.Contains(value, "\n"):
		r.read(value, depth+1)
	case as == termRole && isOneWord(value):
		r.code(lastName(value))
	default:
		r.message(value)
	}
	return true
}

// runbook adds the name in a runbook's address, if it looks like a name of an alert:
// the file may have another name than the alert.
func (r *reader) runbook(address string) {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(strings.TrimRight(address, "/"), "?")
	name := address[strings.LastIndexByte(address, '/')+1:]
	name, _, _ = strings.Cut(name, ".")
	if isOneWord(name) && !isVolatile(name) && (isCamel(name) || isSnake(strings.ReplaceAll(name, "-", "_"))) {
		r.name(name)
	}
}

// isOneWord reports whether s has no white space.
func isOneWord(s string) bool { return !strings.ContainsAny(s, " \t\n") }
