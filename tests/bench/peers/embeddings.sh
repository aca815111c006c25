# embeddings.sh -- classify_embeddings() beside ONNX Runtime and the roof, with the encoder of `make encoder`.
#
#   ours         the extension, which reads texts; two threads
#   ONNX-32, -64 transformers' model as a graph of float32, pooling included, for batches of texts of alike length; it
#                is given token numbers; two threads
#   roof         what OpenBLAS gives at the shape of the encoder's largest product, on two threads
#
# One runs at a time, on the same texts, and the vectors are compared.
[ -z "$OPENBLAS_CORETYPE" ] || { unset OPENBLAS_CORETYPE; library; } # it has named another kernel than the processor's
export PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false

has() { "$PYTHON" -c 'import importlib.util as i, sys; sys.exit(not all(map(i.find_spec, sys.argv[1:])))' "$@"; }

step() { # step, argument ...
  "$PYTHON" tests/bench/peers/embeddings.py "$@" 2> "$work/errors" || { tail -5 "$work/errors"; return 1; }
}

race_embeddings() { # set
  step prepare "$work" "$encoder" "$DATA/$1/test.tsv.xz" &&
    "$BUILD/tests/bench/peers/roof" > "$work/roof.tsv" &&
    step ours "$work" "$encoder" "$CLASSIFY" &&
    step onnx "$work" &&
    step report "$work" "$encoder" "$1" | tee -a "$scratch/embeddings.md"
}

encoder=$BUILD/encoder
if [ ! -e "$encoder/model.safetensors" ]; then
  echo "embeddings: left out, there is no $encoder (make encoder)"
elif ! has torch transformers tokenizers onnx onnxruntime; then
  echo "embeddings: left out; to install what is missing: $PYTHON -m pip install torch transformers onnx onnxruntime"
elif [ ! -e "$BUILD/tests/bench/peers/roof" ]; then
  echo "embeddings: left out, there is no $BUILD/tests/bench/peers/roof (make bench-peers)"
else
  step save "$work" "$encoder" && step title | tee "$scratch/embeddings.md" || failed=1
  for dataset in ${SETS:-trec6 ag_news_10k imdb}; do race_embeddings "$dataset" || failed=1; done
  echo "(also in $scratch/embeddings.md)"
fi
