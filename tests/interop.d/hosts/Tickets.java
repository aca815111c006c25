import java.sql.*;
import java.util.Properties;

/** sqlite-jdbc: a thread cancels the statement. setQueryTimeout() sets how long to wait for locks, and ends nothing. */
class Tickets {
  static Connection db;

  static String answer(String sql, String... values) throws SQLException {
    try (PreparedStatement statement = db.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) statement.setString(i + 1, values[i]);
      return statement.executeQuery().getString(1);
    }
  }

  static void cancelEvery200ms(Statement statement) {
    try {
      while (true) {
        Thread.sleep(200);
        statement.cancel();
      }
    } catch (InterruptedException | SQLException ended) {
      return;
    }
  }

  static void trainLong() throws SQLException {
    try (Statement statement = db.createStatement()) {
      Thread thread = new Thread(() -> cancelEvery200ms(statement));
      thread.setDaemon(true);
      thread.start();
      try {
        statement.executeQuery("SELECT classify_train(body, category, 'long', '{\"epochs\": 10000}') FROM many");
      } catch (SQLException error) {
        if (error.getMessage().contains("interrupted")) System.out.println("long training: interrupted");
      } finally {
        thread.interrupt();
      }
    }
  }

  public static void main(String[] arguments) throws SQLException {
    Properties options = new Properties();
    options.setProperty("enable_load_extension", "true");
    db = DriverManager.getConnection("jdbc:sqlite:my.db", options);
    answer("SELECT load_extension(?)", arguments[0]);
    System.out.println("SQLite " + answer("SELECT sqlite_version()"));
    answer("SELECT classify_train(body, category) FROM tickets WHERE category <> ''");
    System.out.println("label: " + answer("SELECT classify(?)", "the courier lost my parcel"));
    System.out.println("because of: " + answer("SELECT token FROM classify_attention(?) ORDER BY contribution DESC "
        + "LIMIT 1", "the courier lost my parcel"));
    System.out.println("rows labelled: " + answer("SELECT count(label) FROM classify_rows(?)",
        "SELECT id, body FROM tickets"));
    trainLong();
    System.out.println("models: " + answer("SELECT group_concat(name, ', ') FROM classify_models"));
  }
}
