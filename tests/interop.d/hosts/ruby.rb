# Ruby's sqlite3 waits inside of SQLite with the lock of all threads. The block of trace() is called for each statement,
# also for those by which a training looks for interrupts: there other threads run, and signals such as Ctrl-C are seen.
require "sqlite3"

db = SQLite3::Database.new("my.db")
db.enable_load_extension(true)
db.load_extension(ARGV[0])
db.enable_load_extension(false)

puts "SQLite #{db.get_first_value("SELECT sqlite_version()")}"
db.execute("SELECT classify_train(body, category) FROM tickets WHERE category <> ''")
puts "label: #{db.get_first_value("SELECT classify(?)", "the courier lost my parcel")}"
puts "because of: #{db.get_first_value("SELECT token FROM classify_attention(?) ORDER BY contribution DESC LIMIT 1",
                                       "the courier lost my parcel")}"
puts "rows labelled: #{db.get_first_value("SELECT count(label) FROM classify_rows(?)", "SELECT id, body FROM tickets")}"
db.trace { Thread.pass }
trap("INT") { db.interrupt }
thread = Thread.new { loop { sleep 0.2; Process.kill("INT", Process.pid) } }
begin
  db.execute("SELECT classify_train(body, category, 'long', '{\"epochs\": 10000}') FROM many")
rescue SQLite3::InterruptException
  puts "long training: interrupted"
end
thread.kill
puts "models: #{db.get_first_value("SELECT group_concat(name, ', ') FROM classify_models")}"
