"""What the peers print: lines `measure<TAB>value`, and how these are taken."""
import resource
import time

THREADS = 2
RUNS = 3        # of which the best counts
CALLS = 1000    # texts whose latency is measured
WARM_UP = 50


def seconds(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def latencies(call, texts):
    """The median and the 99th percentile of one text, in microseconds."""
    for text in texts[:WARM_UP]:
        call(text)
    took = sorted(1e6 * seconds(lambda: call(text)) for text in texts[:CALLS])
    return [took[round(share * (len(took) - 1))] for share in (0.5, 0.99)]


def say(measure, value):
    print(measure, value if isinstance(value, str) else f'{value:.9g}', sep='\t', flush=True)


def say_memory(part):
    """The most that this process had, in MB."""
    say(part + '_mb', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
