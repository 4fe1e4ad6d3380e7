# make run     the main job: images, start, build, status, stop
# make test    all tests; the last line is "N passed, N failed, N skipped"
# make fuzz    200 MB of damaged and random build output through the parser; SEED=n for others, MB=n for more
# make build   the module (bin/) and the embedded host (out/host/pwsh-host)
# make bench   measures parser, cmdlets, SSH and status against their peers, and ends with tables (docs/performance.md)

ENV  ?= buildkit/docker-v20.10.24
KEEP ?=
MB   ?= 200
SEED ?= 1

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

sources := $(shell find src -name '*.cs' -not -path '*/obj/*' -not -path '*/bin/*') \
           $(wildcard src/*/*.csproj) Directory.Build.props Directory.Packages.props
module  := bin/DockerArchive.PowerShell.dll
host    := out/host/pwsh-host
publish := dotnet publish -c Release --nologo -v quiet

.PHONY: run test fuzz bench build clean all format

build: $(module) $(host)

$(module): $(sources)
	@echo '==> Module'
	@$(publish) src/DockerArchive.PowerShell -o bin
	@touch $@

$(host): $(sources)
	@echo '==> Embedded host'
	@$(publish) src/DockerArchive.Host -o out/host
	@touch $@

run:
	@echo '==> Prepare this machine'
	@start=$$SECONDS; tools/prepare.sh docker base; echo "    $$((SECONDS - start)) s"
	@echo '==> Build the module and the embedded host'
	@start=$$SECONDS; $(MAKE) --no-print-directory -s build; echo "    $$((SECONDS - start)) s"
	@if command -v pwsh >/dev/null; then \
	    echo "==> Using pwsh $$(pwsh -NoProfile -Command '$$PSVersionTable.PSVersion.ToString()')"; \
	    exec pwsh -NoProfile -Command "Import-Module ./DockerArchive.psd1; ./tools/run.ps1 -Env '$(ENV)' $(if $(KEEP),-Keep)"; \
	else \
	    echo '==> Using the embedded host, as there is no pwsh on PATH'; \
	    exec $(host) -File tools/run.ps1 -Env '$(ENV)' $(if $(KEEP),-Keep); \
	fi

test: build
	@tools/test.sh

fuzz:
	@DOCKERARCHIVE_FUZZ_MB=$(MB) DOCKERARCHIVE_FUZZ_SEED=$(SEED) \
	    dotnet test --project tests/DockerArchive.Tests -c Release --filter-class '*.FuzzTests'

bench: build
	@echo '==> Benchmarks'
	@tools/prepare.sh docker base ssh
	@dotnet build -c Release --nologo -v quiet -clp:ErrorsOnly bench/DockerArchive.Bench
	@pin=; if command -v taskset >/dev/null; then pin="taskset -c $$(taskset -cp $$$$ | grep -o "[0-9]*$$")"; fi; \
	$$pin bench/DockerArchive.Bench/bin/Release/net10.0/DockerArchive.Bench; \
	bench/DockerArchive.Bench/bin/Release/net10.0/DockerArchive.Bench catalogue; \
	bench/DockerArchive.Bench/bin/Release/net10.0/DockerArchive.Bench ssh
	@$(host) -Command "Build-ArchiveEnv '$(ENV)' | Out-Null"
	@bench/DockerArchive.Bench/bin/Release/net10.0/DockerArchive.Bench status '$(ENV)'
	@exec bench/DockerArchive.Bench/bin/Release/net10.0/DockerArchive.Bench start '$(ENV)'

# The seed's interface: make all DIR=buildkit/v0.4.0
all: build
	@tools/prepare.sh docker base
	@$(host) -Command "Build-ArchiveEnv '$(DIR)'"

format:
	dotnet format DockerArchive.slnx --verify-no-changes

clean:
	rm -rf bin out src/*/bin src/*/obj tests/*/bin tests/*/obj bench/*/bin bench/*/obj
