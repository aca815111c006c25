/* Damaged weights: whatever the bytes of classify_models.weights are, each
** function answers or says why not; none crashes or gives half an answer. The
** file is small, so that every place in it can be tried: with TEST_CASES=all,
** otherwise every third, under sanitizers every seventeenth.
*/
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* ---- the file ------------------------------------------------------------------ */

enum { LENGTH_BYTES = 8 };

typedef struct File {
  uint8_t *bytes;
  size_t size, header_end;
} File;

static void write_length(File *f) {
  uint64_t length = f->header_end - LENGTH_BYTES;
  memcpy(f->bytes, &length, LENGTH_BYTES);
}

static File file_copy(const uint8_t *bytes, size_t size) {
  uint64_t length;
  File f = {.bytes = malloc(size + 1), .size = size};
  assert_non_null(f.bytes);
  memcpy(f.bytes, bytes, size);
  memcpy(&length, bytes, LENGTH_BYTES);
  f.header_end = LENGTH_BYTES + (size_t)length;
  assert_true(f.header_end < size);
  return f;
}

/* Puts text in the place of `length` bytes of the header. */
static File file_edit(const File *f, size_t at, size_t length, const char *text) {
  size_t added = strlen(text);
  File edited = {.bytes = malloc(f->size + added + 1),
                 .size = f->size - length + added,
                 .header_end = f->header_end - length + added};
  assert_non_null(edited.bytes);
  memcpy(edited.bytes, f->bytes, at);
  memcpy(edited.bytes + at, text, added);
  memcpy(edited.bytes + at + added, f->bytes + at + length, f->size - at - length);
  write_length(&edited);
  return edited;
}

static size_t file_find(const File *f, const char *text) {
  size_t length = strlen(text);
  for (size_t i = LENGTH_BYTES; i + length <= f->header_end; i++)
    if (memcmp(f->bytes + i, text, length) == 0) return i;
  fail_msg("the header has no %s", text);
  return 0;
}

static File replace(const File *f, const char *old, const char *new) {
  return file_edit(f, file_find(f, old), strlen(old), new);
}

/* Without an identifier nothing is compared with it, so damage goes further. */
static File without_identifier(const File *f) {
  size_t at = file_find(f, "\"identifier\":\"");
  return file_edit(f, at, strlen("\"identifier\":\"") + 32 + strlen("\","), "");
}

/* ---- what is tried ---------------------------------------------------------------- */

enum { ATTENTION = 2 };
static const char *const QUERIES[] = {
    "SELECT classify('my kitten', 'm'), classify_confidence('my kitten', 'm'), classify_scores('my kitten', 'm')",
    "SELECT label, probability FROM classify_labels('the harbour', 'm')",
    [ATTENTION] = "SELECT token, start, length, weight, contribution, leave_one_out "
                  "FROM classify_attention('Kitten at the sail', 'm')",
    "SELECT label, confidence FROM classify_rows('VALUES (1, ''kitten''), (2, ''''), (3, ''the sail'')', 'm', "
    "'{\"threads\":1}')",
    "SELECT label, token, count, contribution FROM classify_words('m')",
    "SELECT * FROM classify_evaluate('VALUES (''kitten'', ''cat''), (''unheard of'', 5), (''the sail'', 7)', 'm')",
    /* rows that the model has seen, and one that it has not */
    "SELECT label, suggested, probability FROM classify_doubts('VALUES (1, ''kitten'', ''cat''), "
    "(2, ''the sail'', 5), (3, ''unheard of'', 5)', 'm')",
};

static sqlite3 *db;
static sqlite3_stmt *set, *query[COUNT(QUERIES)];
static File whole, bare; /* with an identifier, and without */
static size_t answers, errors;

