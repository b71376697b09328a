#!/usr/bin/env bash
# Tries all that needs Docker, and leaves nothing behind: what testcontainers is used for, and the staging stack.
#   npm run stack:try              with the images that docker-compose.yml names
#   npm run stack:try -- --local   with images that are built here first, for a machine that can pull none (no Grafana)
set -euo pipefail
cd "$(dirname "$0")/../../.."
here=harness/system/compose
services=()
run() { npm exec --silent -- node "$@"; }

if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
compose+=(--project-name gatecrash-try)

if [ "${1:-}" = --local ]; then
  environment=$($here/local-images.sh)
  eval "$environment"
  services=(redis toxiproxy gateway-0 gateway-1 gateway-2 prometheus)
  # Neither Ryuk's image nor BuildKit's can be had.
  export TESTCONTAINERS_RYUK_DISABLED=true DOCKER_BUILDKIT=0
fi

quietly() { # command...: says something only when it fails
  local words
  words=$("$@" 2>&1) || {
    echo "$words" >&2
    return 1
  }
}

finish() {
  quietly "${compose[@]}" down --volumes --remove-orphans --timeout 2 || true
  docker image rm gatecrash-gateway >/dev/null 2>&1 || true
  docker image prune --force --filter label=org.opencontainers.image.title=gatecrash-gateway >/dev/null || true
  [ ${#services[@]} -eq 0 ] || docker images --format '{{.Repository}}:{{.Tag}}' 'gatecrash-local/*' |
    xargs docker image rm >/dev/null || true
}
trap finish EXIT

echo "── testcontainers"
run $here/try-containers.ts
echo "── $("${compose[@]}" version --short | sed 's/^/docker compose /')"
quietly "${compose[@]}" config
quietly "${compose[@]}" build gateway-0
quietly "${compose[@]}" up --detach --no-build "${services[@]}"
run $here/try-stack.ts
echo "── all of it was seen"
