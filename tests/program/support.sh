# Shared by the tests of the whole program. Checks don't stop at the first failure: every one is told, `finish` counts them.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the tests read what is set here
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt $((4 << 20)) ]; then export TMPDIR=/dev/shm; fi
# shellcheck source=tests/scripts/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/support.sh"
: "${TIDEMARK:?the program to be tested}"
while read -r name; do unset "$name"; done < <(compgen -e | grep -E '^(PG.*|CI|NO_COLOR|TIDEMARK_FAULT|DATABASE_URL)$')
export LC_ALL=C.UTF-8 XDG_STATE_HOME=$scratch/state HOME=$scratch
golden=$root/tests/golden
pg_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
out=$scratch/out err=$scratch/err
cd "$scratch" # no tidemark.toml and no migrations/ of the caller
failures=0 checks=0 begun=() last_command=''
# shellcheck disable=SC2154 # pid is the loop's
trap 'for pid in "${begun[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done; cleanup' EXIT

bad() { # WHAT…: a check that did not hold
  failures=$((failures + 1))
  printf 'FAILED: %s\n' "$*" >&2
}
finish() {
  if [ "$failures" -gt 0 ]; then
    printf '%s of %s checks failed\n' "$failures" "$checks" >&2
    exit 1
  fi
  echo "ok, $checks checks"
}
same() { # WHAT EXPECTED ACTUAL
  checks=$((checks + 1))
  [ "$2" = "$3" ] || bad "$1: expected <${2:0:800}>, got <${3:0:800}>"
}
has() { # WHAT TEXT FILE: the text stands somewhere in the file
  checks=$((checks + 1))
  grep -qF -- "$2" "$3" || bad "$1: <$2> is not in <$(head -c 1200 "$3")>"
}
has_not() { # WHAT TEXT FILE
  checks=$((checks + 1))
  ! grep -qF -- "$2" "$3" || bad "$1: <$2> is in <$(grep -F -- "$2" "$3" | head -c 600)>"
}

# A server with one database of N profiles; $base is its URL without the database.
server() { # N OPTIONS
  up main --profiles "$@"
  DATABASE_URL=$(sandbox main url) superuser_url=$(sandbox main url --superuser)
  base=${DATABASE_URL%/*} su_base=${superuser_url%/*} password=${DATABASE_URL#*valine:}
  password=${password%@*}
  export DATABASE_URL
  journal=$scratch/valine.journal
}
# The database and, beside it, the journal that the next calls mean.
use() { # DATABASE
  DATABASE_URL=$base/$1 journal=$scratch/$1.journal
}
root_sql() { "$pg_bin/psql" -XqAt -v ON_ERROR_STOP=1 -d "$su_base/postgres" "$@"; }
make_db() { # NAME [TEMPLATE]; one that is there is replaced
  PGOPTIONS='-c client_min_messages=warning' root_sql -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)"
  root_sql -c "CREATE DATABASE $1 OWNER valine TEMPLATE ${2:-template0}"
}
sql() { "$pg_bin/psql" -XqAt -v ON_ERROR_STOP=1 -d "$DATABASE_URL" "$@"; }
people() { # SCRIPT [VARIABLE=VALUE…]: one of the sandbox's scripts in the current database
  local script=$1 set=()
  shift
  for name in "$@"; do set+=(-v "$name"); done
  PGOPTIONS='-c client_min_messages=warning' sql -v seed=1 -v id_type=uuid -v first=1 -v last=1 "${set[@]}" \
    -f "$root/scripts/sandbox.d/shapes.sql" -f "$root/scripts/sandbox.d/people.sql" -f "$root/scripts/sandbox.d/$script.sql"
}

tidemark() { "$TIDEMARK" --migrations "$root/migrations" --journal "$journal" "$@"; }
# Runs it with nothing on standard input and checks the exit code; its output is in $out and $err.
run() { # EXIT-CODE ARGUMENTS
  local expected=$1 code=0
  shift
  last_command="tidemark $*"
  checks=$((checks + 1))
  tidemark "$@" >"$out" 2>"$err" </dev/null || code=$?
  [ "$code" -eq "$expected" ] || bad "$last_command: exit code $code, expected $expected; out <$(head -c 700 "$out")> err <$(head -c 900 "$err")>"
}
# A value of a JSON text, by path: json FILE a,b,0
json() { sql -v "j=$(cat "$1")" -v "p={$2}" <<<"SELECT :'j'::jsonb #>> :'p'"; }

# One line for all that is in the database: schema and rows of every table.
digest_of_database() { "$pg_bin/pg_dump" "$DATABASE_URL" | grep -v '^\\\(un\)\?restrict ' | md5sum; }
# The journal's bytes, with those of SQLite's log; an empty log and the lock file may come and go.
digest_of_journal() { if [ -e "$journal" ]; then { cat "$journal"; [ ! -e "$journal-wal" ] || cat "$journal-wal"; } | md5sum; else echo none; fi; }
links_text() { sql -c "COPY (SELECT * FROM profile_links l ORDER BY id) TO STDOUT"; }

until_true() { # WHAT COMMAND…: polls for 20 seconds
  local what=$1 tries=400
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then bad "waited in vain: $what"; return 0; fi
    sleep 0.05
  done
}
