# Targets for people: make test, make dist, make bench.
export CGO_ENABLED = 0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
LDFLAGS = -s -w -buildid= -X main.release=$(VERSION)

.PHONY: test dist bench clean

test:
	go test ./...

# Reproducible: no paths, no build id, no time; two runs give the same bytes.
dist:
	rm -rf dist && mkdir dist
	set -e; for p in $(PLATFORMS); do \
	  os=$${p%/*}; arch=$${p#*/}; ext=; [ $$os = windows ] && ext=.exe; \
	  GOOS=$$os GOARCH=$$arch go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' \
	    -o dist/sightline-$(VERSION)-$$os-$$arch$$ext ./cmd/sightline; done
	cd dist && sha256sum sightline-* > SHA256SUMS && cat SHA256SUMS

bench:
	go test -run '^$$' -bench . ./cmd/sightline .
	GOMAXPROCS=1 go test -run '^$$' -bench . -benchtime 3x ./ftm/...
	go test -run '^$$' -bench Ledger -claims 1000000 -benchtime 1000x -timeout 20m ./ledger

clean:
	rm -rf dist
