# Shared by the crash tests: one server, databases cloned from templates, the program run with faults, and what must hold at the end.
# The first argument of each test is the program. Everything they leave is in $scratch, which goes at the end.
# shellcheck shell=bash disable=SC2154 # scratch and root come from the other support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/support.sh"

tidemark=$(realpath "${1:?usage: $0 TIDEMARK [OPTION]...}")
shift
mkdir "$scratch/log" "$scratch/journal" "$scratch/state"
migrations=$root/migrations # or a test's own
export CI=true PGCONNECT_TIMEOUT=20 # no progress line; no password is ever asked for
unset TIDEMARK_FAULT DATABASE_URL

# Nothing ends without a word: `set -e` alone would.
trap 'printf "FAILED: %s, line %s\n" "$0" "$LINENO" >&2' ERR

# A server with N messy profiles; `url_of` gives any database of it.
server() { # PROFILES
  up main --profiles "$1"
  local any
  any=$(sandbox main url)
  base=${any%/*}
  any=$(sandbox main url --superuser)
  superuser_base=${any%/*}
}
url_of() { echo "$base/$1"; } # DATABASE
sql() { # DATABASE PSQL-ARGUMENTS: rows without header, fields apart by |
  psql -X -q -At -v ON_ERROR_STOP=1 -d "$(url_of "$1")" "${@:2}"
}
clone() { # TEMPLATE NEW
  sql postgres -c "CREATE DATABASE $2 TEMPLATE $1" 2>> "$scratch/log/$2"
}
drop_database() { # DATABASE; as superuser, because only that one may end an autovacuum worker that is at it (seen: the owner was refused)
  psql -X -q -v ON_ERROR_STOP=1 -d "$superuser_base/postgres" -c "DROP DATABASE $1 WITH (FORCE)"
  rm -f "$scratch/journal/$1" "$scratch/journal/$1"-* "$scratch/journal/$1".*
}

# Runs the program on a database with the journal of the same name; what it says goes to the log of that name.
tm() { # DATABASE ARGUMENTS
  {
    echo "\$ ${TIDEMARK_FAULT:+TIDEMARK_FAULT=$TIDEMARK_FAULT }tidemark ${*:2}"
    DATABASE_URL=$(url_of "$1") XDG_STATE_HOME=$scratch/state "$tidemark" --journal "$scratch/journal/$1" --migrations "$migrations" "${@:2}"
  } >> "$scratch/log/$1" 2>&1
}
# The same, for what it prints.
tm_says() { # DATABASE ARGUMENTS
  DATABASE_URL=$(url_of "$1") "$tidemark" --journal "$scratch/journal/$1" --migrations "$migrations" "${@:2}" 2>> "$scratch/log/$1"
}
# The same, and its exit code must be one of these ("0", "137 0").
expect() { # CODES DATABASE ARGUMENTS
  local codes=$1 code=0
  shift
  tm "$@" || code=$?
  [[ " $codes " == *" $code "* ]] || fail "$1: \"${TIDEMARK_FAULT:-no fault}\" ${*:2}: exit $code, not $codes"
}

# What a run leaves, as text: source rows, users' own links whole, ours without id and times, history, schema, and the journal's state.
signature() { # DATABASE
  sql "$1" -f "$(dirname "${BASH_SOURCE[0]}")/signature.sql"
  tm_says "$1" status --json | sed -E 's/,"last_run":\{.*\},"lease"/,"lease"/; s/,"backup":\{[^{}]*\}//' | tr ',' '\n'
}
# Everything that must hold once the last run is through.
holds() { # DATABASE FILE-WITH-THE-EXPECTED-SIGNATURE
  local db=$1 found=$scratch/journal/$1.signature said
  signature "$db" > "$found"
  diff "$2" "$found" > "$found.diff" ||
    fail "$db: the end is not that of an undisturbed run:"$'\n'"$(cut -c 1-300 "$found.diff" | head -n 12)"
  { grep -qx '"in_doubt":0' "$found" && grep -q '"lease":null' "$found"; } || fail "$db: in doubt, or the lease is held: $(tail -n 20 "$found")"
  # Every row that we wrote has its event, and the other way round: `verify` looks for each event's row, here they are counted.
  equal "$db: rows that we wrote, and links in the journal" "$(grep -c '^link ' "$found")" "$(sed -n 's/^"links_created"://p' "$found")"
  said=$(tm_says "$db" audit verify --json) || fail "$db: audit verify: $said"
  [[ $said == *'"witness":true'* ]] || fail "$db: audit verify heard no witness: $said"
}
verified() { # DATABASE
  local said
  said=$(tm_says "$1" verify) || fail "$1: verify: $(grep -A 3 '^FAIL' <<< "$said")"
}

# Waits for a condition, with short pauses until a deadline.
until_true() { # WHAT COMMAND...
  local end=$((SECONDS + 60))
  until "${@:2}"; do
    [ $SECONDS -lt $end ] || fail "not within a minute: $1"
    sleep 0.02
  done
}
