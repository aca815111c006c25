#include "host/html.h"

#include <math.h>
#include <utf8proc.h>

#include "host/json.h"
#include "host/printable.h"

static const char *entity(int32_t code) {
  switch (code) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
  }
}

void html_text(sqlite3_str *html, const char *text, size_t length) {
  int32_t code;
  for (size_t i = 0; i < length;) {
    i += printable_read(text + i, length - i, &code);
    if (entity(code))
      sqlite3_str_appendall(html, entity(code));
    else
      printable_append(html, code);
  }
}

size_t html_columns(const char *text, size_t length, size_t most, size_t *end) {
  size_t width = 0;
  int32_t code;
  *end = 0;
  while (*end < length) {
    size_t n = printable_read(text + *end, length - *end, &code);
    width += (size_t)utf8proc_charwidth(code);
    if (width > most) return most;
    *end += n;
  }
  return width;
}

/* A combining mark has no width, so it is not cut off from its character. */
void html_short(sqlite3_str *html, const char *text, size_t length, size_t most) {
  size_t end;
  html_columns(text, length, most, &end);
  if (end < length) html_columns(text, length, most - 1, &end);
  html_text(html, text, end);
  if (end < length) sqlite3_str_appendall(html, "\xE2\x80\xA6");
}

void html_label(sqlite3_str *html, Label label) {
  if (label.kind == LABEL_TEXT)
    html_text(html, label.text, label.length);
  else
    json_label(html, label);
}

void html_bdi(sqlite3_str *html, Label label) {
  sqlite3_str_appendall(html, "<bdi>");
  html_label(html, label);
  sqlite3_str_appendall(html, "</bdi>");
}

void html_mark_style(sqlite3_str *html, int step) {
  static const char *const ALPHA[HTML_MARK_STEPS + 1] = {"00", "20", "3c", "58", "78"}; /* of 256 */
  if (step > 0) sqlite3_str_appendf(html, " style=\"background:#0072d0%s\"", ALPHA[step]);
  if (step < 0)
    sqlite3_str_appendf(html, " style=\"background:#e06c00%s;text-decoration:underline dotted\"", ALPHA[-step]);
}

/* ---- numbers --------------------------------------------------------------------- */

static const char DASH[] = "\xE2\x80\x93";

void html_figure(sqlite3_str *html, double value, int decimals) {
  if (!isfinite(value))
    sqlite3_str_appendall(html, DASH);
  else if (fabs(value) < 1e6)
    sqlite3_str_appendf(html, "%.*f", decimals, value);
  else
    sqlite3_str_appendf(html, "%.3g", value);
}

void html_count(sqlite3_str *html, double value) {
  if (isfinite(value) && fabs(value) < 1e15 && value == floor(value))
    sqlite3_str_appendf(html, "%,lld", (sqlite3_int64)value);
  else
    html_figure(html, value, 2);
}

void html_size(sqlite3_str *html, double bytes) {
  static const char *const UNITS[] = {"bytes", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  while (bytes >= 1000.0 && unit < sizeof UNITS / sizeof *UNITS - 1) {
    bytes /= 1000.0;
    unit++;
  }
  sqlite3_str_appendf(html, "%.*f %s", unit > 0 && bytes < 100.0, bytes, UNITS[unit]);
}
