# unlabelled -- a few labelled rows, as many of each label as far as they go: with
# the texts of all other training rows against without, and SVC.
find_peers
for dataset in $(sets_of ag_news_10k imdb); do
  unpack "$dataset" train test || continue
  for labelled in 20 100 500; do
    for seeds in ${SEEDS:-1 2 3}; do
      draw "$labelled" 1 "$seeds"
      ours "$dataset" without '{}' learn label judge show
      ours "$dataset" with '{"unlabelled":"SELECT text FROM others"}' learn label judge show
      peers "$dataset" "$seeds" SVC
    done
  done
done
