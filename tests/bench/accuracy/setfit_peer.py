"""SetFit: fine-tunes a sentence encoder on pairs of the labelled texts, then a logistic regression on its vectors.

setfit_peer.py ENCODER TRAIN TEST PREDICTIONS SEED

TRAIN and TEST have a label, a tab and a text on each line. Writes a label a line to PREDICTIONS and prints the
seconds that training took. Each text is in ITERATIONS pairs of texts with its label and as many of others, as in
SetFit's paper; with many labels that would take hours, so there are MOST_PAIRS at most.
"""
import os
import sys
import tempfile
import time

os.environ.update(HF_HUB_OFFLINE='1', WANDB_DISABLED='true', TOKENIZERS_PARALLELISM='false')

from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments

ITERATIONS = 20
MOST_PAIRS = 6000


def read(path):
    with open(path, encoding='utf-8', newline='\n') as file:
        rows = [line.rstrip('\n').partition('\t') for line in file]
    return [text for _, _, text in rows], [label for label, _, _ in rows]


def main(encoder, train, test, predictions, seed):
    texts, labels = read(train)
    names = sorted(set(labels))
    rows = Dataset.from_dict({'text': texts, 'label': [names.index(label) for label in labels]})
    iterations = max(1, min(ITERATIONS, MOST_PAIRS // (2 * len(texts))))
    begun = time.perf_counter()
    model = SetFitModel.from_pretrained(encoder, device='cpu')
    model.model_body.max_seq_length = 128
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(output_dir=folder, num_iterations=iterations, seed=int(seed), report_to='none',
                                      save_strategy='no', show_progress_bar=False)
        Trainer(model=model, args=arguments, train_dataset=rows).train()
    seconds = time.perf_counter() - begun
    with open(predictions, 'w', encoding='utf-8') as file:
        file.writelines(names[int(label)] + '\n' for label in model.predict(read(test)[0]))
    print(f'{seconds:.3f}')


main(*sys.argv[1:])
