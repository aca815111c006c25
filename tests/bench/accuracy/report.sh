# report.sh -- what a part has measured so far, as Markdown: reports/PART.sql, or
# reports/compare.sql for a part that has none of its own.

write_report() {
  query=tests/bench/accuracy/reports/$part.sql
  [ -e "$query" ] || query=tests/bench/accuracy/reports/compare.sql
  { shell_settings
    echo "ATTACH $(string "$results") AS results;"
    echo "CREATE TEMP TABLE sets(dataset TEXT, target TEXT);"
    echo ".import --schema temp $(string "$PWD/tests/bench/accuracy/sets.tsv") sets"
    parameters part "$part" build "$checksum"
    cat tests/bench/accuracy/sql/report.sql "$query"; } | run_sql
}

report() {
  write_report > "$scratch/$part.md" || failed=1
  echo
  cat "$scratch/$part.md"
  echo "(also in $scratch/$part.md)"
}
