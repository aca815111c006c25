"""The plain network as a graph of ONNX, run by ONNX Runtime.

onnx_peer.py FOLDER save    weights of ours, as a graph
onnx_peer.py FOLDER label   labels FOLDER/test.words with it

Prints lines `measure<TAB>value`.
"""
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from figures import RUNS, THREADS, latencies, say, say_memory, seconds
from plain import Plain, batches, padded

TRIED = (8, 32, 128)  # sizes of a batch


def gru_weights(plain):
    """Ours are [in][gates out], Keras's form; ONNX has [out gates][in]."""
    directions = ('gru.forward.', 'gru.backward.')
    return {'W': np.stack([plain[d + 'kernel'].T for d in directions]),
            'R': np.stack([plain[d + 'recurrent_kernel'].T for d in directions]),
            'B': np.stack([plain[d + 'bias'].reshape(-1) for d in directions])}


def graph(plain):
    from onnx import TensorProto, helper, numpy_helper
    hidden = plain['gru.forward.recurrent_kernel'].shape[0]
    constants = {**gru_weights(plain), 'embedding': plain['embedding'],
                 'attention': plain['attention.kernel'][:, None],
                 'kernel': plain['output.kernel'], 'bias': plain['output.bias'],
                 'zero': np.int64(0), 'one': np.int64(1), 'axis1': np.array([1]), 'axis2': np.array([2]),
                 'never': np.float32(-1e9), 'states_shape': np.array([0, 0, 2 * hidden])}
    node = helper.make_node
    nodes = [
        node('Gather', ['embedding', 'ids'], ['x']),                           # [T][B][E]
        node('GRU', ['x', 'W', 'R', 'B', 'lengths'], ['h'], hidden_size=hidden,
             direction='bidirectional', linear_before_reset=1),                # [T][2][B][H]
        node('Transpose', ['h'], ['pairs'], perm=[2, 0, 1, 3]),
        node('Reshape', ['pairs', 'states_shape'], ['states']),                # [B][T][2H]
        node('MatMul', ['states', 'attention'], ['scores']),                   # [B][T][1]
        node('Shape', ['ids'], ['steps'], start=0, end=1),
        node('Squeeze', ['steps'], ['T']),
        node('Range', ['zero', 'T', 'one'], ['places']),
        node('Cast', ['lengths'], ['ends'], to=TensorProto.INT64),
        node('Unsqueeze', ['ends', 'axis1'], ['column']),
        node('Less', ['places', 'column'], ['own']),                           # [B][T]
        node('Unsqueeze', ['own', 'axis2'], ['mask']),
        node('Where', ['mask', 'scores', 'never'], ['masked']),
        node('Softmax', ['masked'], ['weights'], axis=1),
        node('Transpose', ['weights'], ['row'], perm=[0, 2, 1]),
        node('MatMul', ['row', 'states'], ['sums']),                           # [B][1][2H]
        node('Squeeze', ['sums', 'axis1'], ['context']),
        node('Gemm', ['context', 'kernel', 'bias'], ['logits']),
        node('Softmax', ['logits'], ['p'], axis=1),
    ]
    inputs = [helper.make_tensor_value_info('ids', TensorProto.INT32, ['T', 'B']),
              helper.make_tensor_value_info('lengths', TensorProto.INT32, ['B'])]
    outputs = [helper.make_tensor_value_info('p', TensorProto.FLOAT, ['B', len(plain.labels)])]
    weights = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    return helper.make_model(helper.make_graph(nodes, 'plain', inputs, outputs, weights),
                             opset_imports=[helper.make_opsetid('', 17)], ir_version=8)


def save(plain, folder):
    import onnx
    model = graph(plain)
    onnx.checker.check_model(model)
    onnx.save(model, folder + '/plain.onnx')


def session(folder, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(folder + '/plain.onnx', options, providers=['CPUExecutionProvider'])


def feed(ids):
    return {'ids': np.ascontiguousarray(ids.T), 'lengths': np.count_nonzero(ids, axis=1).astype(np.int32)}


def measure_rows(plain, texts, folder):
    """One caller whose session has two threads, or two callers whose session has one."""
    found, best = np.empty((len(texts), len(plain.labels))), (0, 0, 0)
    for callers in range(1, 1 + THREADS):
        run = session(folder, THREADS // callers).run
        pool = ThreadPoolExecutor(callers)
        for size in TRIED:
            parts = [(rows, feed(ids)) for rows, ids in batches(texts, size)]

            def label_part(part):
                rows, inputs = part
                found[rows] = run(None, inputs)[0]

            took = min(seconds(lambda: list(pool.map(label_part, parts))) for _ in range(RUNS))
            best = max(best, (len(texts) / took, callers, size))
    say('label_rows_s', best[0])
    say('label_note', f'batches of {best[2]}, callers {best[1]}')
    say('difference', plain.difference(found, folder + '/plain.tsv'))


def measure_one(folder, texts):
    """With one thread or two, whichever is faster."""
    found = []
    for threads in range(1, 1 + THREADS):
        run = session(folder, threads).run
        found.append((*latencies(lambda text: run(None, feed(padded([text]))), texts), threads))
    p50, p99, threads = min(found)
    say('p50_us', p50)
    say('p99_us', p99)
    say('one_note', f'one text: intra_op {threads}')


def label(plain, folder):
    import onnxruntime  # before what is timed
    texts, _ = plain.rows(folder + '/test.words')
    sessions = []

    def load():
        sessions.append(session(folder, THREADS))
        sessions[0].run(None, feed(padded(texts[:1])))

    say('load_ms', 1e3 * seconds(load))
    sessions.clear()  # the threads of one would spin beside those of the next
    measure_rows(plain, texts, folder)
    measure_one(folder, texts)
    say_memory('label')


def main(folder, part):
    {'save': save, 'label': label}[part](Plain(folder + '/plain.safetensors'), folder)


main(*sys.argv[1:])
