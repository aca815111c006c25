#include "encoder_tokenizer/pre_tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "encoder_tokenizer/characters.h"

typedef struct PreTokenizerStep Step;

/* What a step finds in a text are delimiters; this becomes of them. */
typedef enum Behavior { REMOVED, ISOLATED, CONTIGUOUS, MERGED_WITH_PREVIOUS, MERGED_WITH_NEXT } Behavior;

typedef enum Class { CLASS_OTHER, CLASS_DELIMITER, CLASS_SYMBOL /* apart from others, too */ } Class;

typedef enum Prepend { PREPEND_ALWAYS, PREPEND_FIRST, PREPEND_NEVER } Prepend;

struct PreTokenizerStep {
  Class (*classify)(const Step *step, int32_t code); /* NULL: nothing is cut */
  Behavior behavior;
  int32_t metaspace;                                 /* 0: this is no Metaspace */
  Prepend prepend;
};

/* Marks in the code points themselves: a piece begins here, and this piece is dropped. */
enum { CODE_BITS = 0x1FFFFF, BEGINS = 1 << 24, DROPPED = 1 << 25 };

/* ---- cutting ----------------------------------------------------------------------------- */

static Class classify_space(const Step *s, int32_t code) {
  (void)s;
  return character_is_white_space(code) ? CLASS_DELIMITER : CLASS_OTHER;
}

static Class classify_punctuation(const Step *s, int32_t code) {
  (void)s;
  return character_is_punctuation(code) ? CLASS_DELIMITER : CLASS_OTHER;
}

static Class classify_words(const Step *s, int32_t code) {
  (void)s;
  return character_is_of_word(code) ? CLASS_OTHER : character_is_white_space(code) ? CLASS_DELIMITER : CLASS_SYMBOL;
}

static Class classify_metaspace(const Step *s, int32_t code) {
  return code == s->metaspace ? CLASS_DELIMITER : CLASS_OTHER;
}

static bool is_cut(Behavior behavior, Class before, Class after) {
  switch (behavior) {
    case ISOLATED: return before || after;
    case MERGED_WITH_PREVIOUS: return before;
    case MERGED_WITH_NEXT: return after;
    default: return before != after;
  }
}

static void cut(const Step *s, Codes *text) {
  Class before = CLASS_OTHER;
  for (size_t i = 0; i < text->count && codes_go_on(text, i); i++) {
    Class class = s->classify(s, text->code[i] & CODE_BITS);
    if (is_cut(s->behavior, before, class)) text->code[i] |= BEGINS;
    if (s->behavior == REMOVED && class == CLASS_DELIMITER) text->code[i] |= DROPPED;
    before = class;
  }
}

/* Puts a metaspace in place of each space, and before a piece that begins with none. */
static void add_metaspaces(const Step *s, const Codes *text, Codes *out, bool begins) {
  for (size_t i = 0; i < text->count && codes_go_on(out, i); i++) {
    int32_t code = text->code[i] & CODE_BITS, mark = text->code[i] & BEGINS;
    if (text->code[i] & DROPPED) continue;
    if (code == ' ') code = s->metaspace;
    bool prepended = mark && code != s->metaspace &&
                     (s->prepend == PREPEND_ALWAYS || (s->prepend == PREPEND_FIRST && begins && i == 0));
    if (prepended) codes_add(out, s->metaspace | BEGINS);
    codes_add(out, code | (prepended ? 0 : mark));
  }
}

void pre_tokenizer_run(const PreTokenizer *p, Codes *text, Codes *spare, bool begins) {
  if (text->count) text->code[0] |= BEGINS;
  for (size_t i = 0; i < p->count && !text->failed; i++) {
    const Step *s = &p->step[i];
    if (s->metaspace) {
      spare->count = 0;
      spare->poll = text->poll;
      add_metaspaces(s, text, spare, begins);
      codes_swap(text, spare);
    }
    if (s->classify) cut(s, text);
  }
}

bool pre_tokenizer_next(Codes *text, size_t *from, size_t *to) {
  size_t at = *from;
  while (at < text->count && text->code[at] & DROPPED) at++;
  *from = at;
  for (bool first = true; at < text->count && (first || !(text->code[at] & BEGINS)); first = false, at++)
    text->code[at] &= CODE_BITS;
  *to = at;
  return *from < at;
}

/* ---- asking ------------------------------------------------------------------------------ */

bool pre_tokenizer_cuts_at_spaces(const PreTokenizer *p) {
  bool cuts = false;
  for (size_t i = 0; i < p->count; i++) {
    const Step *s = &p->step[i];
    cuts = cuts || s->classify == classify_space || s->classify == classify_words || s->classify == classify_metaspace;
  }
  return cuts;
}

/* ---- making ------------------------------------------------------------------------------ */

void pre_tokenizer_free(PreTokenizer *p) {
  free(p->step);
  *p = (PreTokenizer){0};
}

static bool add_step(PreTokenizer *p, Step step) {
  if (!memory_grow(&p->step, &p->capacity, p->count + 1, sizeof *p->step)) return false;
  p->step[p->count++] = step;
  return true;
}

