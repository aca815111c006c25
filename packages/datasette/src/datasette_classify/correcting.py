"""Writes a label into a row, through Datasette's write queue."""
from .refusal import Refusal
from .tables import quote


async def write_label(db, place, key, old, new):
    """Only if the row still has the label `old`, so that nobody's work is lost. Raises Refusal."""
    where = " AND ".join(f"{column} = ?" for column in place.table.key)
    label = quote(place.label)

    def update(conn):
        with conn:
            return conn.execute(f"UPDATE {place.table.source} SET {label} = ? WHERE {where} AND {label} IS ?",
                                [new, *key, old]).rowcount

    if await db.execute_write_fn(update) != 1:
        raise Refusal(409, "This row was changed or deleted meanwhile, so nothing was written. Look at it again.")