static File train_file(const char *options) {
  run(db, "DROP TABLE IF EXISTS classify_models; DROP TABLE IF EXISTS classify_versions");
  run(db, "SELECT classify_train(column1, column2, 'm', %Q) FROM (VALUES ('a kitten purrs', 'cat'), "
          "('the sail', 5), ('at the harbour', 5), ('kitten', 'cat'), ('the mast', 2.5), ('mast', 2.5))", options);
  sqlite3_stmt *stmt = prepare(db, "SELECT weights FROM classify_models");
  assert_step(stmt, SQLITE_ROW);
  File f = file_copy(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
  sqlite3_finalize(stmt);
  return f;
}

static int begin_with(const char *options) {
  db = open_database(":memory:");
  whole = train_file(options);
  bare = without_identifier(&whole);
  set = prepare(db, "UPDATE classify_models SET weights = ?1");
  for (size_t i = 0; i < COUNT(QUERIES); i++) query[i] = prepare(db, QUERIES[i]);
  return 0;
}

static int begin_bigru(void **fixture) {
  (void)fixture;
  return begin_with("{\"epochs\":1,\"hidden\":2,\"embedding\":2,\"validation\":0,\"threads\":1,\"compress\":false,"
                    "\"position_bias\":true,\"max_tokens\":3," PLAIN "}");
}

static int begin_none(void **fixture) {
  (void)fixture;
  return begin_with("{\"epochs\":1,\"encoder\":\"none\",\"embedding\":2,\"validation\":0,\"threads\":1," PLAIN "}");
}

/* All that can be had without hashed n-grams, whose tensors are large ... */
static int begin_parts(void **fixture) {
  (void)fixture;
  return begin_with("{\"epochs\":1,\"hidden\":1,\"embedding\":1,\"validation\":0,\"threads\":1,\"subwords\":false}");
}

/* ... and with them. */
static int begin_whole(void **fixture) {
  (void)fixture;
  return begin_with("{\"epochs\":1,\"hidden\":1,\"embedding\":1,\"validation\":0,\"threads\":1}");
}

static int end(void **fixture) {
  (void)fixture;
  sqlite3_finalize(set);
  for (size_t i = 0; i < COUNT(QUERIES); i++) sqlite3_finalize(query[i]);
  free(whole.bytes);
  free(bare.bytes);
  close_database(db);
  return 0;
}

static void put(const uint8_t *bytes, size_t size) {
  sqlite3_bind_blob64(set, 1, bytes, size, SQLITE_STATIC);
  assert_step(set, SQLITE_DONE);
  sqlite3_reset(set);
}

/* Steps to the end. A label is text, a number or NULL (a number that is none);
** an error is a sentence with the function's name.
*/
static bool answer(sqlite3_stmt *stmt, const char *what, size_t place) {
  int rc, rows = 0;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(stmt); i++)
      if (sqlite3_column_type(stmt, i) == SQLITE_BLOB) fail_msg("%s %zu gives a BLOB", what, place);
    rows++;
  }
  const char *message = sqlite3_errmsg(db);
  if (rc != SQLITE_DONE && (rc != SQLITE_ERROR || strncmp(message, "classify", 8) != 0))
    fail_msg("%s %zu gives %s: %s", what, place, sqlite3_errstr(rc), message);
  bool may_be_empty = stmt == query[ATTENTION]; /* a model may read no tokens */
  if (rc == SQLITE_DONE && rows == 0 && !may_be_empty) fail_msg("%s %zu gives no rows", what, place);
  sqlite3_reset(stmt);
  return rc == SQLITE_DONE;
}

/* All of them answer, or none: what is wrong is found when it is loaded. Where
** the first does not, the others are asked now and then.
*/
static bool try(const uint8_t *bytes, size_t size, const char *what, size_t place) {
  put(bytes, size);
  bool answered = answer(query[0], what, place);
  for (size_t i = 1; i < COUNT(QUERIES) && (answered || errors % 16 == 0); i++)
    if (answer(query[i], what, place) != answered) fail_msg("%s %zu: some queries answer", what, place);
  *(answered ? &answers : &errors) += 1;
  return answered;
}

static void report(void) {
  print_message("%zu answers, %zu errors\n", answers, errors);
  answers = errors = 0;
}

static void assert_message(const uint8_t *bytes, size_t size, const char *part) {
  put(bytes, size);
  for (size_t i = 0; i < COUNT(QUERIES); i++) assert_fails(SQLITE_ERROR, part, db, "%s", QUERIES[i]);
}

