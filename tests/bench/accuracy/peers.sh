# peers.sh -- what other tools make of the same rows, where they are installed:
#
#   fastText-1  fastText, its defaults
#   fastText-2  fastText -epoch 25 -lr 0.5 -wordNgrams 2
#   SVC         scikit-learn: TF-IDF of words and pairs of words, linear support vectors
#   SVC-chars   the same with 2 to 5 characters of a word besides
#   SetFit      a sentence encoder, tuned on pairs of texts, and logistic regression
#
# A change of ours does not change them, so their figures are kept and not measured
# again, until `make clean` deletes BUILD/bench/results.db.

# A label, a space, the words of the text: lower-cased, with spaces around punctuation
# and around each Chinese and Thai character (GNU sed). C.UTF-8 has no ranges of
# characters, hence bytes: U+4000..U+9FFF, U+3400..U+3FFF, U+0E00..U+0E7F.
words_of() { # file.tsv
  cut -f1 "$1" | tr ' ' _ | sed 's/^/__label__/' > "$work/labels"
  cut -f2 "$1" | LC_ALL=C.UTF-8 sed -E 's/.*/\L&/; s/[[:punct:]]/ & /g' |
    LC_ALL=C sed -E 's/([\xe4-\xe9][\x80-\xbf]|\xe3[\x90-\xbf]|\xe0[\xb8\xb9])[\x80-\xbf]/ & /g' |
    paste -d' ' "$work/labels" -
}

prepare_words() {
  [ -e "$work/train.words" ] && return
  words_of "$work/train.tsv" > "$work/train.words"
  words_of "$work/test.tsv" > "$work/test.words"
}

# Both print the seconds of training, and leave a label a line in $work/predicted.
fasttext_learns() { # setting ...
  begun=$(date +%s.%N)
  (cd "$work" && fasttext supervised -input train.words -output fasttext -thread 2 "$@") >/dev/null 2>&1 || return 1
  ended=$(date +%s.%N)
  fasttext predict "$work/fasttext.bin" "$work/test.words" > "$work/predicted" &&
    echo "$begun $ended" | awk '{ printf "%.3f\n", $2 - $1 }'
}

svc_learns() { # SVC or SVC-chars
  "$PYTHON" tests/bench/accuracy/svc.py "$1" "$work/train.words" "$work/test.words" "$work/predicted"
}

setfit_learns() { # seed
  "$PYTHON" tests/bench/accuracy/setfit_peer.py "$ENCODER" "$work/train.tsv" "$work/test.tsv" "$work/predicted" "$1" \
    2>"$work/setfit.log" || { tail -5 "$work/setfit.log" >&2; return 1; }
}

learns() { # peer, seed
  case $1 in
    SetFit) setfit_learns "$2" ;;
    fastText-1) fasttext_learns ;;
    fastText-2) fasttext_learns -epoch 25 -lr 0.5 -wordNgrams 2 ;;
    *) svc_learns "$1" ;;
  esac
}

# Leaves in PEERS those that are installed, and says what is not.
find_peers() {
  command -v fasttext >/dev/null || {
    case $PEERS in *fastText*) echo "fastText is left out: there is no program fasttext" ;; esac
    PEERS=$(echo "$PEERS" | sed 's/fastText-[12]//g')
  }
  "$PYTHON" -c 'import sklearn' 2>/dev/null || {
    case $PEERS in *SVC*) echo "SVC is left out: $PYTHON has no scikit-learn (PYTHON= names another)" ;; esac
    PEERS=$(echo "$PEERS" | sed 's/SVC[a-z-]*//g')
  }
  "$PYTHON" -c 'import setfit' 2>/dev/null || PEERS=$(echo "$PEERS" | sed 's/SetFit//g')
}

# Runs steps of sql/ for a peer.
judge_peer() { # set, peer, seed, seconds, step ...
  { begin_script "$1" "$2" peer
    parameters seed "$3" seconds "$4"
    shift 4
    for step; do cat "tests/bench/accuracy/sql/$step.sql"; done; } | run_sql
}

one_peer() { # set, peer, seed
  kept=$(judge_peer "$@" 0 show)
  [ -z "$kept" ] || { echo "$kept  (kept)"; return; }
  prepare_words
  seconds=$(learns "$2" "$3") || { echo "  $1: $2 failed"; failed=1; return; }
  cut -d' ' -f1 "$work/test.words" | paste - "$work/predicted" > "$work/predictions"
  judge_peer "$@" "$seconds" peer judge show || failed=1
}

# seed: that of the rows where they were drawn, else 0.
peers() { # set, seed, peer ...
  dataset=$1 seed=$2
  shift 2
  for peer; do
    case " $PEERS " in *" $peer "*) one_peer "$dataset" "$peer" "$seed" ;; esac
  done
}
