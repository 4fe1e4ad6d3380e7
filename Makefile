# make run     the main job: images, start, build, status, stop
# make test    all tests; the last line is "N passed, N failed, N skipped"
# make fuzz    200 MB of damaged and random build output through the parser; SEED=n for others, MB=n for more
# make build   the module (bin/) and the embedded host (out/host/pwsh-host)
# make bench   measures parser, cmdlets, SSH and status against their peers, and ends with tables (docs/performance.md)
#
# With DIR=buildkit/v0.4.0, as in the public archives; REPO, VM_PASSWORD, SIZE and DEBUG=true as there
# make all     the environment's images; make ctr, make vm, make dqd: one of them
# make dbg     all of them, for a debugger: the kernel's addresses are not random
# make push    publishes them
# make clean   removes its disk; without DIR, what make build has made

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

.PHONY: run test fuzz bench build clean all ctr vm dqd dbg push format

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
	bench/DockerArchive.Bench/bin/Release/net10.0/DockerArchive.Bench ssh; \
	bench/DockerArchive.Bench/bin/Release/net10.0/DockerArchive.Bench disk
	@$(host) -Command "Build-ArchiveEnv '$(ENV)' | Out-Null"
	@bench/DockerArchive.Bench/bin/Release/net10.0/DockerArchive.Bench status '$(ENV)'
	@exec bench/DockerArchive.Bench/bin/Release/net10.0/DockerArchive.Bench start '$(ENV)'

images = @$(if $(DIR),,echo 'which environment? DIR=buildkit/v0.4.0' >&2; exit 2;) \
    tools/prepare.sh docker base; exec $(host) -File tools/images.ps1 '$(DIR)'

all: build
	$(images)

ctr vm dqd: build
	$(images) $@

dbg: build
	$(images) -CommandLine nokaslr

push: build
	$(images) -Push

format:
	dotnet format DockerArchive.slnx --verify-no-changes

ifdef DIR
clean: build
	$(images) -Clean
else
clean:
	rm -rf bin out src/*/bin src/*/obj tests/*/bin tests/*/obj bench/*/bin bench/*/obj
endif
