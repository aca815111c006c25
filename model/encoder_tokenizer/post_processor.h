/* post_processor.h -- the special tokens around the tokens of a text: the "post_processor" of a
** tokenizer.json, as far as it is about one text.
**
**   TemplateProcessing   [CLS] $A [SEP]   with the text once
**   BertProcessing       cls and sep
**   RobertaProcessing    cls and sep
**   Sequence             of one of these
*/
#ifndef CLASSIFY_POST_PROCESSOR_H
#define CLASSIFY_POST_PROCESSOR_H

#include "encoder_tokenizer/json_type.h"
#include "encoder_tokenizer/token_ids.h"

typedef struct PostProcessor {
  TokenIds before, after;
} PostProcessor; /* all zero adds nothing */

void post_processor_free(PostProcessor *p);

/* Reads the processor that comes next, an object or null. Whether its ids are those of tokens is for the caller
** to check.
*/
void post_processor_read(PostProcessor *p, JsonReader *r);

/* Puts one token before and one after. Returns false if memory is out. */
bool post_processor_add(PostProcessor *p, uint32_t before, uint32_t after);

#endif
