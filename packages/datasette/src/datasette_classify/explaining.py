"""Why a text gets its label: probabilities, and the words with what each contributes."""
import itertools
from dataclasses import dataclass

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
    shown: int            # so many characters of the text have tokens

    def segments(self):
        """What is shown of the text in pieces, (text, Token or None)."""
        at = 0
        for token in self.tokens:
            if token.start > at:
                yield self.text[at:token.start], None
            if token.start >= at:
                yield token.text, token
                at = token.start + len(token.text)
        if at < self.shown:
            yield self.text[at:self.shown], None
        if len(self.text) > max(self.shown, at):
            yield " …", None


def explain(conn, model, text, shown=None):
    """Explains why the text gets its most probable label, with the tokens of its first `shown` characters, else of all.
    A text is a str; other values have no explanation."""
    if not isinstance(text, str):
        return None
    shown = min(shown or len(text), len(text))
    labels = conn.execute("SELECT label, probability, chosen FROM classify_labels(?, ?) ORDER BY rank",
                          [text, model.address]).fetchall()
    confidence, = conn.execute("SELECT classify_confidence(?, ?)", [text, model.address]).fetchone()
    return Explanation([(name, probability) for name, probability, _ in labels],
                       [name for name, _, chosen in labels if chosen], confidence,
                       _tokens(conn, model, text, shown), text, shown)


def _tokens(conn, model, text, shown):
    """A long text has many, and most of the time went into those that are not shown."""
    rows = conn.execute("""
        SELECT start - 1, length, weight, contribution, max(abs(contribution)) OVER () FROM classify_attention(?, ?)
        WHERE start IS NOT NULL ORDER BY position""", [text, model.address])
    return [Token(text[start:start + length], start, weight, contribution, _step(contribution, strongest))
            for start, length, weight, contribution, strongest in itertools.takewhile(lambda row: row[0] < shown, rows)]


def _step(contribution, strongest):
    strength = abs(contribution) / strongest if strongest > 0 else 0
    step = min(STEPS, 1 + int(strength * STEPS)) if strength > UNMARKED else 0
    return step if contribution > 0 else -step
