#include "models/labelling.h"

#include "base/memory.h"
#include "host/tokenizers.h"

int labelling_tokens(Connection *c, const Model *model, const char *text, size_t length, Tokens *tokens,
                     Error *error) {
  const Tokenizer *tokenizer;
  tokens->poll = connection_poll(c);
  int rc = tokenizers_find(c, model->tokenize, model->markup, &tokenizer, error);
  return rc ? rc : failure_code(model_tokens(model, tokenizer, text, length, tokens, error));
}

int labelling_predict(Connection *c, const Model *model, const Tokens *tokens, Error *error) {
  size_t labels = model->parameters.shape.labels;
  Text words = tokens_text(tokens);
  Lexicon lexicon = tokens_lexicon(tokens);
  if (!memory_grow(&c->probabilities, &c->probabilities_capacity, labels, sizeof *c->probabilities))
    return failure_no_memory(error);
  scratch_set_poll(&c->scratch, connection_poll(c));
  return failure_code(predict(model, &lexicon, &words, 1, &c->scratch, c->probabilities, error));
}