/* ---- tests --------------------------------------------------------------------------- */

TEST(undamaged_it_answers) {
  assert_true(try(whole.bytes, whole.size, "whole", 0));
  assert_true(try(bare.bytes, bare.size, "without identifier", 0));
  report();
}

/* From one place that is tried to the next. */
static size_t step(void) {
  if (all_cases()) return 1;
  return SANITIZED ? 37 : 7;
}

TEST(cut_at_every_byte) {
  for (size_t size = 0; size < whole.size; size += step())
    assert_false(try(whole.bytes, size, "whole, cut at", size));
  for (size_t size = 0; size < bare.size; size += step())
    assert_false(try(bare.bytes, size, "without identifier, cut at", size));
  report();
}

/* Values that mean something in JSON, numbers that are near and far. */
static void change_byte(File *f, size_t place, const char *what, bool may_answer) {
  static const uint8_t VALUES[] = {0, 0xFF, '"', '\\', '{', '}', '[', ']', ',', ':', ' ', '0', '9', '-'};
  uint8_t was = f->bytes[place];
  size_t values = place < f->header_end ? COUNT(VALUES) : 2;
  for (size_t i = 0; i < values + 3; i++) {
    f->bytes[place] = i < values ? VALUES[i] : (uint8_t)(was ^ (i == values ? 1 : i == values + 1 ? 0x80 : 0x20));
    if (f->bytes[place] == was) continue;
    if (try(f->bytes, f->size, what, place) && !may_answer)
      fail_msg("%s: byte %zu is 0x%02x instead of 0x%02x and it answers", what, place, f->bytes[place], was);
  }
  f->bytes[place] = was;
}

/* Any damage but to the key itself is found by the identifier. */
TEST(each_byte_changed_under_an_identifier) {
  size_t key = file_find(&whole, "\"identifier\":\"");
  for (size_t place = 0; place < whole.size; place += step())
    change_byte(&whole, place, "whole", place >= key && place < key + strlen("\"identifier\":\""));
  report();
}

TEST(each_byte_changed_without_identifier) {
  for (size_t place = 0; place < bare.size; place += step()) change_byte(&bare, place, "without identifier", true);
  report();
}

/* Of a large file: some of the header, all of the last, small tensors. */
TEST(some_bytes_changed_without_identifier) {
  for (size_t place = 0; place < bare.size; place += bare.size - place < 1000 ? 1 : place < bare.header_end ? 5 : 9001)
    change_byte(&bare, place, "without identifier", true);
  report();
}

/* Each number of the header, as other numbers. Padding to a large length is legal
** and slow.
*/
TEST(each_number_changed) {
  size_t padding = file_find(&bare, "\"padded_length\":\"") + strlen("\"padded_length\":\"");
  static const char *const NUMBERS[] = {"", "0", "1", "2", "3", "7", "100", "65536", "70000",
                                        "2147483648", "4294967295",
                                        "4294967296", "4611686018427387904", "9223372036854775808",
                                        "18446744073709551615", "18446744073709551616", "-1", "1e3", "1.5"};
  for (size_t place = LENGTH_BYTES; place < bare.header_end; place++) {
    size_t digits = 0;
    while (bare.bytes[place + digits] >= '0' && bare.bytes[place + digits] <= '9') digits++;
    for (size_t i = place % step(); i < COUNT(NUMBERS) && digits; i += step()) {
      if (place == padding && strlen(NUMBERS[i]) == 5) continue;
      File edited = file_edit(&bare, place, digits, NUMBERS[i]);
      try(edited.bytes, edited.size, NUMBERS[i], place);
      free(edited.bytes);
    }
    place += digits;
  }
  report();
}

