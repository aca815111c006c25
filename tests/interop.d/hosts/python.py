"""Python's sqlite3. Ctrl-C becomes KeyboardInterrupt at once."""
import os
import signal
import sqlite3
import sys
import threading

db = sqlite3.connect("my.db")
db.enable_load_extension(True)
db.load_extension(sys.argv[1])
db.enable_load_extension(False)
db.set_progress_handler(lambda: None, 1000)  # Python looks for Ctrl-C when it runs Python code


def answer(sql, *values):
    return db.execute(sql, values).fetchone()[0]


def stoppable(sql, *values):
    """What the handler raises for Ctrl-C ends in SQLite: it is said once more."""
    try:
        return answer(sql, *values)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise KeyboardInterrupt from None
        raise


print("SQLite", sqlite3.sqlite_version)
answer("SELECT classify_train(body, category) FROM tickets WHERE category <> ''")
print("label:", answer("SELECT classify(?)", "the courier lost my parcel"))
print("because of:", answer("SELECT token FROM classify_attention(?) ORDER BY contribution DESC LIMIT 1",
                            "the courier lost my parcel"))
print("rows labelled:", answer("SELECT count(label) FROM classify_rows(?)", "SELECT id, body FROM tickets"))
try:
    threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGINT]).start()
    stoppable("""SELECT classify_train(body, category, 'long', '{"epochs": 10000}') FROM many""")
except KeyboardInterrupt:
    print("long training: interrupted")
print("models:", answer("SELECT group_concat(name, ', ') FROM classify_models"))
