.load build/classify
-- Label new rows as they come in: a trigger that calls classify().

CREATE TABLE tickets(id INTEGER PRIMARY KEY, body TEXT, category TEXT);

-- What people have sorted so far:
INSERT INTO tickets(body, category) VALUES
  ('I was charged twice for my order this month', 'billing'),
  ('Please send me an invoice with our VAT number', 'billing'),
  ('The invoice shows the wrong amount', 'billing'),
  ('When will I get my refund?', 'billing'),
  ('You took 49 euros from my credit card without asking', 'billing'),
  ('My card was declined but the money is gone from my bank account', 'billing'),
  ('How do I change the credit card I pay with?', 'billing'),
  ('I cancelled last week and still got charged', 'billing'),
  ('Can I pay by bank transfer instead of card?', 'billing'),
  ('The discount code was not taken off the price', 'billing'),
  ('I need a copy of the invoice from March for my tax return', 'billing'),
  ('Refund for the duplicate payment please', 'billing'),
  ('Why is the price higher than the one on your website?', 'billing'),
  ('Our accounting department is waiting for the invoice', 'billing'),
  ('The payment failed three times with my new card', 'billing'),
  ('Charged in dollars although the price was in euros', 'billing'),
  ('The yearly plan was billed although I pay monthly', 'billing'),
  ('I never got my money back for the returned lamp', 'billing'),

  ('My parcel has not arrived yet', 'delivery'),
  ('Tracking says delivered but there is no parcel here', 'delivery'),
  ('The courier left the package in the rain', 'delivery'),
  ('Can you ship to my office address instead?', 'delivery'),
  ('The box was damaged when the courier brought it', 'delivery'),
  ('How long does shipping to Norway take?', 'delivery'),
  ('My order has been stuck in the depot for a week', 'delivery'),
  ('The tracking number does not work', 'delivery'),
  ('I gave the wrong street, can the delivery address be changed?', 'delivery'),
  ('Nobody rang the bell and now the parcel goes back', 'delivery'),
  ('Half of the package is missing', 'delivery'),
  ('When will the rest of the order be shipped?', 'delivery'),
  ('The driver delivered our parcel to a neighbour who is on holiday', 'delivery'),
  ('Express shipping was promised for Tuesday and it is Friday', 'delivery'),
  ('Please hold the delivery until we are home', 'delivery'),
  ('The parcel is at customs, what do they need from me?', 'delivery'),
  ('Which courier brings the package?', 'delivery'),
  ('Shipped on Monday, tracking has not moved since', 'delivery'),

  ('I forgot my password', 'login'),
  ('The password reset mail never arrives', 'login'),
  ('I cannot log in since the update', 'login'),
  ('My account is locked after too many attempts', 'login'),
  ('How do I change the email address of my account?', 'login'),
  ('The login page says that my user name is unknown', 'login'),
  ('Two factor code is not accepted', 'login'),
  ('I lost the phone with the authenticator app and cannot sign in', 'login'),
  ('Please delete my account and all my data', 'login'),
  ('The reset link says it has expired', 'login'),
  ('Signing in with Google opens an empty page', 'login'),
  ('Somebody else logged in to my account', 'login'),
  ('My new password is refused as too short', 'login'),
  ('The app logs me out every few minutes', 'login'),
  ('I have two accounts with different user names, can you merge them?', 'login'),
  ('Unlock my account please, I typed the wrong password', 'login'),
  ('The confirmation code for the login is sent to my old phone', 'login'),
  ('Cannot sign in on the tablet, on the laptop the password works', 'login');

-- Learn from them. The answer is a line of JSON.
SELECT json_extract(classify_train(body, category, 'triage'), '$.rows') AS rows
FROM tickets;

-- From now on a ticket that comes without a category gets one. classify() may be
-- called from triggers; classify_train() may not.
--
-- A trigger is part of the file and runs for whoever opens it. So SQLite lets it
-- call classify() only on connections that trust the file. Some programs do not,
-- such as the sqlite3 shell of Debian 13: they say "unsafe use of classify()".
-- This line, once for each connection, says that you trust it. (A CREATE TEMP
-- TRIGGER needs no trust, but lasts only until the connection is closed.)
PRAGMA trusted_schema = ON;

CREATE TRIGGER triage AFTER INSERT ON tickets WHEN new.category IS NULL BEGIN
  UPDATE tickets SET category = classify(new.body, 'triage') WHERE id = new.id;
END;

INSERT INTO tickets(body) VALUES
  ('The courier has lost my parcel, tracking says delivered'),
  ('my password is not accepted, I cannot sign in'),
  ('The amount on the invoice is wrong'),
  ('I want my money back, the card was charged twice');
INSERT INTO tickets(body, category) VALUES ('Do you have jobs for students?', 'other');

.headers on
SELECT category, body FROM tickets WHERE id > 54 ORDER BY id;
