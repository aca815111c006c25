# encoder -- attention over the words themselves against the default: what it saves
# and what it costs.
seeds=${SEEDS:-1 2 3}
for dataset in $(sets_of); do
  unpack "$dataset" train test || continue
  ours "$dataset" default '{}' learn label judge show
  ours "$dataset" none '{"encoder":"none"}' learn label judge show
done
