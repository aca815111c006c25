"""training_alike.py BUILD DATA -- trains the network of docs/recipes.md ("The network of a Keras program") in Keras and
in SQL, with the same options, on half of trec6's training rows, and compares how often both are right on all others.
"""
import json
import os
import sqlite3
import sys
import tempfile

import keras
import numpy as np

from agreement import ask, read_rows

SEEDS, TOKENS, SIZE, BATCH, RATE, EPOCHS = (1, 2), 40, 64, 32, 0.001, 12
# Of so many rows the share that is right differs little from seed to seed; of the 500 test rows alone it differs by
# 0.016 (a standard deviation), and means of two seeds by as much. 12 epochs of half of the rows are as many steps as 6
# of all. After half as many steps SQL is some 4 points behind: it also clips gradients and drops words, and so learns
# more slowly.
LARGEST = 0.02
OPTIONS = {"subwords": False, "max_pool": False, "linear": False, "position_bias": True, "embedding": SIZE,
           "hidden": SIZE, "batch_size": BATCH, "learning_rate": RATE, "epochs": EPOCHS, "dropout": 0,
           "max_tokens": TOKENS, "tokenize": "whitespace lower unicode", "validation": "SELECT text, label FROM test"}


class RiseAndFall(keras.optimizers.schedules.LearningRateSchedule):
    """What the option learning_rate means: the rate rises over the first tenth of all steps, then falls to zero."""

    def __init__(self, steps):
        self.steps = steps

    def __call__(self, step):
        part = (keras.ops.cast(step, "float32") + 1) / self.steps
        return RATE * keras.ops.maximum(keras.ops.minimum(part / 0.1, (1 - part) / 0.9), 0)


class AttentionLayer(keras.layers.Layer):
    def build(self, input_shape):
        self.W = self.add_weight(shape=(input_shape[-1], 1), initializer="random_normal")
        self.b = self.add_weight(shape=(input_shape[1], 1), initializer="zeros")

    def call(self, inputs):
        weights = keras.ops.softmax(keras.ops.matmul(inputs, self.W) + self.b, axis=1)
        return keras.ops.sum(weights * inputs, axis=1)


def in_keras(train, test, seed):
    """The share of the test rows that are right after the last epoch."""
    keras.utils.set_random_seed(seed)
    words = ["", "[UNK]"] + sorted({word for text in train[0] for word in text.lower().split()})
    number_of, labels = {word: number for number, word in enumerate(words)}, sorted(set(train[1]))

    def numbers(texts, label_of):
        rows = [[number_of.get(word, 1) for word in text.lower().split()] for text in texts]
        return (keras.utils.pad_sequences(rows, maxlen=TOKENS, padding="post", truncating="post"),
                np.array([labels.index(label) for label in label_of]))

    model = keras.Sequential([
        keras.Input((TOKENS,)),
        keras.layers.Embedding(len(words), SIZE),
        keras.layers.Bidirectional(keras.layers.GRU(SIZE, return_sequences=True)),
        AttentionLayer(),
        keras.layers.Dense(len(labels), activation="softmax")])
    rate = RiseAndFall(EPOCHS * -(-len(train[0]) // BATCH))
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*numbers(*train), batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return model.evaluate(*numbers(*test), verbose=0)[1]


def in_sql(build, train, test, seed):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "texts.db")
        db = sqlite3.connect(path)
        for name, rows in ("train", train), ("test", test):
            db.execute(f"CREATE TABLE {name}(text, label)")
            db.executemany(f"INSERT INTO {name} VALUES (?, ?)", zip(*rows))
        db.commit()
        db.close()
        options = json.dumps({**OPTIONS, "seed": seed}).replace("'", "''")
        rows = ask(build, path, "SELECT epoch, validation_accuracy FROM classify_train("
                   f"'SELECT text, label FROM train', 'm', '{options}')")
    return dict(rows)[EPOCHS]


def halves(train, test):
    """Every second training row; the others and the test rows."""
    return [rows[::2] for rows in train], [[*others[1::2], *rows] for others, rows in zip(train, test)]


def main(build, data):
    train, test = halves(*(read_rows(data, "trec6", part) for part in ("train", "test")))
    shares = {"Keras": [in_keras(train, test, seed) for seed in SEEDS],
              "SQL": [in_sql(build, train, test, seed) for seed in SEEDS]}
    for name, found in shares.items():
        print(f"  trained by {name:6} right in {len(test[0])} test rows: mean {np.mean(found):.3f}, seeds "
              + ", ".join(f"{share:.3f}" for share in found))
    far = abs(np.mean(shares["Keras"]) - np.mean(shares["SQL"])) > LARGEST
    print(f"{1 - far} passed, {int(far)} failed, 0 skipped")
    return far


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
