"""Rows whose tokens are the same for everyone: a label, a tab, words and spaces.

words.py FOLDER PART TOKENS

Draws rows of FOLDER/PART.tsv (`label<TAB>text`) until they hold TOKENS tokens,
writes these to FOLDER/PART.words and prints how many they are. A token is a word or a single other
character; characters on whose kind tools may differ are left out, and of each
text all but its first 256 tokens. What splits at spaces, and what splits as the
extension does, then sees the same tokens.
"""
import random
import re
import sys
import unicodedata

TOKEN = re.compile(r'[a-z0-9à-öø-ÿ가-힣]+|[一-鿿]|[!-/:-@\[-`{-~]')
MOST = 256


def tokens_of(text):
    return TOKEN.findall(unicodedata.normalize('NFKC', text).casefold())[:MOST]


def main(folder, part, most):
    with open(f'{folder}/{part}.tsv', encoding='utf-8', errors='replace', newline='\n') as file:
        lines = [line.rstrip('\n').partition('\t') for line in file]
    random.Random(1).shuffle(lines)
    rows = tokens = 0
    with open(f'{folder}/{part}.words', 'w', encoding='utf-8') as file:
        for label, _, text in lines:
            words = tokens_of(text)
            if not words:
                continue
            file.write('__label__' + label.replace(' ', '_') + '\t' + ' '.join(words) + '\n')
            rows += 1
            tokens += len(words)
            if tokens >= int(most):
                break
    print(f'{part}_rows\t{rows}\n{part}_tokens\t{tokens}')


main(*sys.argv[1:])
