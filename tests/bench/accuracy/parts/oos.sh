# oos -- texts that have none of the 150 labels: does the confidence tell?
seeds=${SEEDS:-1 2 3}
unpack clinc150 train test oos_test && mv "$work/oos_test.tsv" "$work/oos.tsv" &&
  ours clinc150 ours '{}' learn label judge show oos
