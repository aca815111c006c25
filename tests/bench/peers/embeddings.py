"""An encoder's vectors by the extension and by ONNX Runtime; embeddings.sh calls these steps, each a process.

embeddings.py save FOLDER ENCODER             transformers' model as a graph: FOLDER/encoder.onnx
embeddings.py prepare FOLDER ENCODER SET      texts of a set, and their token numbers
embeddings.py ours FOLDER ENCODER EXTENSION   classify_embeddings() of the texts
embeddings.py onnx FOLDER                     ONNX Runtime's vectors of the token numbers
embeddings.py title, report FOLDER ENCODER NAME   lines of a table
"""
import json
import lzma
import os
import random
import sys

import numpy as np

from figures import RUNS, THREADS, seconds

TOKENS = int(os.environ.get('TOKENS', 30000))  # that are drawn of a set
BATCHES = 32, 64
COLUMNS = 'set', 'texts', 'tokens', 'who', 'rows/s', 'tokens/s', 'GFLOP/s', 'share of the roof', 'differs by'


def write(folder, name, value):
    with open(f'{folder}/{name}.json', 'w', encoding='utf-8') as file:
        json.dump(value, file)


def read(folder, name):
    with open(f'{folder}/{name}.json', encoding='utf-8') as file:
        return json.load(file)


def best(work):
    """Seconds of the fastest run, after one that warms up."""
    work()
    return min(seconds(work) for _ in range(RUNS))


# ---- the graph ---------------------------------------------------------------------------


def pooled(encoder):
    """The mean of the tokens' vectors, of length 1."""
    import torch
    import transformers

    class Pooled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = transformers.AutoModel.from_pretrained(encoder, attn_implementation='eager').float()

        def forward(self, ids, mask):
            hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            own = mask[:, :, None].float()
            return torch.nn.functional.normalize((hidden * own).sum(1) / own.sum(1))

    return Pooled().eval()


def save(folder, encoder):
    import torch
    example = torch.ones(2, 5, dtype=torch.int64)
    axes = {0: 'texts', 1: 'tokens'}
    torch.onnx.export(pooled(encoder), (example, example), folder + '/encoder.onnx', dynamo=False, opset_version=17,
                      input_names=['ids', 'mask'], output_names=['vector'],
                      dynamic_axes={'ids': axes, 'mask': axes, 'vector': {0: 'texts'}})


# ---- texts ---------------------------------------------------------------------------------


def prepare(folder, encoder, path):
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(encoder + '/tokenizer.json')
    tokenizer.no_padding()
    with lzma.open(path, 'rt', encoding='utf-8', newline='\n') as file:
        texts = [line.rstrip('\n').split('\t', 1)[1] for line in file]
    random.Random(1).shuffle(texts)
    ids, tokens = [], 0
    for text in texts:
        if tokens >= TOKENS:
            break
        ids.append(tokenizer.encode(text).ids)
        tokens += len(ids[-1])
    write(folder, 'texts', texts[:len(ids)])
    write(folder, 'ids', ids)


# ---- who is measured -----------------------------------------------------------------------


def ours(folder, encoder, extension):
    import sqlite3
    db = sqlite3.connect(':memory:')
    db.enable_load_extension(True)
    db.load_extension(extension)
    db.execute('CREATE TABLE classify_encoders(name, config, tokenizer, weights)')
    files = [open(f'{encoder}/{name}', 'rb').read() for name in ('config.json', 'tokenizer.json', 'model.safetensors')]
    db.execute("INSERT INTO classify_encoders VALUES ('encoder', ?, ?, ?)", files)
    db.execute('CREATE TABLE texts(id INTEGER PRIMARY KEY, text)')
    db.executemany('INSERT INTO texts VALUES (?, ?)', enumerate(read(folder, 'texts')))
    db.commit()
    ask = "SELECT id, embedding FROM classify_embeddings('SELECT id, text FROM texts', 'encoder', ?) ORDER BY id"
    found = []

    def embed():
        found[:] = db.execute(ask, (json.dumps({'threads': THREADS}),)).fetchall()

    write(folder, 'ours', best(embed))
    np.save(folder + '/ours.npy', np.stack([np.frombuffer(row[1], dtype=np.float32) for row in found]))


def batches(ids, size):
    """The rows of a batch, and what goes into the graph: texts of alike length, padded to the longest."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    for begin in range(0, len(order), size):
        rows = order[begin:begin + size]
        padded = np.zeros((len(rows), max(len(ids[i]) for i in rows)), dtype=np.int64)
        for row, i in zip(padded, rows):
            row[:len(ids[i])] = ids[i]
        lengths = np.array([[len(ids[i])] for i in rows])
        yield rows, {'ids': padded, 'mask': (np.arange(padded.shape[1]) < lengths).astype(np.int64)}


def onnx(folder):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(folder + '/encoder.onnx', options, providers=['CPUExecutionProvider'])
    ids, vectors = read(folder, 'ids'), np.load(folder + '/ours.npy')
    for size in BATCHES:
        parts, found = list(batches(ids, size)), np.empty_like(vectors)

        def embed():
            for rows, inputs in parts:
                found[rows] = session.run(None, inputs)[0]

        write(folder, f'onnx-{size}', [best(embed), float(np.abs(found - vectors).max())])


# ---- the table -----------------------------------------------------------------------------


def line(cells):
    print('|', ' | '.join(cells), '|', flush=True)


def title():
    line(COLUMNS)
    line(['---'] * len(COLUMNS))


def flops_of_a_token(encoder):
    """Of the products with weights: four of attention, two of what follows, a multiplication and an addition each."""
    config = read(encoder, 'config')
    hidden, inner = config['hidden_size'], config['intermediate_size']
    return 2 * (4 * hidden ** 2 + 2 * hidden * inner) * config['num_hidden_layers']


def report(folder, encoder, name):
    texts, tokens = len(read(folder, 'ids')), sum(map(len, read(folder, 'ids')))
    with open(folder + '/roof.tsv', encoding='utf-8') as file:
        roof = float(dict(row.split('\t') for row in file)['encoder_gflops'])
    measured = {'ours': (read(folder, 'ours'), None)}
    measured.update({f'ONNX-{size}': read(folder, f'onnx-{size}') for size in BATCHES})
    for who, (took, difference) in measured.items():
        speed = 1e-9 * flops_of_a_token(encoder) * tokens / took
        line([name, str(texts), str(tokens), who, f'{texts / took:.0f}', f'{tokens / took:.0f}', f'{speed:.0f}',
              f'{speed / roof:.2f}', '-' if difference is None else f'{difference:.0e}'])
    line([name, '', '', 'roof', '', f'{1e9 * roof / flops_of_a_token(encoder):.0f}', f'{roof:.0f}', '1', '-'])


STEPS = {step.__name__: step for step in (save, prepare, ours, onnx, title, report)}
STEPS[sys.argv[1]](*sys.argv[2:])