bool pre_tokenizer_add_bert(PreTokenizer *p) {
  return add_step(p, (Step){.classify = classify_space, .behavior = REMOVED}) &&
         add_step(p, (Step){.classify = classify_punctuation, .behavior = ISOLATED});
}

static void add_read(PreTokenizer *p, JsonReader *r, Step step) {
  if (!r->status && !add_step(p, step)) json_no_memory(r);
}

/* Returns which of the names, the last of which is NULL, the string that comes next is. */
static unsigned read_choice(JsonReader *r, const char *const names[], const char *option, const char *expected) {
  json_read_string(r);
  for (unsigned i = 0; names[i]; i++)
    if (json_text_is(r, names[i])) return i;
  if (!r->status) json_refuse(r, "the tokenizer's %s is '%.60s', expected %s", option, r->text, expected);
  return 0;
}

static void read_punctuation(PreTokenizer *p, JsonReader *r) {
  static const char *const NAMES[] = {"Removed",        "Isolated", "Contiguous", "MergedWithPrevious",
                                      "MergedWithNext", NULL};
  Step step = {.classify = classify_punctuation, .behavior = ISOLATED};
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "behavior"))
      step.behavior = (Behavior)read_choice(r, NAMES, "behavior of Punctuation",
                                            "Removed, Isolated, Contiguous, MergedWithPrevious or MergedWithNext");
    else
      json_skip(r);
  }
  add_read(p, r, step);
}

static int32_t read_character(JsonReader *r) {
  int32_t code = -1;
  json_read_string(r);
  if (r->status) return 0;
  if (r->length == 0 || utf8_read(r->text, r->length, &code) != r->length || code <= 0)
    json_refuse(r, "the tokenizer's replacement of Metaspace is '%.60s', expected one character", r->text);
  return code;
}

/* An old file has add_prefix_space in place of prepend_scheme; a newer one may have both. */
static void read_metaspace(PreTokenizer *p, JsonReader *r) {
  static const char *const NAMES[] = {"always", "first", "never", NULL};
  Step step = {.classify = classify_metaspace, .behavior = MERGED_WITH_NEXT};
  bool prefix = true, has_scheme = false;
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "replacement")) {
      step.metaspace = read_character(r);
    } else if (json_text_is(r, "prepend_scheme")) {
      step.prepend = (Prepend)read_choice(r, NAMES, "prepend_scheme of Metaspace", "always, first or never");
      has_scheme = true;
    } else if (json_text_is(r, "add_prefix_space")) {
      prefix = json_accept_null(r) || json_read_bool(r);
    } else if (json_text_is(r, "split")) {
      if (!json_accept_null(r) && !json_read_bool(r)) step.classify = NULL;
    } else {
      json_skip(r);
    }
  }
  if (!step.metaspace) json_refuse(r, "the tokenizer's Metaspace has no replacement, expected a character");
  if (!prefix && has_scheme && step.prepend != PREPEND_NEVER)
    json_refuse(r, "the tokenizer's Metaspace has no add_prefix_space and prepend_scheme '%s', expected 'never'",
                NAMES[step.prepend]);
  if (!prefix) step.prepend = PREPEND_NEVER;
  add_read(p, r, step);
}

static void read_any(PreTokenizer *p, JsonReader *r, int nesting);

static void read_sequence(PreTokenizer *p, JsonReader *r, int nesting) {
  if (nesting == JSON_MAX_NESTING)
    json_refuse(r, "the tokenizer's pre-tokenizers are nested more than %d times", JSON_MAX_NESTING);
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (!json_text_is(r, "pretokenizers")) {
      json_skip(r);
      continue;
    }
    for (bool begin = json_open(r, '['); json_next(r, ']', &begin);) read_any(p, r, nesting + 1);
  }
}

static void read_any(PreTokenizer *p, JsonReader *r, int nesting) {
  char type[JSON_TYPE_SIZE];
  if (json_accept_null(r)) return;
  json_read_type(r, type);
  if (strcmp(type, "BertPreTokenizer") == 0) {
    json_skip(r);
    if (!r->status && !pre_tokenizer_add_bert(p)) json_no_memory(r);
  } else if (strcmp(type, "WhitespaceSplit") == 0) {
    json_skip(r);
    add_read(p, r, (Step){.classify = classify_space, .behavior = REMOVED});
  } else if (strcmp(type, "Whitespace") == 0) {
    json_skip(r);
    add_read(p, r, (Step){.classify = classify_words, .behavior = REMOVED});
  } else if (strcmp(type, "Punctuation") == 0) {
    read_punctuation(p, r);
  } else if (strcmp(type, "Metaspace") == 0) {
    read_metaspace(p, r);
  } else if (strcmp(type, "Sequence") == 0) {
    read_sequence(p, r, nesting);
  } else {
    json_refuse(r,
                "the tokenizer has pre-tokenizer '%s', expected one of BertPreTokenizer, Metaspace, Punctuation, "
                "Sequence, Whitespace, WhitespaceSplit",
                type);
  }
}

void pre_tokenizer_read(PreTokenizer *p, JsonReader *r) { read_any(p, r, 0); }
