# Tcl's sqlite3. The script of "progress" is called while SQLite works; 1 interrupts.
package require sqlite3
sqlite3 db my.db
db enable_load_extension 1
set library [lindex $argv 0]
db eval {SELECT load_extension($library)}
db enable_load_extension 0

set text "the courier lost my parcel"
set query "SELECT id, body FROM tickets"
puts "SQLite [db onecolumn {SELECT sqlite_version()}]"
db eval {SELECT classify_train(body, category) FROM tickets WHERE category <> ''}
puts "label: [db onecolumn {SELECT classify($text)}]"
puts "because of: [db onecolumn {SELECT token FROM classify_attention($text) ORDER BY contribution DESC LIMIT 1}]"
puts "rows labelled: [db onecolumn {SELECT count(label) FROM classify_rows($query)}]"
set until [expr {[clock milliseconds] + 200}]
db progress 1000 {expr {[clock milliseconds] > $until}}
catch {db eval {SELECT classify_train(body, category, 'long', '{"epochs": 10000}') FROM many}} message
if {[string match *interrupted* $message]} {puts "long training: interrupted"}
db progress 0 {}
puts "models: [db onecolumn {SELECT group_concat(name, ', ') FROM classify_models}]"
