"""Which address is which page."""
from .pages import card, correct, mistakes, review, rows, train, try_text

HERE = r"^/(?P<database>[^/]+)/-/classify"

ROUTES = [
    (HERE + "$", try_text.show),
    (HERE + "/rows$", rows.show),
    (HERE + "/review$", review.show),
    (HERE + "/mistakes$", mistakes.show),
    (HERE + "/correct$", correct.correct),
    (HERE + "/train$", train.show),
    (HERE + "/train/(?P<job>[^/]+)$", train.follow),
    (HERE + "/card$", card.show),
    (HERE + r"/card\.html$", card.whole),
]
