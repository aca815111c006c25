# few -- 500 training rows of each set, drawn at random: ours against SVC. Another
# seed draws other rows.
find_peers
for dataset in $(sets_of trec6 mr banking77 tweet_emotion ag_news_10k sms_spam); do
  unpack "$dataset" train test || continue
  for seeds in ${SEEDS:-1 2 3 4 5}; do
    draw 500 0 "$seeds"
    ours "$dataset" ours '{}' learn label judge show
    peers "$dataset" "$seeds" SVC
  done
done
