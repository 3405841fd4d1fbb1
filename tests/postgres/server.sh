#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A PostgreSQL server of our own, on loopback, with its data in a temporary folder.
#
#   server.sh make FOLDER [SETTING...]   makes a cluster in FOLDER, which must not exist; a setting is a line such as
#                                        "fsync = off" of postgresql.conf
#   server.sh clone FOLDER PRIMARY       makes a standby in FOLDER, of the running server whose folder is PRIMARY
#   server.sh start FOLDER               starts it and waits until it answers
#   server.sh stop FOLDER [MODE]         stops it; MODE as of pg_ctl, `fast` if none is given
#   server.sh remove FOLDER              stops it, whatever its state, and removes the folder
#   server.sh pool FOLDER                starts a PgBouncer in front of it, in transaction mode; FOLDER/pooled_conninfo
#                                        holds what its clients need
#   server.sh run FOLDER PROGRAM ARG...  runs one of the server's programs as the server's user, in FOLDER
#
# Its superuser is `annals`, who needs no password on loopback. FOLDER/conninfo holds what a client needs.
# ANNALS_POSTGRES_BIN is the folder of the server's programs; Debian's newest if it is not set.

set -euo pipefail

bin=${ANNALS_POSTGRES_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)}
[[ -x $bin/initdb ]] || {
  echo "No PostgreSQL server: '${bin:-/usr/lib/postgresql/*/bin}' holds no initdb. Debian's package is postgresql-15." >&2
  exit 1
}

# PostgreSQL refuses to run as root.
as_server=()
if ((EUID == 0)); then
  as_server=(runuser -u postgres --)
fi

command=$1
folder=$2
shift 2

server() {
  local program=$1
  shift
  (cd "$folder" && "${as_server[@]}" env LC_ALL=C.UTF-8 TZ=UTC "$bin/$program" "$@")
}

make_folder() {
  mkdir -m 755 "$folder"
  if ((EUID == 0)); then
    chown postgres: "$folder"
  fi
}

make() {
  make_folder
  server initdb --pgdata=data --username=annals --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  {
    echo "listen_addresses = '127.0.0.1'"
    echo "unix_socket_directories = ''"
    echo "port = $(free_port)"
    printf '%s\n' "$@"
  } >>"$folder/data/postgresql.conf"
  write_conninfo
}

clone() {
  make_folder
  server pg_basebackup --pgdata=data --dbname="$(<"$1/conninfo") application_name=standby" --write-recovery-conf \
    --wal-method=stream --checkpoint=fast --no-sync
  echo "port = $(free_port)" >>"$folder/data/postgresql.conf"
  write_conninfo
}

# A port that nothing listens at now.
free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

write_conninfo() {
  local port
  port=$(sed -n 's/^port = //p' "$folder/data/postgresql.conf" | tail -n 1)
  echo "host=127.0.0.1 port=$port user=annals dbname=postgres" >"$folder/conninfo"
}

# Another program may have taken the port meanwhile.
start() {
  local try
  for try in 1 2 3 4 5; do
    server pg_ctl start --pgdata=data --log=log --wait --timeout=60 --silent && return
    grep -q 'Address already in use' "$folder/log" || break
    echo "port = $(free_port)" >>"$folder/data/postgresql.conf"
    write_conninfo
  done
  cat "$folder/log" >&2
  return 1
}

stop() {
  server pg_ctl stop --pgdata=data --mode="${1:-fast}" --wait --timeout=60 --silent
}

pool() {
  local program port
  program=$(PATH=$PATH:/usr/sbin command -v pgbouncer) || {
    echo "No PgBouncer. Debian's package is pgbouncer." >&2
    exit 1
  }
  port=$(free_port)
  cat >"$folder/pgbouncer.ini" <<-END
	[databases]
	* = $(cut -d ' ' -f 1,2 "$folder/conninfo") user=annals
	[pgbouncer]
	listen_addr = 127.0.0.1
	listen_port = $port
	unix_socket_dir =
	auth_type = any
	pool_mode = transaction
	default_pool_size = 4
	max_client_conn = 200
	logfile = pgbouncer.log
	pidfile = pgbouncer.pid
	END
  (cd "$folder" && "${as_server[@]}" "$program" --daemon --quiet pgbouncer.ini)
  echo "host=127.0.0.1 port=$port user=annals dbname=postgres" >"$folder/pooled_conninfo"
}

remove() {
  [[ -d $folder ]] || return 0
  if [[ -e $folder/pgbouncer.pid ]]; then
    kill "$(<"$folder/pgbouncer.pid")" || true
  fi
  if [[ -e $folder/data/postmaster.pid ]]; then
    pkill -CONT -P "$(head -n 1 "$folder/data/postmaster.pid")" || true # in case a test has frozen it
    kill -CONT "$(head -n 1 "$folder/data/postmaster.pid")" 2>/dev/null || true
    stop immediate || true
  fi
  rm -rf "$folder"
}

case $command in
make) make "$@" ;;
clone) clone "$@" ;;
start) start ;;
stop) stop "$@" ;;
pool) pool ;;
remove) remove ;;
run) server "$@" ;;
*)
  echo "server.sh: no command '$command'" >&2
  exit 2
  ;;
esac
