# teacher -- so many labelled rows of each label (LABELLED), the other training rows without a label: a model of the
# labelled rows alone, one with the teacher of make encoder, and SetFit with the same encoder, where
# PYTHON has it (PEERS=SetFit; it takes minutes to hours). Another seed draws other rows.
ENCODER=${ENCODER:-$BUILD/encoder}
[ -e "$ENCODER/model.safetensors" ] || { echo "$part: left out, no encoder in $ENCODER (make encoder)"; return; }
ENCODER=$(cd "$ENCODER" && pwd)
find_peers
for dataset in $(sets_of trec6 banking77 ag_news_10k); do
  unpack "$dataset" train test || continue
  labels=$(cut -f1 "$work/train.tsv" | sort -u | wc -l)
  for labelled in ${LABELLED:-2 4 8 16 32 64}; do
    for seeds in ${SEEDS:-1 2 3}; do
      draw $((labelled * labels)) 1 "$seeds"
      ours "$dataset" without '{}' learn label judge show
      ours "$dataset" teacher '{"teacher":"encoder"}' encoder learn label judge show
      peers "$dataset" "$seeds" SetFit
    done
  done
done
