.load build/classify
-- Few labels: texts that nobody has labelled help a model to learn from those few.

CREATE TABLE ads(id INTEGER PRIMARY KEY, ad TEXT, section TEXT);

-- Small ads. Nine have been sorted ...
INSERT INTO ads(ad, section) VALUES
  ('Flat to let, two rooms and a balcony', 'housing'),
  ('Room in a shared flat, rent 300', 'housing'),
  ('House with garden to rent', 'housing'),
  ('Car for sale, new tyres, 90000 km', 'vehicles'),
  ('Old car, diesel, needs repair', 'vehicles'),
  ('Motorcycle for sale, 20000 km', 'vehicles'),
  ('Puppies looking for a home', 'pets'),
  ('Kitten to give away, four weeks old', 'pets'),
  ('Dog, three years old, likes children', 'pets');

-- ... and these have not:
INSERT INTO ads(ad) VALUES
  ('Bright flat, third floor, balcony, kitchen included'),
  ('Three rooms, kitchen, bath, third floor without lift'),
  ('Attic room, bath shared, rent includes heating'),
  ('Heating and water included, two rooms near the station'),
  ('Garden flat, kitchen, bath, cellar'),
  ('Cellar and balcony, flat from May'),
  ('House with cellar and lift, rent on request'),
  ('Furnished flat, heating included, deposit two months'),
  ('Deposit and heating included, furnished room'),
  ('Landlord offers furnished rooms, deposit 500'),
  ('Balcony, lift, cellar, rent 700'),
  ('Nice landlord, garden, bath, rent 450'),
  ('Car, petrol, 120000 km, brakes new'),
  ('Diesel van, engine replaced, 150000 km'),
  ('Motorcycle, engine runs well, brakes new'),
  ('Van for sale, petrol, winter tyres'),
  ('Winter tyres, used one season, for a van'),
  ('Scooter for sale, engine runs, little rust'),
  ('Car with rust, engine runs, for hobby mechanics'),
  ('Gearbox and brakes for an old diesel'),
  ('Petrol scooter, 5000 km, gearbox needs repair'),
  ('Estate car, tow bar, diesel, first owner'),
  ('Tow bar and winter tyres, first owner van'),
  ('Van with tow bar, some rust, 200000 km'),
  ('Kitten, black and white, vaccinated'),
  ('Two cats, vaccinated, used to children'),
  ('Puppies, vaccinated and chipped, mother can be seen'),
  ('Cat, chipped, shy, looking for a quiet home'),
  ('Young dog, chipped, likes to play'),
  ('Rabbits to give away, with cage'),
  ('Rabbit, tame, likes children, with cage'),
  ('Budgies with cage, tame'),
  ('Tame budgie looking for a home'),
  ('Kennel has puppies, eight weeks old'),
  ('Cats and kittens, four weeks old, tame'),
  ('Dog from a kennel, vaccinated, likes cats');

-- All rows with a section are trained on, and the texts without one are a query
-- among the options. Labels for them are guessed.
SELECT json_extract(classify_train(ad, section, 'ads', '{"unlabelled": "SELECT ad FROM ads WHERE section IS NULL"}'),
                    '$.rows') AS labelled
FROM ads WHERE section IS NOT NULL;

-- None of these shares a telling word with the nine.
CREATE TEMP TABLE today(ad TEXT);
INSERT INTO today VALUES
  ('Heating included, cellar, deposit'),
  ('Furnished, third floor, lift'),
  ('Gearbox, some rust, first owner'),
  ('Petrol engine, tow bar'),
  ('Vaccinated and chipped'),
  ('Tame budgie and cage');

.headers on
SELECT classify(ad, 'ads') AS section, ad FROM today ORDER BY rowid;
