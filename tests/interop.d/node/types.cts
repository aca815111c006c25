// types.cts -- the same for CommonJS.
import classify = require("sqlite-classify");
import Database = require("better-sqlite3");

classify.load(new Database("my.db")) satisfies void;
classify.getLoadablePath() satisfies string;
