"""fastText's program on the same rows: it trains with two threads and predicts with one.

fasttext_peer.py FOLDER [SETTING ...]

Prints lines `measure<TAB>value`. Reading the model, whose table of n-grams has
two million rows, is a time of its own: rows a second are those of a file that
holds the test rows twenty times, without the time that reading them once takes.
"""
import os
import subprocess
import sys
import time

from figures import RUNS, THREADS, latencies, say

TIMES = 20


def run(*arguments):
    """Seconds and MB of a process."""
    begun = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(' '.join(arguments) + ': failed')
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def train(folder, settings):
    took, memory = run('fasttext', 'supervised', '-input', folder + '/train.words', '-output',
                       folder + '/fasttext', '-thread', str(THREADS), *settings)
    say('train_s', took)
    say('train_mb', memory)


def predict(folder, rows):
    """The best of some runs."""
    return min(run('fasttext', 'predict', folder + '/fasttext.bin', rows) for _ in range(RUNS))


def measure_rows(folder, texts):
    files = {'first': texts[:1], 'once': texts, 'often': texts * TIMES}
    took = {}
    for name, lines in files.items():
        path = f'{folder}/fasttext.{name}'
        with open(path, 'wb') as file:
            file.writelines(lines)
        took[name], memory = predict(folder, path)
    say('label_rows_s', (TIMES - 1) * len(texts) / (took['often'] - took['once']))
    say('load_ms', 1e3 * took['first'])
    say('label_mb', memory)


def measure_one(folder, texts):
    """A process that is given a line and answers with one."""
    process = subprocess.Popen(['stdbuf', '-oL', 'fasttext', 'predict', folder + '/fasttext.bin', '-'],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def call(text):
        process.stdin.write(text)
        return process.stdout.readline()

    p50, p99 = latencies(call, texts)
    process.stdin.close()
    process.wait()
    say('p50_us', p50)
    say('p99_us', p99)


def main(folder, *settings):
    train(folder, settings)
    with open(folder + '/test.words', 'rb') as file:
        texts = [line.partition(b'\t')[2] for line in file]
    measure_rows(folder, texts)
    measure_one(folder, texts)


main(*sys.argv[1:])
