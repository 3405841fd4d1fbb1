#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# install.sh FOLDER CONNINFO: puts Emmett and message-db into FOLDER, both from npm, and message-db's tables and functions
# into the database. Needs Node.js 20, npm and psql.

set -euo pipefail
folder=$1
conninfo=$2

npm install --prefix "$folder" --silent --no-save --no-audit --no-fund --ignore-scripts \
  @event-driven-io/emmett@0.42.0 @event-driven-io/emmett-postgresql@0.42.0 @event-driven-io/pongo@0.16.11 \
  @eventide/message-db@1.3.1 >/dev/null
cp "$(dirname "${BASH_SOURCE[0]}")/emmett.mjs" "$folder" # Node.js looks for modules beside the program

declare -A names=([host]=PGHOST [port]=PGPORT [user]=PGUSER [dbname]=DATABASE_NAME)
for setting in $conninfo; do
  [[ -z ${names[${setting%%=*}]:-} ]] || export "${names[${setting%%=*}]}=${setting#*=}"
done
CREATE_DATABASE=off bash "$folder/node_modules/@eventide/message-db/database/install.sh" >/dev/null
