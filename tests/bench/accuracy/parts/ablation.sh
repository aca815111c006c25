# ablation -- what each option is worth, on rows set aside from the training rows;
# the test rows stay unseen. OPTIONS: the JSON objects to try, one a line.
seeds=${SEEDS:-1 2 3}
options=${OPTIONS:-'{}
{"linear":false}
{"subwords":false}
{"max_pool":false}
{"encoder":"none"}
{"linear":false,"subwords":false,"max_pool":false}'}
for dataset in $(sets_of); do
  unpack "$dataset" train || continue
  while IFS= read -r json; do
    ours "$dataset" "$json" "$json" learn judge show
  done <<END
$options
END
done