/* Each string of the header, as other strings. */
TEST(each_string_changed) {
  static const char *const STRINGS[] = {"", "F32", "F64", "I32", "U8", "U32", "BF16", "embedding", "output.bias",
                                        "labels.ends", "__metadata__", "shape", "tokenize", "\\u0000", "\\ud83d\\ude00",
                                        "\\ud83d", "\\", "\\x", "porter", "none such", "a \\\"b\\\""};
  for (size_t place = LENGTH_BYTES; place < bare.header_end; place++) {
    if (bare.bytes[place] != '"') continue;
    size_t length = 0;
    while (bare.bytes[place + 1 + length] != '"') length++;
    for (size_t i = place % step(); i < COUNT(STRINGS); i += step()) {
      File edited = file_edit(&bare, place + 1, length, STRINGS[i]);
      try(edited.bytes, edited.size, STRINGS[i], place);
      free(edited.bytes);
    }
    place += length + 1;
  }
  report();
}

/* Each tensor of a type that no model has: the message names the tensor and the type. */
TEST(each_type_changed) {
  static const char MEMBER[] = "\":{\"dtype\":\"";
  size_t length = strlen(MEMBER), tensors = 0;
  for (size_t place = LENGTH_BYTES; place + length < bare.header_end; place++) {
    if (memcmp(bare.bytes + place, MEMBER, length) != 0) continue;
    size_t name = place, type = 0;
    char part[100];
    while (bare.bytes[name - 1] != '"') name--;
    while (bare.bytes[place + length + type] != '"') type++;
    snprintf(part, sizeof part, "tensor '%.*s' is F64 [", (int)(place - name), (const char *)bare.bytes + name);
    File f = file_edit(&bare, place + length, type, "F64");
    assert_message(f.bytes, f.size, part);
    free(f.bytes);
    tensors++;
  }
  assert_true(tensors > 10);
}

/* Numbers of the tensors that are none, or without end. */
TEST(numbers_that_are_none) {
  static const float ODD[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e-45f};
  for (size_t i = 0; i < COUNT(ODD); i++) {
    File odd = file_copy(bare.bytes, bare.size);
    size_t end_of_floats = odd.header_end + 4 * ((odd.size - odd.header_end) / 8);
    for (size_t place = odd.header_end; place < end_of_floats; place += 4) {
      memcpy(odd.bytes + place, &ODD[i], sizeof ODD[i]);
      try(odd.bytes, odd.size, "odd floats up to", place);
    }
    free(odd.bytes);
    for (size_t place = bare.header_end; place + 4 <= bare.size; place += 4) {
      odd = file_copy(bare.bytes, bare.size);
      memcpy(odd.bytes + place, &ODD[i], sizeof ODD[i]);
      try(odd.bytes, odd.size, "odd float at", place);
      free(odd.bytes);
    }
  }
  report();
}

/* Bytes drawn at random, several at a time. */
TEST(many_bytes_changed) {
  uint64_t random = 1;
  for (size_t i = 0; i < 3000; i++) {
    File f = file_copy(bare.bytes, bare.size);
    for (size_t changes = 0; changes < 1 + i % 8; changes++) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      f.bytes[LENGTH_BYTES + (random >> 33) % (f.size - LENGTH_BYTES)] = (uint8_t)(random >> 25);
    }
    try(f.bytes, f.size, "at random", i);
    free(f.bytes);
  }
  report();
}

/* ---- sizes that only a forger writes ----------------------------------------------------- */

/* A tensor that the file does not hold must not make the network allocate what
** its shape says: it is refused for what it is, not for want of memory.
*/
TEST(shapes_of_no_bytes) {
  static const struct {
    const char *name, *shape, *forged, *part; /* of the message */
  } TENSORS[] = {
      {"gru.forward.recurrent_kernel", "[2,6]", "[65536,196608]", "tensor 'gru.forward."},
      {"output.bias", "[3]", "[1000000]", "tensor 'output."},
      {"attention.bias", "[3]", "[200000000]", "tensor 'attention."},
  };
  for (size_t i = 0; i < COUNT(TENSORS); i++) {
    char old[200], new[200];
    snprintf(old, sizeof old, "\"%s\":{\"dtype\":\"F32\",\"shape\":%s", TENSORS[i].name, TENSORS[i].shape);
    snprintf(new, sizeof new, "\"%s\":{\"dtype\":\"F64\",\"shape\":%s", TENSORS[i].name, TENSORS[i].forged);
    File f = replace(&bare, old, new);
    assert_message(f.bytes, f.size, TENSORS[i].part);
    free(f.bytes);
  }
}

