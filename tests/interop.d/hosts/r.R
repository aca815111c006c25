# R's RSQLite. It notices Ctrl-C when a statement is over. A file ends the training, which another process could make;
# here a row for each epoch comes in between.
library(RSQLite)
db <- dbConnect(SQLite(), "my.db", loadable.extensions = TRUE)
answer <- function(sql, ...) dbGetQuery(db, sql, params = if (...length()) list(...))[1, 1]

say <- function(...) cat(..., "\n", sep = "")

loaded <- answer("SELECT load_extension(?)", commandArgs(TRUE)[1])
say("SQLite ", answer("SELECT sqlite_version()"))
trained <- answer("SELECT classify_train(body, category) FROM tickets WHERE category <> ''")
say("label: ", answer("SELECT classify(?)", "the courier lost my parcel"))
say("because of: ", answer("SELECT token FROM classify_attention(?) ORDER BY contribution DESC LIMIT 1",
                           "the courier lost my parcel"))
say("rows labelled: ", answer("SELECT count(label) FROM classify_rows(?)", "SELECT id, body FROM tickets"))
epochs <- dbSendQuery(db, paste("SELECT epoch FROM classify_train('SELECT body, category FROM many', 'long',",
                                "'{\"epochs\": 10000, \"stop_file\": \"stop\"}')"))
while (!dbHasCompleted(epochs)) {
  row <- dbFetch(epochs, n = 1)
  created <- file.create("stop")
}
if (dbGetRowCount(epochs) < 10000) say("long training: stopped")
dbClearResult(epochs)
say("models: ", answer("SELECT group_concat(name, ', ') FROM (SELECT name FROM classify_models ORDER BY name)"))
