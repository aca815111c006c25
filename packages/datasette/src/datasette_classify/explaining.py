"""Why a text gets its label: probabilities, and the words with what each contributes."""
import itertools
from dataclasses import dataclass
from typing import Optional

STEPS = 4          # shades of a mark
UNMARKED = 0.05    # of the strongest contribution; less is not marked
SHOWN = 600        # characters of a row's text; the row itself has all of it


@dataclass(frozen=True)
class Token:
    text: str             # as it is written
    start: int            # in characters, from 0
    weight: float
    contribution: float
    step: int             # from -STEPS, against the label, to STEPS, for it


@dataclass(frozen=True)
class Explanation:
    labels: list          # (label, probability), the most probable first
    given: list           # the labels that the text gets: one, or of a multi-label model any number
    confidence: float
    tokens: list          # with what they contribute to the most probable label
    text: str

    def segments(self, shown: Optional[int] = None):
        """The text in pieces, (text, Token or None), up to `shown` characters."""
        end, at = shown or len(self.text), 0
        for token in self.tokens:
            if token.start >= end:
                break
            if token.start > at:
                yield self.text[at:token.start], None
            if token.start >= at:
                yield token.text, token
                at = token.start + len(token.text)
        if at < end:
            yield self.text[at:end], None
        if len(self.text) > max(end, at):
            yield " …", None


def explain(conn, model, text):
    """Explains why the text gets its most probable label. A text is a str; other values have no explanation."""
    if not isinstance(text, str):
        return None
    labels = conn.execute("SELECT label, probability, chosen FROM classify_labels(?, ?) ORDER BY rank",
                          [text, model.address]).fetchall()
    confidence, = conn.execute("SELECT classify_confidence(?, ?)", [text, model.address]).fetchone()
    return Explanation([(name, probability) for name, probability, _ in labels],
                       [name for name, _, chosen in labels if chosen], confidence, _tokens(conn, model, text), text)


def _tokens(conn, model, text):
    rows = conn.execute("SELECT start, length, weight, contribution FROM classify_attention(?, ?)"
                        "WHERE start IS NOT NULL ORDER BY position", [text, model.address]).fetchall()
    strongest = max(itertools.chain([0.0], (abs(contribution) for *_, contribution in rows)))
    return [Token(text[start - 1:start - 1 + length], start - 1, weight, contribution, _step(contribution, strongest))
            for start, length, weight, contribution in rows]


def _step(contribution, strongest):
    strength = abs(contribution) / strongest if strongest > 0 else 0
    step = min(STEPS, 1 + int(strength * STEPS)) if strength > UNMARKED else 0
    return step if contribution > 0 else -step
