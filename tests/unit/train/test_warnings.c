/* Rows that are probably a mistake, and the sentence about each. */
#include "train/warnings.h"

#include "unit/support.h"

#include <stdio.h>
#include <string.h>

static Corpus corpus;
static size_t label_rows[64];

static void add(const char *text, Label label, RowUse use) {
  if (!corpus.cut_after) corpus.cut_after = 1000;
  assert_ok(corpus_add(&corpus, &tokenizer_unicode, text, strlen(text), &label, use, &error));
  uint32_t target = corpus.target[corpus.rows - 1];
  if (target < corpus.labels.keys.count) label_rows[target]++;
}

/* A row of words that no other row has. */
static void add_row_of(Label label, RowUse use) {
  char text[32];
  snprintf(text, sizeof text, "row %zu", corpus.rows);
  add(text, label, use);
}

/* All warnings of the rows so far, which are then forgotten. */
static void assert_warnings(const char *expected) {
  Strings warnings = {0};
  char found[2048] = "";
  size_t used = 0, length;
  assert_ok(warnings_find(&corpus, label_rows, &warnings, &error));
  assert_ok(warnings_find_of_leaks(&corpus, &warnings, &error));
  for (uint32_t i = 0; i < warnings.count; i++) {
    const char *sentence = strings_get(&warnings, i, &length);
    used += (size_t)snprintf(found + used, sizeof found - used, "%.*s\n", (int)length, sentence);
  }
  assert_string_equal(found, expected);
  strings_free(&warnings);
  corpus_free(&corpus);
  memset(label_rows, 0, sizeof label_rows);
}

static void assert_labels(const char *a, const char *b, const char *expected) {
  for (int i = 0; i < 4; i++) add_row_of(text_label(i % 2 ? a : b), ROW_TRAINS);
  assert_warnings(expected);
}

TEST(labels_that_are_probably_one) {
  assert_labels("tech ", "tech", "labels 'tech' and 'tech ' differ only in spaces\n");
  assert_labels("te\xE2\x80\x8B" "ch", "tech", "labels 'tech' and 'te\xE2\x80\x8B" "ch' differ only in spaces\n");
  assert_labels("\xEF\xAC\x81x", "fix", "labels 'fix' and '\xEF\xAC\x81x' differ only in Unicode form\n");
  assert_labels("a  b", "a b", "labels 'a b' and 'a  b' differ only in spaces\n");
  assert_labels("Tech", "tech", "labels 'tech' and 'Tech' differ only in case\n");
  assert_labels("STRASSE", "straße", "labels 'straße' and 'STRASSE' differ only in case\n");
  assert_labels("cafe\xCC\x81", "caf\xC3\xA9", "labels 'café' and 'cafe\xCC\x81' differ only in Unicode form\n");
  assert_labels("ＴＥＣＨ", "TECH", "labels 'TECH' and 'ＴＥＣＨ' differ only in Unicode form\n");
  assert_labels(" Tech", "tech", "labels 'tech' and ' Tech' differ only in case, spaces or Unicode form\n");
  assert_labels(" ", "", "labels '' and ' ' differ only in spaces\n");
}

TEST(labels_that_are_two) {
  assert_labels("tech", "tec h", "");
  assert_labels("résumé", "resume", "");
  assert_labels("5", "5.0", "");
}

TEST(a_label_that_is_only_validated_with) {
  for (int i = 0; i < 4; i++) add_row_of(text_label(i % 2 ? "a" : "b"), ROW_TRAINS);
  add_row_of(text_label("A"), ROW_VALIDATES);
  assert_warnings("labels 'a' and 'A' differ only in case\n");
}

TEST(many_such_labels_are_counted) {
  const char *const names[] = {"x", "X", "x ", " x", "X ", " X", "x  ", "X  "};
  for (size_t i = 0; i < COUNT(names); i++) add_row_of(text_label(names[i]), ROW_TRAINS);
  assert_warnings("labels 'x' and 'X' differ only in case\n"
                  "labels 'x' and 'x ' differ only in spaces\n"
                  "labels 'x' and ' x' differ only in spaces\n"
                  "labels 'x' and 'X ' differ only in case, spaces or Unicode form\n"
                  "labels 'x' and ' X' differ only in case, spaces or Unicode form\n"
                  "2 more labels differ from another only in case, spaces or Unicode form\n");
}

TEST(one_label_has_nearly_all_rows) {
  for (int rare = 1; rare <= 2; rare++) {
    for (int i = 0; i < 200 - rare; i++) add_row_of((Label){.kind = LABEL_INTEGER, .integer = 7}, ROW_TRAINS);
    for (int i = 0; i < rare; i++) add_row_of(text_label("rare"), ROW_TRAINS);
    assert_warnings(rare == 1 ? "label 7 has 199 of the 200 rows: always giving it would be right as often\n" : "");
  }
}

TEST(texts_that_stand_there_again) {
  for (int again = 5; again <= 6; again++) {
    for (int i = 0; i < 10 - again; i++) add_row_of(text_label(i % 2 ? "a" : "b"), ROW_TRAINS);
    for (int i = 0; i < again; i++) add("row 0", text_label("a"), ROW_TRAINS);
    assert_warnings(again == 6 ? "6 of the 10 texts are duplicates of others\n" : "");
  }
}

TEST(validation_texts_that_are_learned_from) {
  for (int known = 2; known <= 3; known++) {
    for (int i = 0; i < 20; i++) add_row_of(text_label(i % 2 ? "a" : "b"), ROW_TRAINS);
    for (int i = 0; i < known; i++) add(i ? "row 1" : "row 0", text_label("a"), ROW_VALIDATES);
    for (int i = known; i < 4; i++) add_row_of(text_label("a"), ROW_VALIDATES);
    assert_warnings(known == 3 ? "3 of the 4 validation texts are also learned from: the validation figures are better "
                                 "than on new texts\n" : "");
  }
}

TEST(labels_that_are_lists_elsewhere) {
  const char *const labels[] = {"['a', 'b']", "['b']", "[a", "b]", "["};
  for (int i = 0; i < 10; i++) {
    char text[64];
    snprintf(text, sizeof text, "text %d", i);
    add(text, text_label(labels[i % 5]), ROW_TRAINS);
  }
  assert_warnings("2 labels look like lists, such as '['b']', and are each learned as one label: several labels of a "
                  "row are a JSON array, [\"a\",\"b\"]\n");
}

TEST(texts_that_are_cut) {
  for (int cut = 2; cut <= 3; cut++) {
    corpus.cut_after = 4;
    for (int i = 0; i < 4; i++) {
      char text[64];
      snprintf(text, sizeof text, "%s %d", i < cut ? "a text of five words" : "short", i);
      add(text, text_label(i % 2 ? "a" : "b"), ROW_TRAINS);
    }
    assert_warnings(cut == 3 ? "3 of the 4 texts are longer than max_tokens (4): the network does not read all of "
                               "them\n"
                             : "");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(labels_that_are_probably_one),
      cmocka_unit_test(labels_that_are_two),
      cmocka_unit_test(a_label_that_is_only_validated_with),
      cmocka_unit_test(many_such_labels_are_counted),
      cmocka_unit_test(one_label_has_nearly_all_rows),
      cmocka_unit_test(texts_that_stand_there_again),
      cmocka_unit_test(validation_texts_that_are_learned_from),
      cmocka_unit_test(labels_that_are_lists_elsewhere),
      cmocka_unit_test(texts_that_are_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
