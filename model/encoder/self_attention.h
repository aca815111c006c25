/* self_attention.h -- every token of a text looks at every token of the text (Vaswani et al. 2017).
**
**   for each head, of d = hidden / heads numbers:
**     out = softmax(Q K' / sqrt(d)) V
**
** The texts lie one after the other, without padding.
*/
#ifndef CLASSIFY_SELF_ATTENTION_H
#define CLASSIFY_SELF_ATTENTION_H

#include <stddef.h>

/* One text. query_key_value [tokens][3 hidden]: its Q, K and V beside each other, each with its heads beside
** each other. bias [3 hidden] is added to it first, in place. scores [tokens][tokens] is scratch.
** out [tokens][hidden].
*/
void self_attention(size_t tokens, size_t hidden, size_t heads, const float *bias, float *query_key_value,
                    float *scores, float *out);

/* d_out [tokens][hidden] is the gradient of out, and d_query_key_value [tokens][3 hidden] becomes that of
** query_key_value, which has its bias. scores and d_scores [tokens][tokens] are scratch.
*/
typedef struct AttentionBackward {
  const float *query_key_value, *d_out;
  float *scores, *d_scores, *d_query_key_value;
} AttentionBackward;

void self_attention_backward(size_t tokens, size_t hidden, size_t heads, const AttentionBackward *backward);

#endif
