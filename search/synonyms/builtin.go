package synonyms

import "strings"

// builtinText lists common abbreviations and the Chinese equivalents of English
// terms, one group a line. A group is here only if its texts mean the same in nearly
// every document: a reader cannot see that a wrong synonym was searched for.
const builtinText = `
db | database | 数据库
k8s | kubernetes
oom | out of memory | 内存溢出
pg | postgres | postgresql
lb | load balancer | 负载均衡
cert | certificate | 证书
config | configuration | 配置
repo | repository
env | environment
prod | production
auth | authentication
perf | performance
dc | data center | datacenter
az | availability zone
mq | message queue | 消息队列
es | elasticsearch
rca | root cause analysis
slo | service level objective
sli | service level indicator
sla | service level agreement
mttr | time to recover
ddos | denial of service
gc | garbage collection | 垃圾回收
pvc | persistent volume claim
pv | persistent volume
hpa | horizontal pod autoscaler
rps | requests per second
qps | queries per second
rpc | remote procedure call
fs | filesystem | file system
timeout | timed out | time out | 超时
slow query | slow sql | 慢查询 | 慢 SQL
连接池 | connection pool
内存 | memory
内存泄漏 | memory leak
磁盘 | disk
死锁 | deadlock
宕机 | outage
故障 | incident | outage
回滚 | rollback | roll back
告警 | alert | 报警
延迟 | latency
缓存 | cache
限流 | rate limit | throttle
熔断 | circuit breaker
扩容 | scale up
重启 | restart
集群 | cluster
节点 | node
日志 | log
监控 | monitoring
丢包 | packet loss
脑裂 | split brain
雪崩 | cascading failure
主从 | replication
主从延迟 | replication lag
磁盘满 | disk full
变更 | change
发布 | release | deploy
根因 | root cause
`

// builtin returns the groups of builtinText.
func builtin() []group {
	var out []group
	for line := range strings.Lines(builtinText) {
		var texts []string
		for text := range strings.SplitSeq(line, "|") {
			if text = strings.TrimSpace(text); text != "" {
				texts = append(texts, text)
			}
		}
		if len(texts) > 0 {
			out = append(out, group{name: texts[0], texts: texts})
		}
	}
	return out
}
