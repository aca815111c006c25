# doubts -- one label in twenty of the training rows is swapped for another: how many of
# these rows are in the first tenth, and twentieth, of what classify_doubts() lists? Beside
# it the same order by what the model itself says, and by whole models out of five folds.
seeds=${SEEDS:-1 2 3}
for dataset in $(sets_of sms_spam trec6 mr banking77 ag_news_10k); do
  unpack "$dataset" train || continue
  ours "$dataset" ours '{}' damage learn doubts folds
done
