#include "html.h"

#include "json.h"
#include "plain.h"

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
    i += plain_read(text + i, length - i, &code);
    if (entity(code))
      sqlite3_str_appendall(html, entity(code));
    else
      plain_append(html, code);
  }
}

void html_label(sqlite3_str *html, Label label) {
  sqlite3_str_appendall(html, "<bdi>");
  if (label.kind == LABEL_TEXT)
    html_text(html, label.text, label.length);
  else
    json_label(html, label);
  sqlite3_str_appendall(html, "</bdi>");
}
