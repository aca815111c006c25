"""Linear support vectors over n-grams of words, and of characters: the peer to beat.

svc.py SVC|SVC-chars TRAIN TEST PREDICTIONS

TRAIN and TEST have a label, a space and the words of a text on each line. Writes
a label a line to PREDICTIONS and prints the seconds that training took.
"""
import sys
import time

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC


def read(path):
    with open(path, encoding='utf-8', errors='replace', newline='\n') as file:
        lines = [line.rstrip('\n').partition(' ') for line in file]
    return [text for _, _, text in lines], [label for label, _, _ in lines]


def classifier(name):
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r'\S+')
    if name == 'SVC':
        return make_pipeline(words, LinearSVC())
    characters = TfidfVectorizer(analyzer='char_wb', ngram_range=(2, 5), sublinear_tf=True)
    return make_pipeline(make_union(words, characters), LinearSVC())


def main(name, train, test, predictions):
    model = classifier(name)
    texts, labels = read(train)
    begun = time.perf_counter()
    model.fit(texts, labels)
    seconds = time.perf_counter() - begun
    with open(predictions, 'w', encoding='utf-8') as file:
        file.writelines(label + '\n' for label in model.predict(read(test)[0]))
    print(f'{seconds:.3f}')


main(*sys.argv[1:])
