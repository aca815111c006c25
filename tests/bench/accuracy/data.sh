# data.sh -- rows of the labelled sets, as files in $work that a training reads:
# train.tsv, test.tsv, ..., each `label<TAB>text`.

# The sets a part is about: SETS, or else what the part names, or else all.
sets_of() { # name ...
  [ $# -gt 0 ] || set -- $(cut -f1 tests/bench/accuracy/sets.tsv)
  echo "${SETS:-$*}"
}

# Unpacks parts of a set; returns 1 where one is missing. A third column, which one
# set has, is left behind: unpack_marks has it.
unpack() { # set, part ...
  rm -f "$work"/*
  dataset=$1
  shift
  for rows; do
    if ! [ -r "$DATA/$dataset/$rows.tsv.xz" ]; then
      printf '  %-20s left out: no %s\n' "$dataset" "$DATA/$dataset/$rows.tsv.xz"
      return 1
    fi
    xz -dc "$DATA/$dataset/$rows.tsv.xz" | cut -f1,2 > "$work/$rows.tsv"
  done
}

# What people marked in the test rows, a line each, if the set has it: `s-e,s-e`, spans
# of words (0-based, end exclusive, the text split at spaces).
unpack_marks() { # set
  xz -dc "$DATA/$1/test.tsv.xz" | cut -s -f3 > "$work/marks.tsv"
  grep -q . "$work/marks.tsv" || rm "$work/marks.tsv"
}

# In train.tsv stay so many rows, drawn at random; others.tsv gets the rest.
# balanced: 1 if each label is to have the same number of rows.
draw() { # rows, balanced, seed
  [ -e "$work/pool" ] || mv "$work/train.tsv" "$work/pool"
  rm -f "$work"/*.words
  { shell_settings
    parameters rows "$1" balanced "$2" seed "$3"
    cat tests/bench/accuracy/sql/draw.sql; } | run_sql || failed=1
}

unpack_vectors() {
  file=$DATA/vectors/glove_100d_40k.vec.xz
  [ -r "$file" ] || { echo "  left out: no $file"; return 1; }
  xz -dc "$file" > "$work/vectors.vec"
}
