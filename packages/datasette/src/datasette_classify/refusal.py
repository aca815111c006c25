"""What a page says in place of an answer."""


class Refusal(Exception):
    """A sentence for the visitor, with the HTTP status of the answer."""

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
