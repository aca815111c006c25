"""On PYTHONPATH of an executor: its sqlite3 cannot load extensions, as in a Python that was built without. The real
Connection cannot be changed."""
import sqlite3


class Connection:
    def cursor(self):
        raise NotImplementedError


sqlite3.Connection = sqlite3.dbapi2.Connection = Connection
