-- Puts the encoder of the folder :encoder into the database, and the texts of the table others, without their
-- labels, beside the rows of train.

DROP TABLE IF EXISTS classify_encoders;
CREATE TABLE classify_encoders AS
SELECT 'encoder' AS name, readfile(:encoder || '/config.json') AS config,
       readfile(:encoder || '/tokenizer.json') AS tokenizer, readfile(:encoder || '/model.safetensors') AS weights;

DELETE FROM train WHERE label IS NULL;
INSERT INTO train(label, text) SELECT NULL, text FROM others;
