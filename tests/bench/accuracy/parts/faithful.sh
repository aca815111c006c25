# faithful -- whether the tokens that classify_attention's columns put first are those
# that the label hangs on, and those that people marked as the reason.
seeds=${SEEDS:-1 2 3}
for dataset in $(sets_of trec6 mr banking77 imdb rat_movies); do
  unpack "$dataset" train test && unpack_marks "$dataset" || continue
  ours "$dataset" ours '{}' learn label judge show faithful
done
