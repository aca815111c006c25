"""make_tokens.py -- writes tokens.json: what Keras makes of texts.

A line for each setting of TextVectorization (Keras 3) and of the older Tokenizer (tf_keras): a JSON
object of `keras`, the setting; `tokenize`, the same as a name of ours; `texts`, pairs of a text and
its list of words. tests/interop/tokenizers compares.

    python3 make_tokens.py > tokens.json      needs tensorflow and tf-keras; made with 2.21.0 of both
"""
import json
import os
import random

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
from tf_keras.preprocessing.text import text_to_word_sequence

PIECES = r"""a B don't DON’T e-mail Ärger straße STRASSE ẞ İstanbul ı I ΟΔΟΣ Σ Σ. .Σ ς שלום مرحبا 中文 、 ไทย
👍🏽 👨‍👩 🇩🇪 𐐀 ﬁ Ａ ... -- !? ' '' # _ {|} \ [x] $5.99 ~^`=<>@;:&%*+/""".split() + [
    "e\u0301", "\u0301", "\u202b", "\u200d", "\u200b", "\ufeff", "\u00ad", "\u212a", " ", "  ", "\t", "\n", "\r\n", "\v",
    "\f", "\u00a0", "\u0085", "\u2003", "\u3000", "\u2028", "\x1c", "\x1f", "\x7f", "\0"]
FILTERS = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n"  # what Tokenizer filters by default

draw = random.Random(1)
TEXTS = ["", "".join(PIECES)] + ["".join(draw.choices(PIECES, k=7)) for _ in range(24)]


def write(keras, tokenize, split):
    texts = [(text, split(text)) for text in TEXTS]
    print(json.dumps({"keras": keras, "tokenize": tokenize, "texts": texts}, ensure_ascii=False))


for standardize, options in ((None, ""), ("lower", " lower ascii"), ("strip_punctuation", " remove punctuation"),
                             ("lower_and_strip_punctuation", " lower ascii remove punctuation")):
    for split, name in (("whitespace", "whitespace"), ("character", "characters")):
        layer = tf.keras.layers.TextVectorization(standardize=standardize, split=split, vocabulary=["a"])
        write(f"TextVectorization(standardize={standardize!r}, split={split!r})", name + options,
              lambda text: [word.decode() for word in layer._preprocess(tf.constant([text])).to_list()[0]])

for lower, option in ((True, "unicode"), (False, "none")):
    write(f"Tokenizer(lower={lower})", f"whitespace lower {option} separators ' {FILTERS}'",
          lambda text: text_to_word_sequence(text, lower=lower))