/* Each text would be padded to the length: no option max_tokens goes so far. */
TEST(padding_without_end) {
  File f = replace(&bare, "\"padded_length\":\"0\"", "\"padded_length\":\"1000001\"");
  assert_message(f.bytes, f.size, "padded_length");
  free(f.bytes);
}

/* A file of ours has all tensors of the linear branch, and none that says less than
** the vocabulary and labels do.
*/
TEST(a_linear_branch_that_does_not_fit) {
  static const struct {
    const char *old, *new, *part; /* of the header; of the message */
  } EDITS[] = {
      {"\"linear.bias\"", "\"linear.bits\"", "tensor 'linear.bits' is not known"},
      {"\"linear.idf\"", "\"linear.odd\"", "tensor 'linear.odd' is not known"},
      {"\"linear.pairs.ends\"", "\"linear.pairs.end\"", "tensor 'linear.pairs.end' is not known"},
      {"\"linear.pairs.words\"", "\"linear.pairs.word\"", "tensor 'linear.pairs.word' is not known"},
      {"\"linear.bias\":{\"dtype\":\"F32\"", "\"linear.bias\":{\"dtype\":\"I32\"", "tensor 'linear.bias'"},
      {"\"linear.bias\":{\"dtype\":\"F32\",\"shape\":[3]", "\"linear.bias\":{\"dtype\":\"F32\",\"shape\":[3,1]",
       "tensor 'linear.bias'"},
      {"\"blend\":{\"dtype\":\"F32\",\"shape\":[2]", "\"blend\":{\"dtype\":\"F32\",\"shape\":[1,2]", "'blend'"},
  };
  for (size_t i = 0; i < COUNT(EDITS); i++) {
    File f = replace(&bare, EDITS[i].old, EDITS[i].new);
    assert_message(f.bytes, f.size, EDITS[i].part);
    free(f.bytes);
  }
}

static size_t tensor_begin(const File *f, const char *name) {
  char *header = calloc(1, f->header_end + 1), *at;
  memcpy(header, f->bytes, f->header_end);
  header[0] = header[1] = header[2] = header[3] = header[4] = header[5] = header[6] = header[7] = ' ';
  at = strstr(header, name);
  assert_non_null(at);
  size_t begin = (size_t)strtoull(strstr(at, "\"data_offsets\":[") + strlen("\"data_offsets\":["), NULL, 10);
  free(header);
  return f->header_end + begin;
}

/* Pairs that end before they begin or after the last one, or are with words that
** there are not.
*/
TEST(pairs_that_are_none) {
  static const uint32_t NUMBERS[] = {0, 1, 2, 5, 6, 100, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
  static const char *const NAMES[] = {"\"linear.pairs.ends\"", "\"linear.pairs.words\""};
  size_t refused = errors;
  for (size_t name = 0; name < COUNT(NAMES); name++) {
    size_t begin = tensor_begin(&bare, NAMES[name]), places = 5;
    for (size_t place = 0; place < places && begin + 4 * place + 4 <= bare.size; place++) {
      for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        File f = file_copy(bare.bytes, bare.size);
        memcpy(f.bytes + begin + 4 * place, &NUMBERS[i], sizeof NUMBERS[i]);
        try(f.bytes, f.size, NAMES[name], place);
        free(f.bytes);
      }
    }
  }
  assert_true(errors - refused > 40);
  report();
}

