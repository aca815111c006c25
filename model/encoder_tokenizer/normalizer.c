#include "encoder_tokenizer/normalizer.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/memory.h"
#include "base/number_text.h"
#include "encoder_tokenizer/characters.h"
#include "encoder_tokenizer/charsmap.h"
#include "encoder_tokenizer/normal_form.h"

static const double MOST_GROWTH = 200.0; /* a map of SentencePiece's has texts of 33 bytes */

typedef struct NormalizerStep Step;

/* Appends what becomes of `text` to `out`, which is empty. */
typedef void Run(const Step *step, const Codes *text, Codes *out);

struct NormalizerStep {
  Run *run;
  bool (*removes)(int32_t code); /* of a step that removes characters: these */
  NormalForm form;
  bool left, right;              /* of Strip */
  Codes pattern, content;        /* of Replace and Prepend */
  Charsmap charsmap;
};

/* ---- the steps ------------------------------------------------------------------------ */

static void run_remove(const Step *s, const Codes *text, Codes *out) {
  for (size_t i = 0; i < text->count && codes_go_on(out, i); i++)
    if (!s->removes(text->code[i])) codes_add(out, text->code[i]);
}

static bool is_cleaned(int32_t code) {
  return code == 0 || code == REPLACEMENT_CHARACTER || character_is_control(code);
}

static void run_clean(const Step *s, const Codes *text, Codes *out) {
  (void)s;
  for (size_t i = 0; i < text->count && codes_go_on(out, i); i++) {
    int32_t code = text->code[i];
    if (!is_cleaned(code)) codes_add(out, character_is_white_space(code) ? ' ' : code);
  }
}

static void run_space_chinese(const Step *s, const Codes *text, Codes *out) {
  (void)s;
  for (size_t i = 0; i < text->count && codes_go_on(out, i); i++) {
    bool chinese = character_is_chinese(text->code[i]);
    if (chinese) codes_add(out, ' ');
    codes_add(out, text->code[i]);
    if (chinese) codes_add(out, ' ');
  }
}

enum { CAPITAL_I_WITH_DOT = 0x0130, DOT_ABOVE = 0x0307 };

static void run_lower(const Step *s, const Codes *text, Codes *out) {
  (void)s;
  for (size_t i = 0; i < text->count && codes_go_on(out, i); i++) {
    int32_t code = text->code[i];
    if (code == CAPITAL_I_WITH_DOT) {
      codes_add(out, 'i');
      codes_add(out, DOT_ABOVE);
    } else if (code < 0x80) {
      codes_add(out, code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code);
    } else {
      codes_add(out, utf8proc_tolower(code));
    }
  }
}

static void run_form(const Step *s, const Codes *text, Codes *out) { normal_form(s->form, text, out); }

static void run_charsmap(const Step *s, const Codes *text, Codes *out) { charsmap_run(&s->charsmap, text, out); }

static void run_prepend(const Step *s, const Codes *text, Codes *out) {
  if (text->count) codes_add_all(out, s->content.code, s->content.count);
  codes_add_all(out, text->code, text->count);
}

static void run_strip(const Step *s, const Codes *text, Codes *out) {
  size_t from = 0, to = text->count;
  while (s->left && from < to && character_is_white_space(text->code[from])) from++;
  while (s->right && from < to && character_is_white_space(text->code[to - 1])) to--;
  codes_add_all(out, text->code + from, to - from);
}

static bool has_pattern(const Step *s, const Codes *text, size_t at) {
  size_t length = s->pattern.count;
  return text->count - at >= length && memcmp(text->code + at, s->pattern.code, length * sizeof *text->code) == 0;
}

static void run_replace(const Step *s, const Codes *text, Codes *out) {
  for (size_t i = 0; i < text->count && codes_go_on(out, i);) {
    if (text->code[i] == s->pattern.code[0] && has_pattern(s, text, i)) {
      codes_add_all(out, s->content.code, s->content.count);
      i += s->pattern.count;
    } else {
      codes_add(out, text->code[i++]);
    }
  }
}

