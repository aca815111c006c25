#include "encoder_tokenizer/normal_form.h"

#include <string.h>
#include <utf8proc.h>

enum { FIRST_MARK = 0x300, MOST_DECOMPOSED = 18, CLASSES = 256 };

/* ---- decomposition -------------------------------------------------------------------- */

static void decompose(NormalForm form, const Codes *text, Codes *out) {
  bool compatible = form == NORMAL_FORM_KD || form == NORMAL_FORM_KC;
  int32_t first = compatible ? 0xA0 : 0xC0; /* that decomposes */
  utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0);
  for (size_t i = 0; i < text->count && codes_go_on(out, i); i++) {
    int32_t code = text->code[i];
    if (code < first) {
      codes_add(out, code);
    } else if (codes_reserve(out, MOST_DECOMPOSED)) {
      utf8proc_ssize_t added =
          utf8proc_decompose_char(code, out->code + out->count, MOST_DECOMPOSED, options, NULL);
      out->count += added > 0 && added <= MOST_DECOMPOSED ? (size_t)added : 0;
    }
  }
}

/* ---- the order of marks ------------------------------------------------------------------ */

static unsigned class_of(int32_t code) {
  return code < FIRST_MARK ? 0 : (unsigned)utf8proc_get_property(code)->combining_class;
}

/* Sorts the marks from .. to - 1 by class; those of one class stay in their order. The spare list is emptied. */
static void sort_marks(Codes *codes, size_t from, size_t to, Codes *spare) {
  size_t place[CLASSES + 1] = {0};
  spare->count = 0;
  if (!codes_reserve(spare, to - from)) {
    codes->failed = true;
    return;
  }
  for (size_t i = from; i < to; i++) place[class_of(codes->code[i]) + 1]++;
  for (size_t c = 0; c < CLASSES; c++) place[c + 1] += place[c];
  for (size_t i = from; i < to; i++) spare->code[place[class_of(codes->code[i])]++] = codes->code[i];
  memcpy(codes->code + from, spare->code, (to - from) * sizeof *codes->code);
}

static void order_marks(Codes *codes) {
  Codes spare = {0};
  for (size_t from = 0, to; from < codes->count && codes_go_on(codes, from); from = to) {
    bool ordered = true;
    unsigned before = class_of(codes->code[from]), class;
    for (to = from + 1; before && to < codes->count && (class = class_of(codes->code[to])); to++) {
      ordered = ordered && before <= class;
      before = class;
    }
    if (!ordered) sort_marks(codes, from, to, &spare);
  }
  codes_free(&spare);
}

/* ---- all ----------------------------------------------------------------------------------- */

void normal_form(NormalForm form, const Codes *text, Codes *out) {
  decompose(form, text, out);
  order_marks(out);
  if (out->failed || form == NORMAL_FORM_D || form == NORMAL_FORM_KD) return;
  utf8proc_ssize_t composed = utf8proc_normalize_utf32(out->code, (utf8proc_ssize_t)out->count,
                                                       UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  if (composed >= 0) out->count = (size_t)composed;
}