/* Words of labels that there are not, or of no word, or that contribute no number. */
TEST(keywords_that_are_none) {
  static const uint32_t NUMBERS[] = {0, 1, 2, 5, 100, 0x7FFFFFFF, 0x7FC00000, 0x80000000, 0xFF800000, 0xFFFFFFFF};
  static const struct {
    const char *name;
    size_t width; /* bytes of a number */
    bool any_will_do;
  } TENSORS[] = {{"\"keywords.labels\"", 2, false}, {"\"keywords.words\"", 2, false}, {"\"keywords.counts\"", 2, true},
                 {"\"keywords.contributions\"", 4, false}, {"\"seen\"", 4, true}};
  for (size_t tensor = 0; tensor < COUNT(TENSORS); tensor++) {
    size_t begin = tensor_begin(&bare, TENSORS[tensor].name), refused = errors;
    for (size_t place = 0; place < 5; place++) {
      for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        File f = file_copy(bare.bytes, bare.size);
        memcpy(f.bytes + begin + TENSORS[tensor].width * place, &NUMBERS[i], TENSORS[tensor].width);
        try(f.bytes, f.size, TENSORS[tensor].name, place);
        free(f.bytes);
      }
    }
    assert_int_equal(errors == refused, TENSORS[tensor].any_will_do);
  }
  report();
}

TEST(keywords_that_do_not_fit) {
  static const struct {
    const char *old, *new, *part; /* of the header; of the message */
  } EDITS[] = {
      {"\"keywords.labels\"", "\"keywords.label\"", "tensor 'keywords."},
      {"\"keywords.words\"", "\"keywords.word\"", "tensor 'keywords."},
      {"\"keywords.counts\"", "\"keywords.count\"", "tensor 'keywords."},
      {"\"keywords.contributions\"", "\"keywords.contribution\"", "tensor 'keywords."},
      {"\"keywords.counts\":{\"dtype\":\"U16\"", "\"keywords.counts\":{\"dtype\":\"F16\"", "tensor 'keywords."},
      {"\"seen\":{\"dtype\":\"U32\"", "\"seen\":{\"dtype\":\"I32\"", "tensor 'seen'"},
      {"\"seen\":{\"dtype\":\"U32\",\"shape\":[6]", "\"seen\":{\"dtype\":\"U32\",\"shape\":[6,1]", "tensor 'seen'"},
  };
  for (size_t i = 0; i < COUNT(EDITS); i++) {
    File f = replace(&bare, EDITS[i].old, EDITS[i].new);
    assert_message(f.bytes, f.size, EDITS[i].part);
    free(f.bytes);
  }
}

/* ---- weights that are no BLOB ---------------------------------------------------------------- */

TEST(values_of_other_types) {
  static const char *const VALUES[] = {"''", "'text'", "5", "2.5", "zeroblob(0)", "zeroblob(7)", "zeroblob(8)",
                                       "zeroblob(100000)", "x'ffffffffffffff7f7b7d'"};
  for (size_t i = 0; i < COUNT(VALUES); i++) {
    put(whole.bytes, whole.size);
    run(db, "UPDATE classify_models SET weights = %s", VALUES[i]);
    for (size_t q = 0; q < COUNT(QUERIES); q++) assert_fails(SQLITE_ERROR, "m@1", db, "%s", QUERIES[q]);
  }
}

/* ---- what is stored beside them ------------------------------------------------------------- */

#define CONFUSION(json) "{\"validation\":{\"confusion\":" json "}}"

