# Postern: the commands of a working day. `make run` and `make test` are all a
# newcomer needs.

GO          ?= go
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
STATICCHECK  = honnef.co/go/tools/cmd/staticcheck@v0.8.2
LDFLAGS      = -s -w -X main.version=$(VERSION)

.PHONY: run test campaign lint measure mutants build bench relevance tools clean

run: ## start the portal with sample content and print its address and a token
	$(GO) run ./cmd/postern serve --demo

test: tools lint ## vet, staticcheck, import rules and every test with the race detector
	POSTERN_REQUIRE=all $(GO) test -race -timeout 3h ./...
	POSTERN_REQUIRE=all $(GO) test -timeout 3h -run '^TestCampaignDemoDays$$' ./cmd/postern

campaign: tools ## floods, kills, bit flips, extremes and sweeps of days, long and with a new seed (POSTERN_SEED=N repeats one)
	POSTERN_REQUIRE=all POSTERN_CAMPAIGN=1 $(GO) test -run '^TestCampaign' -count=1 -timeout 170m -v ./...

lint: ## what make test checks before it runs anything
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these"; exit 1; }
	$(GO) vet ./... ./.ci/measure ./.ci/mutants
	$(GO) run $(STATICCHECK) ./... ./.ci/measure ./.ci/mutants
	$(GO) run ./.ci/measure -check ./...

measure: ## sizes, complexity, comments and tests of the code; PKG=./folder/... for a part of it
	$(GO) run ./.ci/measure $(or $(PKG),./...)

mutants: ## change PKG=./folder in twenty places, one at a time, and run its tests on each (SEED=N takes another sample)
	$(GO) run ./.ci/mutants -seed $(or $(SEED),1) $(PKG)

build: ## a static binary in bin/, version stamped
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/postern ./cmd/postern

BENCH_DOCS ?= 10000,100000

bench: ## search, pages, pushes, a cold start, feeds, objectives and reports beside their peers (BENCH_DOCS=10000 is quick)
	POSTERN_BENCH=$(BENCH_DOCS) $(GO) test -run '^TestFigures$$' -count=1 -timeout 120m -v ./search
	$(GO) test -run '^$$' -bench . -benchtime 2s -timeout 60m ./portal/base/kv/boltkv ./portal/web ./portal/web/slos ./portal/web/reporting ./reports/feedstore ./reports/slo ./reports/slostatus ./reports/collect ./reports/chart
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m -v ./cmd/postern

relevance: ## search quality over judged queries, where they are present
	POSTERN_RELEVANCE=1 $(GO) test -run Relevance -count=1 -timeout 30m -v ./search

tools: ## what the tests need besides Go, installed where a package manager lets us
	@sh .ci/tools

clean:
	rm -rf bin
