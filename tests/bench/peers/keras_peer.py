"""The plain network in Keras on TensorFlow, with XLA or without.

keras_peer.py FOLDER train plain|xla   trains on FOLDER/train.words
keras_peer.py FOLDER save  plain|xla   weights of ours, as Keras saves them
keras_peer.py FOLDER label plain|xla   labels FOLDER/test.words with these

Prints lines `measure<TAB>value`. Batches hold texts of about one length, padded
to the longest of them; with XLA, which compiles each shape, to one of eight.
"""
import os
import sys

os.environ['KERAS_BACKEND'] = 'tensorflow'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from figures import RUNS, THREADS, latencies, say, say_memory, seconds
from plain import Plain, batches, padded, widths_of

BATCH = 64      # as ours, see peers.sh
STEPS = 60      # of an epoch; drawn evenly from short to long
EPOCHS = 2      # measured, after the one that compiles
TRIED = {'plain': (64, 128, 256, 512), 'xla': (64, 256)}  # sizes of a batch to label


@keras.saving.register_keras_serializable()
class Attention(layers.Layer):
    """The states' sum, weighted by softmax(h . w) over a text's own tokens."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 1), name='kernel')

    def call(self, states, mask=None):
        scores = tf.where(mask, tf.matmul(states, self.kernel)[:, :, 0], -1e9)
        return tf.matmul(tf.nn.softmax(scores)[:, None, :], states)[:, 0]

    def compute_mask(self, states, mask=None):
        return None


def network(plain):
    words, size = plain['embedding'].shape
    hidden = plain['gru.forward.recurrent_kernel'].shape[0]
    inputs = keras.Input((None,), dtype='int32')
    x = layers.Embedding(words, size, mask_zero=True)(inputs)
    x = layers.Bidirectional(layers.GRU(hidden, return_sequences=True, reset_after=True))(x)
    x = Attention()(x)
    return keras.Model(inputs, layers.Dense(len(plain.labels), activation='softmax')(x))


def weights_of(plain):
    gru = [f'gru.{direction}.{part}' for direction in ('forward', 'backward')
           for part in ('kernel', 'recurrent_kernel', 'bias')]
    return [plain['embedding'], *(plain[name] for name in gru), plain['attention.kernel'][:, None],
            plain['output.kernel'], plain['output.bias']]


def dataset(items, signature):
    """items: a function that gives an iterator."""
    return tf.data.Dataset.from_generator(items, output_signature=signature).prefetch(2)


IDS = tf.TensorSpec((None, None), tf.int32)


def train(plain, xla, folder):
    texts, labels = plain.rows(folder + '/train.words')
    parts = batches(texts, BATCH, widths_of(texts) if xla else None)
    parts = [parts[i] for i in np.unique(np.linspace(0, len(parts) - 1, STEPS).astype(int))]
    targets = np.eye(len(plain.labels), dtype=np.float32)[labels]
    steps = [(ids, targets[rows]) for rows, ids in parts]
    random = np.random.default_rng(1)
    epoch = dataset(lambda: (steps[i] for i in random.permutation(len(steps))),
                    (IDS, tf.TensorSpec((None, len(plain.labels)), tf.float32)))
    model = network(plain)
    model.compile('adam', 'categorical_crossentropy', jit_compile=xla)
    took = [seconds(lambda: model.fit(epoch, verbose=0)) for _ in range(1 + EPOCHS)]
    tokens = sum(np.count_nonzero(ids) for ids, _ in steps)
    # rows of average length, so that the sample's rate is that of all rows
    say('train_rows_s', tokens / min(took[1:]) / np.mean([len(t) for t in texts]))
    say('train_note', f'{len(steps)} of {-(-len(texts) // BATCH)} steps an epoch, the first took {took[0]:.1f} s')
    say_memory('train')


def measure_rows(model, plain, xla, texts, folder):
    found, best, size = np.empty((len(texts), len(plain.labels))), 0, 0
    for tried in TRIED['xla' if xla else 'plain']:
        parts = batches(texts, tried, widths_of(texts) if xla else None)
        data = dataset(lambda: (ids for _, ids in parts), IDS)
        found[np.concatenate([rows for rows, _ in parts])] = model.predict(data, verbose=0)
        rate = len(texts) / min(seconds(lambda: model.predict(data, verbose=0)) for _ in range(RUNS))
        best, size = max((best, size), (rate, tried))
    say('label_rows_s', best)
    say('label_note', f'batches of {size}')
    say('difference', plain.difference(found, folder + '/plain.tsv'))


def measure_one(model, xla, texts):
    """The faster of a call of the model and one of a tf.function; with XLA, the latter."""
    widths = widths_of(texts) if xla else None
    function = tf.function(lambda ids: model(ids, training=False), jit_compile=xla,
                           input_signature=None if xla else [tf.TensorSpec((1, None), tf.int32)])
    calls = {'tf.function': lambda text: function(tf.constant(padded([text], widths))).numpy()}
    if not xla:
        calls['model()'] = lambda text: model(padded([text]), training=False).numpy()
    for width in widths or ():
        function(tf.zeros((1, width), tf.int32))
    name = min(calls, key=lambda name: latencies(calls[name], texts[:20])[0])
    p50, p99 = latencies(calls[name], texts)
    say('p50_us', p50)
    say('p99_us', p99)
    say('one_note', 'one text by ' + name)


def label(plain, xla, folder):
    texts, _ = plain.rows(folder + '/test.words')
    loaded = []

    def load():
        loaded.append(keras.models.load_model(folder + '/plain.keras'))
        loaded[0](padded(texts[:1]), training=False)

    say('load_ms', 1e3 * seconds(load))
    model = loaded[0]
    model.compile(jit_compile=xla)
    measure_rows(model, plain, xla, texts, folder)
    measure_one(model, xla, texts)
    say_memory('label')


def save(plain, _, folder):
    model = network(plain)
    model.set_weights(weights_of(plain))
    model.save(folder + '/plain.keras')


def main(folder, part, form):
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    {'train': train, 'save': save, 'label': label}[part](
        Plain(folder + '/plain.safetensors'), form == 'xla', folder)


main(*sys.argv[1:])
