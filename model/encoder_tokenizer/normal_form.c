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
  for (size_t i = from; i < to && codes_go_on(codes, i); i++) place[class_of(codes->code[i]) + 1]++;
  for (size_t c = 0; c < CLASSES; c++) place[c + 1] += place[c];
  for (size_t i = from; i < to && codes_go_on(codes, i); i++)
    spare->code[place[class_of(codes->code[i])]++] = codes->code[i];
  if (!codes->failed) memcpy(codes->code + from, spare->code, (to - from) * sizeof *codes->code);
}

static void order_marks(Codes *codes) {
  Codes spare = {0};
  for (size_t from = 0, to; from < codes->count && codes_go_on(codes, from); from = to) {
    bool ordered = true;
    unsigned before = class_of(codes->code[from]), class;
    for (to = from + 1; before && to < codes->count && codes_go_on(codes, to); to++) {
      class = class_of(codes->code[to]);
      if (class == 0) break;
      ordered = ordered && before <= class;
      before = class;
    }
    if (!ordered) sort_marks(codes, from, to, &spare);
  }
  codes_free(&spare);
}

/* ---- composition ------------------------------------------------------------------------- */

/* If there is a character for the two, *first becomes it. */
static bool compose_pair(int32_t *first, int32_t second) {
  if (second < FIRST_MARK) return false;
  int32_t pair[] = {*first, second};
  if (utf8proc_normalize_utf32(pair, 2, UTF8PROC_STABLE | UTF8PROC_COMPOSE) != 1) return false;
  *first = pair[0];
  return true;
}

/* Each character is composed with the last starter, which has class 0, unless one of the same or a higher class, or
** of class 0, is left between them.
*/
static void compose(Codes *codes) {
  int32_t *starter = NULL;
  size_t count = 0;
  int before = -1; /* highest class after the starter */
  for (size_t i = 0; i < codes->count && codes_go_on(codes, i); i++) {
    int32_t code = codes->code[i];
    int class = (int)class_of(code);
    if (starter && class > before && compose_pair(starter, code)) continue;
    codes->code[count] = code;
    if (class == 0) starter = &codes->code[count];
    before = class == 0 ? -1 : class > before ? class : before;
    count++;
  }
  codes->count = count;
}

/* ---- all ----------------------------------------------------------------------------------- */

void normal_form(NormalForm form, const Codes *text, Codes *out) {
  decompose(form, text, out);
  order_marks(out);
  if (out->failed || form == NORMAL_FORM_D || form == NORMAL_FORM_KD) return;
  compose(out);
}
