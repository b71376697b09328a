#!/usr/bin/env bash
# Packs Gatecrash, installs it into an empty folder as a stranger would, on the oldest Node that it promises, and runs it
# there with a scenario and limiters of the stranger's own. A verdict may be inconclusive, for machines are busy.
#   npm run pack:try                         with node@22.22 from the registry
#   GATECRASH_TRY_NODE=24 npm run pack:try   with another one
set -euo pipefail
cd "$(dirname "$0")/../.."

root=$PWD
# Not in /tmp: npm and npx look for node_modules in all folders above, and there they may find some.
work=$(mktemp -d /var/tmp/gatecrash-package-XXXXXX)
trap 'rm -rf "$work"' EXIT
export GATECRASH_CACHE=${GATECRASH_CACHE:-$root/.cache} NO_COLOR=1

say() { echo "── $*"; }
wrong() {
  echo "WRONG: $*" >&2
  exit 1
}

say "npm pack"
npm pack --silent --pack-destination "$work" >/dev/null
tarball=$(echo "$work"/gatecrash-*.tgz)
tar tzf "$tarball" | sort >"$work/files.txt"
say "$(wc -c <"$tarball") bytes, $(wc -l <"$work/files.txt") files"
if grep -E '\.test\.|sample-|/runs/|node_modules|strangers|(^|[^d])\.ts$' "$work/files.txt"; then wrong "these do not belong in it"; fi

say "npm install in an empty folder"
mkdir "$work/project"
cd "$work/project"
echo '{ "allowScripts": { "node": true } }' >package.json
npm install --silent --prefix . "$tarball" "node@${GATECRASH_TRY_NODE:-22.22}"
for heavy in testcontainers express fastify typescript; do
  [ ! -e "node_modules/$heavy" ] || wrong "$heavy came with it"
done
# No Node of ours, nor npm's way of finding one.
PATH=$PWD/node_modules/.bin:$(tr ':' '\n' <<<"$PATH" | grep -v node_modules | paste -sd: -)
say "Node $(node --version)"

cp "$root"/harness/package/strangers/* .

run() { # expected exit codes, like 0 or "0 2"; what to type
  local expected=$1 code=0
  shift
  say "npx gatecrash $*"
  npx gatecrash "$@" >"$work/said.txt" 2>&1 || code=$?
  tail -30 "$work/said.txt"
  [[ " $expected " == *" $code "* ]] || wrong "exit $code, not $expected"
}

holds() { # file, what must be said in it; what else it would be
  grep -qF -e "$2" "$1" || wrong "$3"
}

run 0 list
run 0 doctor
grep -q "Node .*$(node --version)" "$work/said.txt" || wrong "the doctor saw another Node"
run 3 scenario brust
run 3 scenario burst --variant express-rate-limit --rate 100 --duration 10s
grep -q 'npm install --save-dev express' "$work/said.txt" || wrong "it did not say what is missing"
run "0 2" scenario ./story.js --variant ./limiter.ts --rate 400 --seed 1
run "0 2" scenario ./outage.ts --variant ./plain.cjs --rate 400 --seed 1
for file in report.html result.json junit.xml history.parquet charts; do
  [ -e "reports/runs/latest/$file" ] || wrong "the run left no $file"
done
[ -n "$(ls reports/runs/latest/charts)" ] || wrong "the run left no pictures"
run "0 2" report latest --scenario ./outage.ts
run 0 gate --gate 'outcomes.allowed>=1' outage latest
run 3 baseline save outage
holds "$work/said.txt" "and 1 was given" "baseline looked for runs elsewhere"
mkdir other
cp limiter.ts other
run 0 compare ./story.js --variants ./limiter.ts,./other/limiter.ts --blocks 0 --rate 400 --seed 1 --json
# Node may have warned before.
cmp <(sed -n '/^{/,$p' "$work/said.txt") reports/runs/compare/*/compare.json || wrong "--json printed something else than it kept"
holds "$work/said.txt" '"variant": "other-limiter"' "two files are called alike"
run 0 league --help
holds "$work/said.txt" '"reports/league.md"' "the league is written elsewhere"

say "npx gatecrash scenario ./story.js --variant ./twice.mjs, whose reader stops reading"
code=0
npx gatecrash scenario ./story.js --variant ./twice.mjs --rate 400 --seed 1 2>&1 | head -1 || code=$?
[ "$code" -eq 1 ] || wrong "exit $code, not 1"

say "a script of a workspace"
mkdir -p packages/api
cp story.js packages/api
npm pkg set 'workspaces[]=packages/*'
echo '{ "name": "api", "scripts": { "limits": "gatecrash scenario ./story.js --replicas 0" } }' >packages/api/package.json
npm run limits --workspace packages/api >"$work/said.txt" 2>&1 && wrong "it takes no replicas"
holds "$work/said.txt" "--replicas takes a whole number" "it looked for the story elsewhere: $(cat "$work/said.txt")"

say "types"
"$root/node_modules/.bin/tsc" -p . --typeRoots "$root/node_modules/@types" || wrong "the types do not fit"
say "the program's own way"
node --input-type=module --eval '
  import { gatecrash } from "gatecrash";
  process.exit(await gatecrash(["scenario", "nothing-such"]) === 3 ? 0 : 1);
' || wrong "gatecrash() did not resolve to 3"
say "all is well"
