#!/usr/bin/env bash
# All tests, one suite after the other. Prints "N passed, N failed, N skipped" as its last line.
set -uo pipefail
cd "$(dirname "$0")/.."
mkdir -p out
rm -f out/*Tests.log out/Pester.log
passed=0 failed=0 skipped=0

count() { passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3)); }

# suite <project> [option…]: a test project that is built; its closing summary is counted, and a run without one is a failure.
suite() {
    echo "==> $1"
    dotnet test --project "tests/$1" -c Release --no-build --no-progress "${@:2}" 2>&1 | tee "out/$1.log"
    local summary
    summary=$(awk '/^ *(succeeded|failed|skipped): *[0-9]+/ { sub(":", "", $1); n[$1] = $2 }
        END { if ("succeeded" in n) print n["succeeded"], n["failed"], n["skipped"] }' "out/$1.log")
    if [ -n "$summary" ]; then
        # shellcheck disable=SC2086
        count $summary
    else
        echo "$1 did not run to its end"
        count 0 1 0
    fi
}

pester() {
    echo '==> Pester'
    if ! command -v pwsh >/dev/null || ! pwsh -NoProfile -Command 'if (-not (Get-Module Pester -ListAvailable | Where-Object Version -ge 5.5)) { exit 1 }'; then
        echo 'skipped: pwsh with Pester 5.5 or later is not here'
        count 0 0 "$(find tests -name '*.Tests.ps1' -exec grep -hcE '^ *It ' {} + | awk '{ n += $1 } END { print n + 0 }')"
        return
    fi
    pwsh -NoProfile -File tools/pester.ps1 | tee out/Pester.log
    local summary
    summary=$(awk '/^PESTER / { print $2, $3, $4 }' out/Pester.log)
    # shellcheck disable=SC2086
    count ${summary:-0 1 0}
}

tools/prepare.sh docker base tests ssh || { echo '0 passed, 1 failed, 0 skipped'; exit 1; }
echo '==> Build of all, the benchmarks too'
dotnet build -c Release --nologo -v quiet DockerArchive.slnx >out/build.log || { cat out/build.log; echo '0 passed, 1 failed, 0 skipped'; exit 1; }
suite DockerArchive.Tests
suite DockerArchive.EngineTests
# They wait more than they work.
suite DockerArchive.SshTests --max-threads 2x
suite DockerArchive.IntegrationTests
pester

# Once more what failed, as a log that is cut keeps its end.
if [ "$failed" != 0 ]; then
    echo '==> Failed'
    grep -hE -A 15 '^failed |^ *(.\[[0-9;]*m)?\[-\] ' out/*.log
fi
echo "$passed passed, $failed failed, $skipped skipped" | tee out/test-summary
[ "$failed" = 0 ]
