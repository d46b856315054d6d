#!/bin/sh
# Starts the connector daemon in the background, from a checkout or an installed package.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ ! -f "$here/dist/cli.js" ]; then
  echo "start_runtime.sh: not built yet; run: npm ci && npm run build" >&2
  exit 1
fi
# A checkout brings a Node that is new enough.
PATH="$here/node_modules/.bin:$PATH"
exec node "$here/dist/cli.js" runtime start "$@"
