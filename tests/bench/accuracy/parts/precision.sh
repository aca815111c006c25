# precision -- labelling with 8-bit integers against floats: what it saves and what it
# costs.
seeds=${SEEDS:-1 2 3}
for dataset in $(sets_of trec6 banking77 ag_news_10k imdb); do
  unpack "$dataset" train test || continue
  ours "$dataset" float32 '{}' learn label judge show
  ours "$dataset" int8 '{"precision":"int8"}' learn label judge show
done
