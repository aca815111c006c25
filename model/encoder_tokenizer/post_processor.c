#include "encoder_tokenizer/post_processor.h"

#include <string.h>

void post_processor_free(PostProcessor *p) {
  token_ids_free(&p->before);
  token_ids_free(&p->after);
}

bool post_processor_add(PostProcessor *p, uint32_t before, uint32_t after) {
  return token_ids_add(&p->before, before) && token_ids_add(&p->after, after);
}

static uint32_t read_id(JsonReader *r) {
  size_t id = json_read_size(r);
  if (id >= TOKEN_NONE) json_refuse(r, "the tokenizer's post-processor has the id %zu, expected a smaller one", id);
  return (uint32_t)id;
}

/* ---- BertProcessing, RobertaProcessing ------------------------------------------------- */

/* ["[SEP]", 102] */
static uint32_t read_pair(JsonReader *r) {
  json_expect(r, '[');
  json_read_string(r);
  json_expect(r, ',');
  uint32_t id = read_id(r);
  json_expect(r, ']');
  return id;
}

static void read_bert(PostProcessor *p, JsonReader *r) {
  uint32_t cls = TOKEN_NONE, sep = TOKEN_NONE;
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "cls"))
      cls = read_pair(r);
    else if (json_text_is(r, "sep"))
      sep = read_pair(r);
    else
      json_skip(r);
  }
  if (cls == TOKEN_NONE || sep == TOKEN_NONE)
    json_refuse(r, "the tokenizer's post-processor has no %s", cls == TOKEN_NONE ? "cls" : "sep");
  if (!r->status && !post_processor_add(p, cls, sep)) json_no_memory(r);
}

/* ---- TemplateProcessing ------------------------------------------------------------------- */

typedef struct Template {
  const char *single, *tokens; /* where these values of the object are; NULL: it has none */
  int texts;                   /* that are in the template */
} Template;

enum { NAME_SIZE = 256 };

/* {"id": "[CLS]", "ids": [101], "tokens": ["[CLS]"]} */
static void read_token(JsonReader *r, TokenIds *ids) {
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (!json_text_is(r, "ids")) {
      json_skip(r);
      continue;
    }
    for (bool begin = json_open(r, '['); json_next(r, ']', &begin);)
      if (!token_ids_add(ids, read_id(r))) json_no_memory(r);
  }
}

/* Appends the ids of one of the special tokens: {"[CLS]": {...}, "[SEP]": {...}} */
static void add_token(const Template *t, JsonReader *r, const char *name, TokenIds *ids) {
  const char *back = r->at;
  bool found = false;
  if (!r->status) r->at = t->tokens;
  for (bool first = json_open(r, '{'); !found && json_next(r, '}', &first);) {
    json_read_key(r);
    found = json_text_is(r, name);
    if (found)
      read_token(r, ids);
    else
      json_skip(r);
  }
  if (!found) json_refuse(r, "the tokenizer's template has '%.60s', expected one of its special_tokens", name);
  if (!r->status) r->at = back;
}

/* Reads the member "id" of what comes next. */
static void read_name(JsonReader *r, char name[NAME_SIZE]) {
  *name = '\0';
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (!json_text_is(r, "id")) {
      json_skip(r);
      continue;
    }
    json_read_string(r);
    if (r->length >= NAME_SIZE)
      json_refuse(r, "the tokenizer's template has the id '%.60s...', expected a shorter one", r->text);
    if (!r->status) memcpy(name, r->text, r->length + 1);
  }
}

/* {"SpecialToken": {"id": "[CLS]", "type_id": 0}} or {"Sequence": {"id": "A", "type_id": 0}} */
static void read_piece(Template *t, PostProcessor *p, JsonReader *r) {
  char name[NAME_SIZE];
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    bool is_text = json_text_is(r, "Sequence");
    if (!is_text && !json_text_is(r, "SpecialToken"))
      json_refuse(r, "the tokenizer's template has a '%.60s', expected Sequence or SpecialToken", r->text);
    read_name(r, name);
    if (is_text && strcmp(name, "A") != 0)
      json_refuse(r, "the tokenizer's template for one text has the sequence '%s', expected A", name);
    if (is_text)
      t->texts++;
    else
      add_token(t, r, name, t->texts ? &p->after : &p->before);
  }
}

static void read_template(PostProcessor *p, JsonReader *r) {
  Template t = {0};
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "single")) t.single = r->at;
    if (json_text_is(r, "special_tokens")) t.tokens = r->at;
    json_skip(r);
  }
  const char *end = r->at;
  if (!t.single || !t.tokens)
    json_refuse(r, "the tokenizer's template has no %s", t.single ? "special_tokens" : "single");
  if (!r->status) r->at = t.single;
  for (bool first = json_open(r, '['); json_next(r, ']', &first);) read_piece(&t, p, r);
  if (t.texts != 1)
    json_refuse(r, "the tokenizer's template for one text has %d sequences, expected 1", t.texts);
  if (!r->status) r->at = end;
}

/* ---- any ------------------------------------------------------------------------------------ */

static void read_any(PostProcessor *p, JsonReader *r, int nesting);

static void read_sequence(PostProcessor *p, JsonReader *r, int nesting) {
  if (nesting == JSON_MAX_NESTING)
    json_refuse(r, "the tokenizer's post-processors are nested more than %d times", JSON_MAX_NESTING);
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (!json_text_is(r, "processors")) {
      json_skip(r);
      continue;
    }
    for (bool begin = json_open(r, '['); json_next(r, ']', &begin);) read_any(p, r, nesting + 1);
  }
}

static void read_any(PostProcessor *p, JsonReader *r, int nesting) {
  char type[JSON_TYPE_SIZE];
  if (json_accept_null(r)) return;
  json_read_type(r, type);
  if (p->before.count || p->after.count)
    json_refuse(r, "the tokenizer has the post-processor '%s' after another one, expected one", type);
  else if (strcmp(type, "TemplateProcessing") == 0)
    read_template(p, r);
  else if (strcmp(type, "BertProcessing") == 0 || strcmp(type, "RobertaProcessing") == 0)
    read_bert(p, r);
  else if (strcmp(type, "Sequence") == 0)
    read_sequence(p, r, nesting);
  else
    json_refuse(r,
                "the tokenizer has post-processor '%s', expected one of BertProcessing, RobertaProcessing, Sequence, "
                "TemplateProcessing",
                type);
}

void post_processor_read(PostProcessor *p, JsonReader *r) { read_any(p, r, 0); }
