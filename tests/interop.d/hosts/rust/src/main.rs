//! rusqlite with the system's SQLite: a thread interrupts.
use rusqlite::{Connection, Error, ErrorCode, Params, Result};
use std::thread;
use std::time::Duration;

fn answer(db: &Connection, sql: &str, values: impl Params) -> Result<String> {
    db.query_row(sql, values, |row| row.get(0))
}

fn load(db: &Connection, library: &str) -> Result<()> {
    unsafe {
        db.load_extension_enable()?;
        db.load_extension(library, None::<&str>)?;
    }
    db.load_extension_disable()
}

fn train_long(db: &Connection) -> Result<String> {
    let handle = db.get_interrupt_handle();
    thread::spawn(move || loop {
        thread::sleep(Duration::from_millis(200));
        handle.interrupt();
    });
    answer(db, r#"SELECT classify_train(body, category, 'long', '{"epochs": 10000}') FROM many"#, [])
}

fn main() -> Result<()> {
    let library = std::env::args().nth(1).expect("the path of the library");
    let text = "the courier lost my parcel";
    let db = Connection::open("my.db")?;
    load(&db, &library)?;
    println!("SQLite {}", rusqlite::version());
    answer(&db, "SELECT classify_train(body, category) FROM tickets WHERE category <> ''", [])?;
    println!("label: {}", answer(&db, "SELECT classify(?)", [text])?);
    let why = "SELECT token FROM classify_attention(?) ORDER BY contribution DESC LIMIT 1";
    println!("because of: {}", answer(&db, why, [text])?);
    let rows = "SELECT CAST(count(label) AS TEXT) FROM classify_rows(?)";
    println!("rows labelled: {}", answer(&db, rows, ["SELECT id, body FROM tickets"])?);
    match train_long(&db) {
        Err(Error::SqliteFailure(error, _)) if error.code == ErrorCode::OperationInterrupted => {
            println!("long training: interrupted")
        }
        other => println!("long training: {other:?}"),
    }
    let db = Connection::open("my.db")?; // the thread goes on interrupting the other one
    println!("models: {}", answer(&db, "SELECT group_concat(name, ', ') FROM classify_models", [])?);
    Ok(())
}
