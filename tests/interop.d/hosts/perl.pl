# Perl's DBD::SQLite. Perl handles a signal, such as Ctrl-C, when it runs Perl code: that of the progress handler.
use strict;
use warnings;
use DBI;

my $db = DBI->connect("dbi:SQLite:dbname=my.db", "", "", { RaiseError => 1, PrintError => 0 });
$db->sqlite_enable_load_extension(1);
$db->sqlite_load_extension($ARGV[0]);
$db->sqlite_enable_load_extension(0);

sub answer {
    my ($sql, @values) = @_;
    return ($db->selectrow_array($sql, undef, @values))[0];
}

print "SQLite ", answer("SELECT sqlite_version()"), "\n";
answer("SELECT classify_train(body, category) FROM tickets WHERE category <> ''");
print "label: ", answer("SELECT classify(?)", "the courier lost my parcel"), "\n";
print "because of: ", answer("SELECT token FROM classify_attention(?) ORDER BY contribution DESC LIMIT 1",
    "the courier lost my parcel"), "\n";
print "rows labelled: ", answer("SELECT count(label) FROM classify_rows(?)", "SELECT id, body FROM tickets"), "\n";
my $stop = 0;
$db->sqlite_progress_handler(1000, sub { return $stop });
$SIG{ALRM} = sub { $stop = 1 };
alarm 1;
eval { answer("SELECT classify_train(body, category, 'long', '{\"epochs\": 10000}') FROM many") };
print "long training: interrupted\n" if $@ =~ /interrupted/;
$db->sqlite_progress_handler(0, undef);
print "models: ", answer("SELECT group_concat(name, ', ') FROM classify_models"), "\n";
