"""How good labels are, counted up over the partitions of a table: the figures of classify_evaluate().

The formulas are those of model/classifier/score.h in the repository. Counts are whole numbers and so add up exactly;
log loss and calibration error are sums of doubles, in another order than on one machine.
"""
import collections
import json
import math

BINS = 15
LEAST = 2.220446049250313e-16  # the least probability in the log loss: the epsilon of a double
ACTUAL, PREDICTED, HITS = range(3)
SUMS = "rows", "hits", "loss", "ranking", "unknown"


class Counts:
    """The counts of a partition, or of several."""

    def __init__(self, labels, multilabel):
        self.known = list(labels)
        self.multilabel = multilabel
        self.sums = dict.fromkeys(SUMS, 0)
        self.bins = [[0, 0.0] for _ in range(BINS)]  # rows that are right, and the sum of confidences
        self.binned = 0
        self.labels = collections.defaultdict(lambda: [0, 0, 0])  # label: ACTUAL, PREDICTED, HITS

    # ---- rows ----

    def add(self, actual, predicted, confidence, of_actual):
        """A row with one label. `of_actual` is the probability that the model gives to it."""
        hit = actual == predicted
        self.labels[actual][ACTUAL] += 1
        self.labels[predicted][PREDICTED] += 1
        self.labels[actual][HITS] += hit
        self.sums["rows"] += 1
        self.sums["hits"] += hit
        self.sums["loss"] -= math.log(max(of_actual, LEAST))
        self._add_to_bin(confidence, hit)

    def add_set(self, actual, given, probabilities):
        """A row with a set of labels, those that it was given, and the probability of each label of the model."""
        unknown = sum(label not in probabilities for label in actual)
        for label in actual:
            self.labels[label][ACTUAL] += 1
        for label in given:
            self.labels[label][PREDICTED] += 1
            self.labels[label][HITS] += label in actual
            self._add_to_bin(probabilities[label], label in actual)
        self.sums["rows"] += 1
        self.sums["hits"] += set(given) == actual
        self.sums["loss"] -= unknown * math.log(LEAST)
        self.sums["loss"] -= sum(math.log(max(p if label in actual else 1.0 - p, LEAST))
                                 for label, p in probabilities.items())
        self._add_ranking(actual, probabilities, unknown)

    def _add_to_bin(self, confidence, hit):
        found = self.bins[min(int(confidence * BINS), BINS - 1)]
        found[0] += hit
        found[1] += confidence
        self.binned += 1

    def _add_ranking(self, actual, probabilities, unknown):
        """The share of a row in LRAP. One that has none or all of the labels has 1."""
        if not actual or len(actual) - unknown == len(probabilities):
            self.sums["ranking"] += 1.0
            return
        above = 0.0
        for p in (probabilities[label] for label in actual if label in probabilities):
            of_row = sum(probabilities.get(label, -1.0) >= p for label in actual)
            above += of_row / sum(other >= p for other in probabilities.values())
        self.sums["ranking"] += above / len(actual)
        self.sums["unknown"] += unknown

    # ---- partitions ----

    def to_json(self):
        return json.dumps({"sums": self.sums, "bins": self.bins, "binned": self.binned,
                           "labels": [[label, *counts] for label, counts in self.labels.items()]})

    def add_json(self, text):
        """Adds the counts of a partition."""
        other = json.loads(text)
        for name in SUMS:
            self.sums[name] += other["sums"][name]
        for mine, (hits, confidence) in zip(self.bins, other["bins"]):
            mine[0] += hits
            mine[1] += confidence
        self.binned += other["binned"]
        for label, *counts in other["labels"]:
            self.labels[label] = [a + b for a, b in zip(self.labels[label], counts)]

    # ---- figures ----

    def figures(self):
        """The columns of classify_evaluate(). All but `rows` are None without rows, and the last two with one label a
        row."""
        rows, counted = self.sums["rows"], list(self.labels.values())
        names = "accuracy", "macro_f1", "weighted_f1", "log_loss", "calibration_error", "micro_f1", "lrap"
        if not rows:
            return {"rows": 0, **dict.fromkeys(names)}
        columns = len({*self.known, *self.labels}) if self.multilabel else 1
        gaps = sum(abs(hits - confidence) for hits, confidence in self.bins)
        weighted = sum(_f1(one) * one[ACTUAL] for one in counted)
        values = (self.sums["hits"] / rows, _ratio(sum(map(_f1, counted)), len(counted)),
                  _ratio(weighted, sum(one[ACTUAL] for one in counted)), self.sums["loss"] / (rows * columns),
                  _ratio(gaps, self.binned), None, None)
        if self.multilabel:
            ranking = (self.sums["ranking"] + self.sums["unknown"] / columns) / rows
            values = *values[:5], _f1([sum(column) for column in zip([0, 0, 0], *counted)]), ranking
        return {"rows": rows, **dict(zip(names, values))}


def _f1(counts):
    return _ratio(2.0 * counts[HITS], counts[ACTUAL] + counts[PREDICTED])


def _ratio(part, whole):
    return part / whole if whole > 0 else 0.0
