-- A line for the training that was judged last, or that an earlier run has kept.

SELECT printf('  %-20s %6d  %-30s %4d  %-8s %-8s %-8s %-8s %8s %8s',
              dataset, rows, variant, seed,
              ifnull(round(accuracy, 4), '-'),
              ifnull(round(f1, 4), '-'),
              ifnull(round(ece, 4), '-'),
              ifnull(round(validation_accuracy, 4), '-'),
              round(train_seconds, 1),
              ifnull(CAST(test_rows / label_seconds AS INTEGER), '-'))
FROM results.trainings
WHERE (part, dataset, rows, variant, seed, build) = (:part, :dataset, :rows, :variant, :seed, :build);
