/* model.c -- the reader of models: what it accepts labels texts, says why, and can be written and read again with
** the same answers.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "classifier/explain.h"
#include "fuzz.h"
#include "tokenizer/named_tokenizer.h"

static const char *const TEXTS[] = {"", "a kitten purrs", "The SAIL of my boat, at the harbour & <b>the</b> pier",
                                    "kitten kitten kitten unheard-of 5 caf\xC3\xA9 \xFF\xFE zzz"};
enum {
  TEXT_COUNT = sizeof TEXTS / sizeof *TEXTS,
  MOST_PADDED = 1024 /* tokens; of more, a text takes time and memory that are the file's due, but not a fuzzer's */
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  return fuzz_mutate_safetensors(data, size, most, seed);
}

static void check_probability(double p, const char *of) { FUZZ_CHECK(p >= 0 && p <= 1.001, "%s is %g", of, p); }

static void label(const Model *model, const Tokenizer *tokenizer, Prediction *predictions) {
  Scratch scratch = {0};
  TextBytes texts[TEXT_COUNT];
  Error error;
  for (size_t i = 0; i < TEXT_COUNT; i++) texts[i] = (TextBytes){.bytes = TEXTS[i], .length = strlen(TEXTS[i])};
  Status status = predict_labels(model, tokenizer, texts, TEXT_COUNT, &scratch, predictions, &error);
  FUZZ_CHECK(!status, "a model that was read does not label: %s", error.message);
  for (size_t i = 0; i < TEXT_COUNT; i++) {
    FUZZ_CHECK(predictions[i].label < model->labels.keys.count, "there is no label %u", predictions[i].label);
    check_probability(predictions[i].confidence, "the confidence");
  }
  scratch_free(&scratch);
}

static void explain(const Model *model, const Tokenizer *tokenizer, const char *text) {
  Tokens tokens = {.with_spans = true};
  Scratch scratch = {0};
  TokenPart padding;
  Error error;
  Status status = model_tokens(model, tokenizer, text, strlen(text), &tokens, &error);
  FUZZ_CHECK(!status, "a text cannot be read: %s", error.message);
  Lexicon lexicon = tokens_lexicon(&tokens);
  Question question = {tokens_text(&tokens), &lexicon, 0};
  float *numbers = calloc(3 * tokens.count + 1, sizeof *numbers);
  FUZZ_CHECK(numbers, "no memory for %zu tokens", tokens.count);
  status = explain_contributions(model, &question, &scratch, numbers, numbers + tokens.count, &padding, &error);
  if (!status)
    status = explain_leave_one_out(model, &question, tokens.count, &scratch, (Poll){NULL, NULL},
                                   numbers + 2 * tokens.count, &error);
  FUZZ_CHECK(!status, "a label cannot be explained: %s", error.message);
  free(numbers);
  scratch_free(&scratch);
  tokens_free(&tokens);
}

static void write_again(Model *model, const Tokenizer *tokenizer, const Prediction *before) {
  uint8_t *bytes = NULL;
  size_t size = 0;
  Model *again = NULL;
  Error error;
  Prediction after[TEXT_COUNT];
  Status status = model_write(model, (Poll){0}, &bytes, &size, &error);
  FUZZ_CHECK(!status, "a model that was read cannot be written: %s", error.message);
  status = model_read(bytes, size, (Poll){0}, &again, &error);
  FUZZ_CHECK(!status, "a model that was written cannot be read: %s", error.message);
  label(again, tokenizer, after);
  for (size_t i = 0; i < TEXT_COUNT; i++)
    FUZZ_CHECK(fabsf(before[i].confidence - after[i].confidence) < 1e-2f, "the confidence %g became %g",
               (double)before[i].confidence, (double)after[i].confidence);
  model_free(again);
  free(bytes);
}

static void use(Model *model) {
  Tokenizer *named = NULL;
  Error error;
  Prediction predictions[TEXT_COUNT];
  const Tokenizer *tokenizer = &tokenizer_unicode;
  if (!named_tokenizer_new(model->tokenize, &named, &error)) tokenizer = named;
  MarkupTokenizer html = markup_tokenizer(tokenizer);
  if (model->markup == MARKUP_HTML) tokenizer = &html.base;
  label(model, tokenizer, predictions);
  for (size_t i = 0; i < TEXT_COUNT; i++) explain(model, tokenizer, TEXTS[i]);
  write_again(model, tokenizer, predictions);
  free(named);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Model *model = NULL;
  Error error;
  fuzz_memory_begin();
  if (!model_read(data, size, (Poll){0}, &model, &error)) {
    if (model->reading.padded_length <= MOST_PADDED) use(model);
    model_free(model);
  }
  fuzz_memory_end(64 * size + (8 << 20));
  return 0;
}