/* What the rows that were held out say, as somebody else has written it down. */
TEST(metrics_that_are_none) {
  static const char *const METRICS[] = {
      "", "5", "null", "{", "[]", "{\"validation\":", "{\"validation\":null}", "{\"validation\":7}",
      "{\"validation\":{}}", CONFUSION("null"), CONFUSION("5"), CONFUSION("\"x\""), CONFUSION("[]"), CONFUSION("[5]"),
      CONFUSION("[\"x\"]"), CONFUSION("[[]]"), CONFUSION("[[null,5,1]]"), CONFUSION("[[5,[1],1]]"),
      CONFUSION("[[5,{\"a\":1},1]]"), CONFUSION("[[\"cat\",5,-1]]"), CONFUSION("[[\"cat\",5,\"x\"]]"),
      CONFUSION("[[\"cat\",5,1e300]]"), CONFUSION("{\"a\":[1,2,3]}"),
      CONFUSION("[[\"cat\",5,9223372036854775807],[5,5,9223372036854775807],[5,9,3]]"),
      "{\"validation\":{\"confusion\":[[5,5,1]],\"log_loss\":\"x\",\"calibration_error\":[1]}}",
  };
  static const char *const LABELS[] = {NULL, "", "5", "{", "[]", "[null]", "[[1]]", "[1e999,\"\"]", "{\"a\":\"b\"}"};
  sqlite3_stmt *stored[] = {prepare(db, "SELECT * FROM classify_evaluate(NULL, 'm')"),
                            prepare(db, "SELECT * FROM classify_report(NULL, 'm')"),
                            prepare(db, "SELECT * FROM classify_confusion(NULL, 'm')")};
  run(db, "CREATE TEMP TABLE kept AS SELECT labels, metrics FROM classify_models");
  for (size_t i = 0; i < COUNT(METRICS) * COUNT(LABELS); i++) {
    const char *metrics = METRICS[i / COUNT(LABELS)], *labels = LABELS[i % COUNT(LABELS)];
    run(db, "UPDATE classify_models SET metrics = %Q", metrics);
    if (labels) run(db, "UPDATE classify_models SET labels = %Q", labels);
    for (size_t q = 0; q < COUNT(stored); q++) {
      int rc;
      while ((rc = sqlite3_step(stored[q])) == SQLITE_ROW) continue;
      if (rc != SQLITE_DONE && (rc != SQLITE_ERROR || strncmp(sqlite3_errmsg(db), "classify_", 9) != 0))
        fail_msg("metrics %s, labels %s: %s: %s", metrics, labels ? labels : "as they were", sqlite3_errstr(rc),
                 sqlite3_errmsg(db));
      *(rc == SQLITE_DONE ? &answers : &errors) += 1;
      sqlite3_reset(stored[q]);
    }
    run(db, "UPDATE classify_models SET (labels, metrics) = (SELECT * FROM kept)");
  }
  for (size_t q = 0; q < COUNT(stored); q++) sqlite3_finalize(stored[q]);
  report();
}

#define ON(begin, test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      ON(begin_bigru, undamaged_it_answers),
      ON(begin_bigru, cut_at_every_byte),
      ON(begin_bigru, each_byte_changed_under_an_identifier),
      ON(begin_bigru, each_byte_changed_without_identifier),
      ON(begin_none, each_byte_changed_without_identifier),
      ON(begin_bigru, each_number_changed),
      ON(begin_bigru, each_string_changed),
      ON(begin_bigru, each_type_changed),
      ON(begin_bigru, numbers_that_are_none),
      ON(begin_bigru, many_bytes_changed),
      ON(begin_bigru, shapes_of_no_bytes),
      ON(begin_bigru, padding_without_end),
      ON(begin_bigru, values_of_other_types),
      ON(begin_bigru, keywords_that_are_none),
      ON(begin_bigru, keywords_that_do_not_fit),
      ON(begin_bigru, metrics_that_are_none),
      ON(begin_parts, undamaged_it_answers),
      ON(begin_parts, cut_at_every_byte),
      ON(begin_parts, each_byte_changed_under_an_identifier),
      ON(begin_parts, each_byte_changed_without_identifier),
      ON(begin_parts, each_number_changed),
      ON(begin_parts, each_string_changed),
      ON(begin_parts, each_type_changed),
      ON(begin_parts, numbers_that_are_none),
      ON(begin_parts, many_bytes_changed),
      ON(begin_parts, a_linear_branch_that_does_not_fit),
      ON(begin_parts, pairs_that_are_none),
      ON(begin_whole, undamaged_it_answers),
      ON(begin_whole, some_bytes_changed_without_identifier),
      ON(begin_whole, each_number_changed),
  };
  /* what asks for more than there is should fail, not bring the machine down */
  struct rlimit memory = {(rlim_t)4 << 30, (rlim_t)4 << 30};
  if (!SANITIZED && SIZE_MAX > UINT32_MAX) setrlimit(RLIMIT_AS, &memory); /* 32 bits reach no further */
  return cmocka_run_group_tests(tests, NULL, remove_files);
}
