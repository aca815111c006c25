# vectors -- with word vectors that others have learned (100 numbers a word, English)
# against without.
seeds=${SEEDS:-1 2 3}
for dataset in $(sets_of trec6 mr tweet_emotion); do
  unpack "$dataset" train test && unpack_vectors || continue
  ours "$dataset" without '{}' learn label judge show
  ours "$dataset" with '{"vectors":"vectors"}' vectors learn label judge show
done
