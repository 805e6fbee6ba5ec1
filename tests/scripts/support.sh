# Shared by the tests of the scripts: a scratch directory with its sandbox, both gone at the end, and failing with a word.
# shellcheck shell=bash
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# PostgreSQL's own programs before Debian's wrappers in Perl, which take as long again as psql itself.
pg_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
PATH=$pg_bin:$PATH
scratch=$(mktemp -d)
chmod a+x "$scratch"
cleanup() {
  local file
  while read -r file; do
    "$root/scripts/sandbox" down --dir "${file%/settings}"
  done < <(find "$scratch" -maxdepth 3 -name settings)
  rm -rf "$scratch"
}
trap cleanup EXIT

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
equal() { # WHAT EXPECTED ACTUAL
  [ "$2" = "$3" ] || fail "$1: expected <$2>, got <$3>"
}
# A sandbox of its own, by name.
up() { # NAME OPTIONS
  "$root/scripts/sandbox" up --dir "$scratch/$1" --fast "${@:2}" >/dev/null
}
sandbox() { # NAME COMMAND ARGUMENTS
  "$root/scripts/sandbox" "$2" --dir "$scratch/$1" "${@:3}"
}
query() { # NAME PSQL-ARGUMENTS: rows without header, fields apart by |
  sandbox "$1" psql -X -q -At -v ON_ERROR_STOP=1 "${@:2}"
}
# Runs a migration's script in one transaction of one simple query, as Prisma sends it.
run_script() { # NAME FILE
  query "$1" -c "$(cat "$2")"
}
deploy_by_psql() { # NAME
  local folder
  for folder in "$root"/migrations/*/migration.sql; do
    run_script "$1" "$folder"
  done
}
