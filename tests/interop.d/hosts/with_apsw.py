"""Python's driver apsw: a thread interrupts."""
import sys
import threading

import apsw

db = apsw.Connection("my.db")
db.enableloadextension(True)
db.loadextension(sys.argv[1])
db.enableloadextension(False)
ended = threading.Event()


def answer(sql, *values):
    return db.cursor().execute(sql, values).fetchall()[0][0]


def interrupt():
    while not ended.wait(0.2):
        db.interrupt()


print("SQLite", apsw.sqlitelibversion())
answer("SELECT classify_train(body, category) FROM tickets WHERE category <> ''")
print("label:", answer("SELECT classify(?)", "the courier lost my parcel"))
print("because of:", answer("SELECT token FROM classify_attention(?) ORDER BY contribution DESC LIMIT 1",
                            "the courier lost my parcel"))
print("rows labelled:", answer("SELECT count(label) FROM classify_rows(?)", "SELECT id, body FROM tickets"))
threading.Thread(target=interrupt).start()
try:
    answer("""SELECT classify_train(body, category, 'long', '{"epochs": 10000}') FROM many""")
except apsw.InterruptError:
    print("long training: interrupted")
finally:
    ended.set()
print("models:", answer("SELECT group_concat(name, ', ') FROM classify_models"))
