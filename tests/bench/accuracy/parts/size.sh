# size -- how large models are and what that costs: as floats, compressed, and with limits (SIZES, bytes).
seeds=${SEEDS:-1 2 3}
for dataset in $(sets_of trec6 banking77 ag_news_10k imdb); do
  unpack "$dataset" train test || continue
  ours "$dataset" floats '{"compress":false}' learn load label judge show
  ours "$dataset" compressed '{}' learn load label judge show
  for size in ${SIZES:-1000000 250000}; do
    ours "$dataset" "$size" "{\"max_size\":$size}" learn load label judge show
  done
done
