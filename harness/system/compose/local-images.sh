#!/usr/bin/env bash
# Builds the images that the staging stack is made of on a machine that can pull none: FROM scratch, out of Debian's
# packages, our own Node and our own Toxiproxy. Prints the environment by which docker-compose.yml and the harness
# take them. Needs Debian or Ubuntu, apt-get, dpkg-deb and a Docker that runs. Grafana cannot be had this way.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "$*" >&2; }

packages=$work/packages
unpack() { # package...: downloads and unpacks, installs nothing
  mkdir -p "$work/archives" "$packages"
  (cd "$work/archives" && apt-get -qq -o APT::Sandbox::User=root download "$@") >&2
  for archive in "$work"/archives/*.deb; do dpkg-deb -x "$archive" "$packages"; done
}

libraries=$packages/usr/lib:$packages/usr/lib/$(uname -m)-linux-gnu
carry() { # folder, path inside, program: copies a program with the libraries that it is linked with, if any
  mkdir -p "$1/$(dirname "$2")" "$1/lib64" "$1/usr/lib"
  cp -L "$3" "$1/$2"
  LD_LIBRARY_PATH=$libraries ldd "$3" >"$work/linked" 2>/dev/null || return 0
  if grep 'not found' "$work/linked" >&2; then return 1; fi
  local library
  grep -oE '/[^ ]+' "$work/linked" | while read -r library; do
    case $library in
      */ld-linux*) cp -Ln "$library" "$1/lib64/" ;;
      *) cp -Ln "$library" "$1/usr/lib/" ;;
    esac
  done
}

image() { # name, folder, base (scratch): its Dockerfile copies the folder and ends with what stands on the input
  { echo "FROM ${3:-scratch}"; echo "COPY . /"; cat; } >"$2/Dockerfile.local"
  echo Dockerfile.local >"$2/.dockerignore"
  say "building $1 ($(du -sh "$2" | cut -f1))"
  DOCKER_BUILDKIT=0 docker build --quiet --file "$2/Dockerfile.local" --tag "$1" "$2" 2>"$work/complaints" >/dev/null || {
    cat "$work/complaints" >&2
    return 1
  }
}

users() { # folder: the users that images are run by
  mkdir -p "$1/etc" "$1/tmp"
  chmod 1777 "$1/tmp"
  printf 'root:x:0:0::/:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n' >"$1/etc/passwd"
}

say "fetching Debian's packages"
unpack redis-server redis-tools libjemalloc2 liblua5.1-0 liblzf1 lua-bitop lua-cjson prometheus busybox-static

redis=$work/redis
users "$redis"
carry "$redis" usr/bin/redis-server "$packages/usr/bin/redis-check-rdb"
image gatecrash-local/redis:7.0 "$redis" <<'D'
EXPOSE 6379
CMD ["redis-server"]
D

prometheus=$work/prometheus
users "$prometheus"
mkdir -p "$prometheus/prometheus"
carry "$prometheus" usr/bin/prometheus "$packages/usr/bin/prometheus"
image gatecrash-local/prometheus:2 "$prometheus" <<'D'
ENTRYPOINT ["prometheus"]
D

node=$work/node
users "$node"
carry "$node" usr/bin/node "$(npm exec --prefix "$root" --silent -- node -p process.execPath)"
carry "$node" bin/busybox "$packages/bin/busybox"
npm=$(dirname "$(readlink -f "$(command -v npm)")")/..
mkdir -p "$node/usr/lib/npm" "$node/etc/ssl/certs"
cp -rL "$npm/." "$node/usr/lib/npm"
for shell in sh env; do ln -s busybox "$node/bin/$shell"; done
ln -s ../../bin/env "$node/usr/bin/env"
ln -s ../lib/npm/bin/npm-cli.js "$node/usr/bin/npm"
chmod 755 "$node/usr/lib/npm/bin/npm-cli.js"
# Where npm's registry is reached by way of a proxy with a certificate of its own, this machine knows it.
certificates=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
[ ! -e "$certificates" ] || cp -L "$certificates" "$node/etc/ssl/certs/ca-certificates.crt"
image gatecrash-local/node:24 "$node" <<'D'
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
D

toxiproxy=$work/toxiproxy
mkdir -p "$toxiproxy/gatecrash/node_modules" "$toxiproxy/gatecrash/harness/system/compose"
cp "$root/package.json" "$toxiproxy/gatecrash/"
cp -rL "$root/node_modules/pure-rand" "$toxiproxy/gatecrash/node_modules/"
cp -r "$root/harness/toxiproxy" "$root/harness/load" "$toxiproxy/gatecrash/harness/"
cp "$root/harness/system/compose/toxiproxy-stand-in.ts" "$toxiproxy/gatecrash/harness/system/compose/"
image gatecrash-local/toxiproxy:embedded "$toxiproxy" gatecrash-local/node:24 <<'D'
EXPOSE 8474
ENTRYPOINT ["node", "/gatecrash/harness/system/compose/toxiproxy-stand-in.ts"]
CMD ["-host=0.0.0.0"]
D

cat <<'V'
export GATECRASH_REDIS_IMAGE=gatecrash-local/redis:7.0
export GATECRASH_PROMETHEUS_IMAGE=gatecrash-local/prometheus:2
export GATECRASH_NODE_IMAGE=gatecrash-local/node:24
export GATECRASH_TOXIPROXY_IMAGE=gatecrash-local/toxiproxy:embedded
V
