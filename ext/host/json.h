/* json.h -- appends JSON to a sqlite3_str (its errors are sticky). */
#ifndef CLASSIFY_JSON_H
#define CLASSIFY_JSON_H

#include <stdbool.h>

#include "host/sqlite.h"
#include "text/label_sets.h"
#include "text/labels.h"

/* sqlite3_step() for a statement of ours that calls SQLite's JSON functions. A SQLite that is not
** built of its amalgamation, such as Debian's, reads the numbers of JSON by strtod(), which expects
** what the host's locale has for a point.
*/
int json_step(sqlite3_stmt *stmt);

/* Writes a quoted string. Bytes that are not UTF-8 become U+FFFD. */
void json_text(sqlite3_str *json, const char *text, size_t length);

void json_label(sqlite3_str *json, Label label);     /* 5, 2.5 or "spam" */

void json_labels(sqlite3_str *json, const Labels *labels, LabelSet set); /* ["spam",5] */

/* Returns whether a label reads like this text: both the label 5 and the label '5' read "5". The
** text is read as UTF-8.
*/
bool json_label_reads(Label label, const char *text, size_t length);
void json_label_key(sqlite3_str *json, Label label); /* "5", "2.5" or "spam" */

/* Writes a number with six significant digits, or null if it is not finite. */
void json_number(sqlite3_str *json, double value);

#endif
