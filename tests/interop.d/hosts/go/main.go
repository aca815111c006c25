// mattn/go-sqlite3: a context ends the statement. Build tag libsqlite3 takes the system's SQLite.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/mattn/go-sqlite3"
)

func answer(db *sql.DB, ctx context.Context, query string, values ...any) (text string, err error) {
	err = db.QueryRowContext(ctx, query, values...).Scan(&text)
	return
}

func main() {
	sql.Register("sqlite3_classify", &sqlite3.SQLiteDriver{Extensions: []string{os.Args[1]}})
	db, err := sql.Open("sqlite3_classify", "my.db")
	if err != nil {
		log.Fatal(err)
	}
	ask := func(query string, values ...any) string {
		text, err := answer(db, context.Background(), query, values...)
		if err != nil {
			log.Fatal(err)
		}
		return text
	}
	fmt.Println("SQLite", ask("SELECT sqlite_version()"))
	ask("SELECT classify_train(body, category) FROM tickets WHERE category <> ''")
	fmt.Println("label:", ask("SELECT classify(?)", "the courier lost my parcel"))
	fmt.Println("because of:", ask("SELECT token FROM classify_attention(?) ORDER BY contribution DESC LIMIT 1",
		"the courier lost my parcel"))
	fmt.Println("rows labelled:", ask("SELECT count(label) FROM classify_rows(?)", "SELECT id, body FROM tickets"))
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err = answer(db, ctx, `SELECT classify_train(body, category, 'long', '{"epochs": 10000}') FROM many`)
	if errors.Is(err, context.DeadlineExceeded) {
		fmt.Println("long training: interrupted")
	}
	fmt.Println("models:", ask("SELECT group_concat(name, ', ') FROM classify_models"))
}