/* Two spaces or more, as many as there are. */
static void run_replace_spaces(const Step *s, const Codes *text, Codes *out) {
  for (size_t i = 0, end; i < text->count && codes_go_on(out, i); i = end) {
    for (end = i; end < text->count && text->code[end] == ' ';) end++;
    if (end - i >= 2) {
      codes_add_all(out, s->content.code, s->content.count);
    } else {
      end = i + 1;
      codes_add(out, text->code[i]);
    }
  }
}

/* ---- running ----------------------------------------------------------------------------- */

static bool changes(const Step *s, const Codes *text) {
  if (s->run != run_form) return true;
  int32_t first = s->form == NORMAL_FORM_C ? 0x300 : s->form == NORMAL_FORM_D ? 0xC0 : 0xA0;
  for (size_t i = 0; i < text->count; i++)
    if (text->code[i] >= first) return true;
  return false;
}

void normalizer_run(const Normalizer *n, Codes *text, Codes *spare, bool *begins) {
  for (size_t i = 0; i < n->count && !text->failed; i++) {
    const Step *s = &n->step[i];
    if (!changes(s, text)) continue;
    if (s->removes && text->count && s->removes(text->code[0])) *begins = false;
    spare->count = 0;
    spare->poll = text->poll;
    s->run(s, text, spare);
    codes_swap(text, spare);
  }
}

static bool has_space(const Codes *codes) {
  for (size_t i = 0; i < codes->count; i++)
    if (character_is_white_space(codes->code[i])) return true;
  return false;
}

/* The space must stay one, and what is before it must not become one or go. */
static bool is_local(const Step *s) {
  if (s->run == run_strip || s->run == run_prepend) return false;
  if (s->run == run_replace) return s->content.count > 0 && !has_space(&s->pattern) && !has_space(&s->content);
  if (s->run == run_replace_spaces) return s->content.count == 1 && s->content.code[0] == ' ';
  return s->run != run_charsmap || charsmap_keeps(&s->charsmap, ' ');
}

bool normalizer_is_local(const Normalizer *n) {
  bool local = true;
  for (size_t i = 0; i < n->count; i++) local = local && is_local(&n->step[i]);
  return local;
}

static bool is_plain(int32_t code) {
  if (code < 0x80) return code > ' ' && code < 0x7F;
  const utf8proc_property_t *p = utf8proc_get_property(code);
  return p->category >= UTF8PROC_CATEGORY_LU && p->category <= UTF8PROC_CATEGORY_LO && p->combining_class == 0 &&
         p->decomp_seqindex == UINT16_MAX &&
         (p->boundclass == UTF8PROC_BOUNDCLASS_OTHER || p->boundclass == UTF8PROC_BOUNDCLASS_LV ||
          p->boundclass == UTF8PROC_BOUNDCLASS_LVT);
}

bool normalizer_keeps(const Normalizer *n, int32_t before, int32_t code) {
  bool keeps = is_plain(code) && utf8proc_get_property(before)->boundclass != UTF8PROC_BOUNDCLASS_PREPEND;
  for (size_t i = 0; i < n->count && keeps; i++) keeps = charsmap_keeps(&n->step[i].charsmap, code);
  return keeps;
}

/* ---- making --------------------------------------------------------------------------------- */

static void step_free(Step *s) {
  codes_free(&s->pattern);
  codes_free(&s->content);
  charsmap_free(&s->charsmap);
}

void normalizer_free(Normalizer *n) {
  for (size_t i = 0; i < n->count; i++) step_free(&n->step[i]);
  free(n->step);
  *n = (Normalizer){0};
}

/* Adds a step, which it owns from then on. Returns false if memory is out, and then frees it. */
static bool add_step(Normalizer *n, Step step) {
  bool added = memory_grow(&n->step, &n->capacity, n->count + 1, sizeof *n->step);
  if (added)
    n->step[n->count++] = step;
  else
    step_free(&step);
  return added;
}

