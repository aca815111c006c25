"""The Keras models of agreement.py. A case gives the weights, the texts that SQL is to read, and what Keras makes of
them: its numbers [texts][tokens], probabilities [texts][labels], weights of attention [texts][tokens]."""
import functools

import numpy as np
import tensorflow

from agreement import TEXTS, UNITS, VECTOR, ascii_words, cut_and_padded, drawn, most_frequent
from keras_samples import AttentionLayer, bidirectional, keras, layers, to_numpy
from sqlite_classify.keras_models import from_keras, to_keras
from sqlite_classify.contents import labels as labels_of, vocabulary


def build(rows, tokens, labels, random, masked=False, first=()):
    """A model, the same without its first layers, and its attention layer."""
    attention = AttentionLayer(masked=masked)
    middle = [layers.Embedding(rows, VECTOR, mask_zero=masked), layers.Dropout(0.3), bidirectional(UNITS)]
    output = layers.Dense(len(labels), activation="softmax")
    numbers = keras.Sequential([keras.Input((tokens,), dtype="int32"), *middle, attention, output])
    for layer in numbers.layers:
        layer.set_weights([drawn(values.shape, random) for values in layer.get_weights()])
    states = keras.Model(numbers.inputs, numbers.layers[-3].output)
    whole = keras.Sequential([keras.Input((1,), dtype="string"), *first, *numbers.layers]) if first else numbers
    return whole, numbers, states, attention


def results(numbers, states, attention, ids):
    """What Keras makes of these numbers."""
    masked = attention.options["masked"]
    weights = to_numpy(attention.attend(states(ids), ids != 0 if masked else None))
    return ids, to_numpy(numbers(ids)), weights * (ids != 0) if masked else weights


def vectorizer(texts, tokens, most):
    layer = layers.TextVectorization(max_tokens=most, output_sequence_length=tokens)
    layer.adapt(texts)
    return layer


def seed(texts, labels, tokens, random, _):
    """A list of words and the extension's own tokenizer."""
    texts = [text for text in texts if text.isascii()][:TEXTS]
    words = ["", "[UNK]", *most_frequent(texts, 2000)]
    numbers_of = {word: number for number, word in enumerate(words)}
    ids = cut_and_padded([[numbers_of.get(word, 1) for word in ascii_words(text)] for text in texts], tokens)
    model, *parts = build(len(words), tokens, labels, random)
    return (from_keras(model, words, labels, tokenizer=""), texts, *results(*parts, ids))


def padded_before(texts, labels, tokens, random, _):
    """The old Tokenizer, and pad_sequences() as it is if nothing else is said."""
    from tf_keras.preprocessing.sequence import pad_sequences
    from tf_keras.preprocessing.text import Tokenizer

    tokenizer = Tokenizer(num_words=2000)
    tokenizer.fit_on_texts(texts)
    model, *parts = build(2000, tokens, labels, random)
    ids = pad_sequences(tokenizer.texts_to_sequences(texts[:TEXTS]), maxlen=tokens)
    weights = from_keras(model, None, labels, tokenizer=tokenizer, padding="pre")
    return (weights, texts[:TEXTS], *results(*parts, ids))


def vectorized(read=lambda texts: texts[:TEXTS], inside=False, masked=False, most=3000, cut=1):
    """A case with a TextVectorization, in the model or beside it, for the texts that read() makes of all texts."""
    def make(texts, labels, tokens, random, _):
        tokens //= cut
        vectorize = vectorizer(texts, tokens, most)
        rows = len(vectorize.get_vocabulary()) + 10  # more than are used
        model, *parts = build(rows, tokens, labels, random, masked, [vectorize] * inside)
        read_texts = read(texts)
        weights = from_keras(model, None, labels, tokenizer=None if inside else vectorize)
        ids, probabilities, attention = results(*parts, np.asarray(vectorize(read_texts)))
        if inside:
            probabilities = to_numpy(model(tensorflow.constant(read_texts)[:, None]))
        return weights, read_texts, ids, probabilities, attention
    return make


def with_unknown_words(texts):
    return [f"{text} unheardof{number} w\u00f6rd" for number, text in enumerate(texts[:TEXTS])]


def mostly_empty(texts):
    return [["", "   \t", "... !? -", text][number % 4] for number, text in enumerate(texts[:TEXTS])]


def trained_in_sql(texts, labels, tokens, random, train, **options):
    """The other way: what SQL has trained, in Keras."""
    parts = {"subwords": False, "max_pool": False, "linear": False}
    weights = train({**parts, "epochs": 4, "max_tokens": tokens, **options})
    numbers_of = {word: number for number, word in enumerate(vocabulary(weights))}
    texts = [text for text in texts if text.isascii()][:TEXTS]
    ids = cut_and_padded([[numbers_of.get(word, 1) for word in ascii_words(text)] for text in texts], tokens)
    model = to_keras(weights)
    kernel, *bias = model.get_layer("attention").get_weights()
    scores = to_numpy(keras.Model(model.inputs, model.get_layer("bidirectional").output)(ids)) @ kernel
    scores = np.where(ids != 0, (scores + bias[0][:tokens] if bias else scores)[:, :, 0], -np.inf)
    attention = np.exp(scores - scores.max(axis=1, keepdims=True))
    columns = [labels_of(weights).index(label) for label in labels]
    return weights, texts, ids, to_numpy(model(ids))[:, columns], attention / attention.sum(axis=1, keepdims=True)


CASES = {
    "padded at the end, unmasked (the seed)": seed,
    "Tokenizer, pad_sequences(): padded before": padded_before,
    "masked": vectorized(masked=True),
    "TextVectorization in the model": vectorized(inside=True),
    "TextVectorization in the model, masked": vectorized(inside=True, masked=True),
    "unknown words in every text": vectorized(with_unknown_words, most=200),
    "unknown words in every text, masked": vectorized(with_unknown_words, most=200, masked=True),
    "longer than the model reads": vectorized(cut=4),
    "longer than the model reads, masked": vectorized(cut=4, masked=True),
    "empty": vectorized(mostly_empty),
    "empty, masked": vectorized(mostly_empty, masked=True),
    "trained in SQL": trained_in_sql,
    "trained in SQL, with a bias for each position": functools.partial(trained_in_sql, position_bias=True),
}
