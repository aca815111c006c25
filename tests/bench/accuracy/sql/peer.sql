-- What a peer made of the test rows, in the place of learn.sql and label.sql.

INSERT INTO lesson(seconds) VALUES (:seconds);
CREATE TABLE predictions(actual, predicted);
.import predictions predictions
INSERT INTO outcome(actual, predicted) SELECT actual, predicted FROM predictions;
