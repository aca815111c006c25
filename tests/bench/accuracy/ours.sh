# ours.sh -- trainings of ours, through SQL alone. One sqlite3 process, in memory,
# reads the rows of $work and does a training for each of $seeds.

# 'as a string' of SQL
string() { printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")"; }

# tab-separated, without quoting, both ways; another run may be writing results
shell_settings() { printf '.timeout 10000\n.mode ascii\n.separator "\\t" "\\n"\n'; }

# Numbers bind as numbers, all else as text.
parameters() { # name, value ...
  echo ".param init"
  while [ $# -gt 0 ]; do
    case $2 in '' | *[!0-9.]*) value=$(string "$2") ;; *) value=$2 ;; esac
    echo "REPLACE INTO temp.sqlite_parameters(key, value) VALUES (':$1', $value);"
    shift 2
  done
}

# What every script begins with: the results, the tables, what is being measured.
begin_script() { # set, variant, build
  shell_settings
  echo "ATTACH $(string "$results") AS results;"
  parameters part "$part" dataset "$1" variant "$2" build "$3" rows "$(wc -l < "$work/train.tsv")"
  cat tests/bench/accuracy/sql/schema.sql
}

# -oL: a line appears when it is there, also where a pipe reads it
run_sql() { (cd "$work" && stdbuf -oL sqlite3 -init /dev/null -batch -bail :memory:); }

# Steps are files of sql/, which run for each seed. A step that fails ends the
# variant; the run goes on.
ours() { # set, variant, options, step ...
  dataset=$1 variant=$2
  { begin_script "$dataset" "$variant" "$checksum"
    echo ".load $(string "$CLASSIFY")"
    for rows in "$work"/*.tsv; do
      rows=$(basename "$rows" .tsv)
      echo ".import $rows.tsv $rows"
    done
    parameters options "$3" encoder "${ENCODER:-}"
    shift 3
    for seed in $seeds; do
      parameters seed "$seed"
      for step; do cat "tests/bench/accuracy/sql/$step.sql"; done
    done
  } > "$work/script"
  run_sql < "$work/script" || { echo "  $dataset: $variant failed"; failed=1; }
}
