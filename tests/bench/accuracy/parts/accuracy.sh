# accuracy -- each set with default options, three seeds, beside targets and peers.
find_peers
seeds=${SEEDS:-1 2 3}
for dataset in $(sets_of); do
  unpack "$dataset" train test || continue
  ours "$dataset" ours '{}' learn label judge show
  peers "$dataset" 0 fastText-1 fastText-2 SVC SVC-chars
done
