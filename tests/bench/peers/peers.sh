# peers.sh -- other tools and ours on the same rows and tokens, side by side.
#
#   Keras, Keras-XLA  the plain network in TensorFlow: its training, and labelling
#   ONNX              the same as a graph for ONNX Runtime, which only labels
#   fastText-1        fastText, its defaults
#   fastText-2        fastText -epoch 25 -lr 0.5 -wordNgrams 2
#
# The plain network is embedding, GRU in both directions, attention, output. To
# label, all run the weights that ours has learned, and print how far their
# probabilities are from ours; they are given token numbers, ours reads texts from a
# table. fastText stands beside models with default options. Everything has two
# threads, but for fastText's predict, which has one; one program runs at a time.
# Speeds are the best of some runs.
TOKENS=${TOKENS:-400000}
PLAIN='{"encoder":"bigru","embedding":128,"hidden":64,"subwords":false,"max_pool":false,"linear":false,"dropout":0,
  "max_tokens":256,"validation":0,"batch_size":64,"epochs":3,"threads":2}'
measured=$(cd "$private" && pwd)/peers.tsv
export PYTHONDONTWRITEBYTECODE=1
: > "$measured"

left_out() { # peers, how to install them
  case $PEERS in *$1*) echo "$1 is left out; to install it: $2" ;; esac
  PEERS=$(echo "$PEERS" | sed "s/$1[^ ]*//g")
}

has() { "$PYTHON" -c 'import importlib.util as i, sys; sys.exit(not all(map(i.find_spec, sys.argv[1:])))' "$@"; }

find_installed() {
  command -v fasttext >/dev/null || left_out fastText 'apt-get install fasttext'
  has tensorflow keras || left_out Keras "$PYTHON -m pip install tensorflow-cpu"
  has onnx onnxruntime || left_out ONNX "$PYTHON -m pip install onnx onnxruntime"
}

chosen() { case " $PEERS " in *" $1 "*) ;; *) return 1 ;; esac; }

# Keeps the lines `measure<TAB>value` that a program prints.
measure() { # peer, program, argument ...
  peer=$1
  shift
  "$@" > "$work/measures" 2> "$work/errors" || {
    echo "  $dataset: $peer failed: $*"
    tail -5 "$work/errors"
    failed=1
    return 1
  }
  sed "s/^/$dataset	$peer	/" "$work/measures" | tee -a "$measured" |
    awk -F'\t' '{ printf "  %-12s %-13s %-16s %s\n", $1, $2, $3, $4 }'
}

peer() { # peer, script, argument ...
  name=$1 script=$2
  shift 2
  measure "$name" "$PYTHON" "tests/bench/peers/$script.py" "$work" "$@"
}

ours_of() { # model, options
  measure "ours $1" "$private/ours" "$CLASSIFY" "$work" train "$1" "$2"
  measure "ours $1" "$private/ours" "$CLASSIFY" "$work" label "$1"
}

# ---- rows and weights ----------------------------------------------------------

in_rows_db() { (cd "$work" && sqlite3 -init /dev/null -batch -bail rows.db) >/dev/null; }

prepare() {
  for rows in train test; do peer rows words "$rows" "$TOKENS"; done
  { shell_settings
    for rows in train test; do
      echo "CREATE TABLE $rows(label TEXT, text TEXT);"
      echo ".import $rows.words $rows"
    done; } | in_rows_db
}

# plain.safetensors, and plain.tsv: what ours makes of the test rows with it.
give_weights() {
  { shell_settings
    echo ".load $(string "$CLASSIFY")"
    echo "SELECT writefile('plain.safetensors', weights) FROM classify_models WHERE name = 'plain';"
    echo ".output plain.tsv"
    echo "SELECT label, confidence FROM classify_rows('SELECT rowid, text FROM test', 'plain');"
  } | in_rows_db
}

# ---- who runs against whom -------------------------------------------------------

keras() { # peer, plain or xla
  chosen "$1" || return
  for step in train save label; do peer "$1" keras_peer $step "$2" || return; done
}

onnx() {
  chosen ONNX || return
  for step in save label; do peer ONNX onnx_peer $step || return; done
}

race() {
  measure roof "$BUILD/tests/bench/peers/roof"
  prepare
  ours_of plain "$PLAIN"
  give_weights || failed=1
  keras Keras plain
  keras Keras-XLA xla
  onnx
  ours_of default '{"threads":2}'
  ours_of none '{"encoder":"none","threads":2}'
  chosen fastText-1 && peer fastText-1 fasttext_peer
  chosen fastText-2 && peer fastText-2 fasttext_peer -epoch 25 -lr 0.5 -wordNgrams 2
}

report_peers() {
  { shell_settings
    echo "CREATE TABLE measured(dataset TEXT, peer TEXT, measure TEXT, value);"
    echo ".import $(string "$measured") measured"
    cat tests/bench/peers/report.sql
  } | run_sql > "$scratch/peers.md" || failed=1
  echo
  cat "$scratch/peers.md"
  echo "(also in $scratch/peers.md)"
}

find_installed
trap 'report_peers; exit 130' INT TERM
for dataset in $(sets_of ag_news_10k imdb ko_nsmc); do
  unpack "$dataset" train test && race
done
report_peers
trap 'exit 130' INT TERM
