/* option_kinds.h -- the kinds of options: how a value is read from JSON, and written as JSON. */
#ifndef CLASSIFY_OPTION_KINDS_H
#define CLASSIFY_OPTION_KINDS_H

#include "training/json_members.h"
#include "training/options.h"

typedef struct OptionKind OptionKind;

typedef struct Option {
  const char *name;
  const OptionKind *kind;
  size_t offset;        /* of the value in Options */
  double least, most;   /* of a number             */
  const char *expected; /* of a text, for messages */
} Option;

struct OptionKind {
  const char *expected; /* for messages; NULL: Option.expected     */
  bool ranged;          /* messages add the least and the most value */
  int (*read)(Connection *connection, const Option *option, const JsonMember *member, Options *options, Error *error);
  void (*write)(const Option *option, const Options *options, sqlite3_str *json); /* null if it is off */
};

/* The value in Options is a size_t, a uint64_t, a double, a bool, a char *. */
extern const OptionKind OPTION_COUNT, OPTION_LARGE, OPTION_REAL, OPTION_BOOLEAN, OPTION_TEXT;

/* Each of these is for the option of its name. */
extern const OptionKind OPTION_CLASS_WEIGHT, OPTION_ENCODER, OPTION_FROM, OPTION_LABELS, OPTION_MARKUP,
    OPTION_MULTILABEL, OPTION_PRECISION, OPTION_STOP_FILE, OPTION_TOKENIZE, OPTION_VALIDATION;

#endif