typedef struct Bert {
  bool clean, chinese, strip_accents, lowercase;
} Bert;

static bool add_bert(Normalizer *n, Bert b) {
  return (!b.clean || add_step(n, (Step){.run = run_clean, .removes = is_cleaned})) &&
         (!b.chinese || add_step(n, (Step){.run = run_space_chinese})) &&
         (!b.strip_accents ||
          (add_step(n, (Step){.run = run_form, .form = NORMAL_FORM_D}) &&
           add_step(n, (Step){.run = run_remove, .removes = character_is_nonspacing_mark}))) &&
         (!b.lowercase || add_step(n, (Step){.run = run_lower}));
}

bool normalizer_add_bert(Normalizer *n, bool lowercase) {
  return add_bert(n, (Bert){true, true, lowercase, lowercase});
}

/* ---- reading ---------------------------------------------------------------------------------- */

static void add_read(Normalizer *n, JsonReader *r, Step step) {
  if (r->status)
    step_free(&step);
  else if (!add_step(n, step))
    json_no_memory(r);
}

/* Each of these reads the members of its object; a member it does not know is skipped. */

static void read_bert(Normalizer *n, JsonReader *r) {
  Bert b = {true, true, false, true};
  bool by_case = true;
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "clean_text"))
      b.clean = json_read_bool(r);
    else if (json_text_is(r, "handle_chinese_chars"))
      b.chinese = json_read_bool(r);
    else if (json_text_is(r, "lowercase"))
      b.lowercase = json_read_bool(r);
    else if (!json_text_is(r, "strip_accents"))
      json_skip(r);
    else if (!(by_case = json_accept_null(r)))
      b.strip_accents = json_read_bool(r);
  }
  if (by_case) b.strip_accents = b.lowercase;
  if (!r->status && !add_bert(n, b)) json_no_memory(r);
}

static void read_strip(Normalizer *n, JsonReader *r) {
  Step step = {.run = run_strip};
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "strip_left"))
      step.left = json_read_bool(r);
    else if (json_text_is(r, "strip_right"))
      step.right = json_read_bool(r);
    else
      json_skip(r);
  }
  if (step.left) step.removes = character_is_white_space;
  add_read(n, r, step);
}

static void read_codes(JsonReader *r, Codes *codes) {
  json_read_string(r);
  codes->count = 0;
  if (!r->status) codes_add_text(codes, r->text, r->length);
  if (codes->failed) json_no_memory(r);
}

/* {"String": "a"} or {"Regex": " {2,}"} */
static void read_pattern(JsonReader *r, Step *step) {
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    bool regex = json_text_is(r, "Regex");
    if (!regex && !json_text_is(r, "String"))
      json_refuse(r, "the tokenizer's normalizer Replace has the pattern '%.60s', expected String or Regex", r->text);
    read_codes(r, &step->pattern);
    if (regex) {
      step->run = run_replace_spaces;
      if (!json_text_is(r, " {2,}"))
        json_refuse(r, "the tokenizer's normalizer Replace has the Regex '%.60s', expected ' {2,}' or a String",
                    r->text);
    }
  }
  if (step->pattern.count == 0)
    json_refuse(r, "the tokenizer's normalizer Replace has an empty pattern, expected one of characters");
}

static void read_replace(Normalizer *n, JsonReader *r) {
  Step step = {.run = run_replace};
  bool has_pattern_member = false;
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "pattern")) {
      has_pattern_member = true;
      read_pattern(r, &step);
    } else if (json_text_is(r, "content")) {
      read_codes(r, &step.content);
    } else {
      json_skip(r);
    }
  }
  if (!has_pattern_member) json_refuse(r, "the tokenizer's normalizer Replace has no pattern");
  add_read(n, r, step);
}

static void read_prepend(Normalizer *n, JsonReader *r) {
  Step step = {.run = run_prepend};
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "prepend"))
      read_codes(r, &step.content);
    else
      json_skip(r);
  }
  add_read(n, r, step);
}

static void read_charsmap(Normalizer *n, JsonReader *r) {
  Step step = {.run = run_charsmap};
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (json_text_is(r, "precompiled_charsmap"))
      charsmap_read(&step.charsmap, r);
    else
      json_skip(r);
  }
  add_read(n, r, step);
}

/* The types that have no members. */
static bool add_simple(Normalizer *n, JsonReader *r, const char *type) {
  static const struct {
    const char *type;
    Step step;
  } SIMPLE[] = {{"Lowercase", {.run = run_lower}},
                {"StripAccents", {.run = run_remove, .removes = character_is_mark}},
                {"NFC", {.run = run_form, .form = NORMAL_FORM_C}},
                {"NFD", {.run = run_form, .form = NORMAL_FORM_D}},
                {"NFKC", {.run = run_form, .form = NORMAL_FORM_KC}},
                {"NFKD", {.run = run_form, .form = NORMAL_FORM_KD}}};
  for (size_t i = 0; i < sizeof SIMPLE / sizeof *SIMPLE; i++) {
    if (strcmp(SIMPLE[i].type, type) != 0) continue;
    json_skip(r);
    add_read(n, r, SIMPLE[i].step);
    return true;
  }
  return false;
}

static void read_any(Normalizer *n, JsonReader *r, int nesting);

static void read_sequence(Normalizer *n, JsonReader *r, int nesting) {
  if (nesting == JSON_MAX_NESTING)
    json_refuse(r, "the tokenizer's normalizers are nested more than %d times", JSON_MAX_NESTING);
  for (bool first = json_open(r, '{'); json_next(r, '}', &first);) {
    json_read_key(r);
    if (!json_text_is(r, "normalizers")) {
      json_skip(r);
      continue;
    }
    for (bool begin = json_open(r, '['); json_next(r, ']', &begin);) read_any(n, r, nesting + 1);
  }
}

static void read_any(Normalizer *n, JsonReader *r, int nesting) {
  char type[JSON_TYPE_SIZE];
  if (json_accept_null(r)) return;
  json_read_type(r, type);
  if (strcmp(type, "BertNormalizer") == 0)
    read_bert(n, r);
  else if (strcmp(type, "Sequence") == 0)
    read_sequence(n, r, nesting);
  else if (strcmp(type, "Replace") == 0)
    read_replace(n, r);
  else if (strcmp(type, "Prepend") == 0)
    read_prepend(n, r);
  else if (strcmp(type, "Strip") == 0)
    read_strip(n, r);
  else if (strcmp(type, "Precompiled") == 0)
    read_charsmap(n, r);
  else if (!add_simple(n, r, type))
    json_refuse(r,
                "the tokenizer has normalizer '%s', expected one of BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, "
                "Precompiled, Prepend, Replace, Sequence, Strip, StripAccents",
                type);
}

/* How many times as long a step may make a text. A form of Unicode, which may be 18 times as long, does not
** count: after another one it finds little to do.
*/
static double growth_of(const Step *s) {
  double growth = 1.0;
  if (s->run == run_prepend) growth = 1.0 + (double)s->content.count;
  if (s->run == run_replace) growth = (double)s->content.count / (double)s->pattern.count;
  if (s->run == run_replace_spaces) growth = (double)s->content.count / 2.0;
  if (s->run == run_charsmap) growth = (double)charsmap_longest(&s->charsmap);
  return growth > 1.0 ? growth : 1.0;
}

/* Steps that each replace a character by a few would together make a short text fill the memory. */
static void check_growth(const Normalizer *n, JsonReader *r) {
  double growth = 1.0;
  for (size_t i = 0; i < n->count; i++) growth *= growth_of(&n->step[i]);
  if (growth > MOST_GROWTH)
    json_refuse(r, "the tokenizer's normalizer may make a text %s times as long, expected at most %s",
                number_digits(growth, 3).text, number_digits(MOST_GROWTH, 3).text);
}

void normalizer_read(Normalizer *n, JsonReader *r) {
  read_any(n, r, 0);
  if (!r->status) check_growth(n, r);
}
