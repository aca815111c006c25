#include "encoder/encoder_config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json_reader.h"
#include "base/number_text.h"

enum { MOST_SIZE = 65536, MOST_TOKENS = 10 * 1000 * 1000, NAME_LENGTH = 64 };

/* What is read before it is known what it means. */
typedef struct ConfigFile {
  EncoderConfig config;
  char model_type[NAME_LENGTH], activation[NAME_LENGTH], position_type[NAME_LENGTH];
  size_t embedding, padding;
  bool has_padding, decoder, first_token, mean, other_pooling;
} ConfigFile;

/* ---- members ---------------------------------------------------------------------- */

static void read_name(JsonReader *r, char name[NAME_LENGTH]) {
  if (json_accept_null(r)) return;
  json_read_string(r);
  if (r->status) return;
  size_t length = strlen(r->text) < NAME_LENGTH ? strlen(r->text) : NAME_LENGTH - 1;
  memcpy(name, r->text, length);
  name[length] = '\0';
}

/* Returns where the member's number goes, or NULL if it is not a number that is needed. */
static size_t *size_member(const JsonReader *r, ConfigFile *f) {
  const struct {
    const char *name;
    size_t *size;
  } sizes[] = {{"vocab_size", &f->config.vocabulary},      {"hidden_size", &f->config.hidden},
               {"num_hidden_layers", &f->config.layers},   {"num_attention_heads", &f->config.heads},
               {"intermediate_size", &f->config.inner},    {"max_position_embeddings", &f->config.positions},
               {"embedding_size", &f->embedding}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    if (json_text_is(r, sizes[i].name)) return sizes[i].size;
  return NULL;
}

static char *name_member(const JsonReader *r, ConfigFile *f) {
  if (json_text_is(r, "model_type")) return f->model_type;
  if (json_text_is(r, "hidden_act")) return f->activation;
  return json_text_is(r, "position_embedding_type") ? f->position_type : NULL;
}

static bool *flag_member(const JsonReader *r, ConfigFile *f) {
  static const char POOLING[] = "pooling_mode_";
  if (json_text_is(r, "is_decoder")) return &f->decoder;
  if (json_text_is(r, "pooling_mode_cls_token")) return &f->first_token;
  if (json_text_is(r, "pooling_mode_mean_tokens")) return &f->mean;
  return r->text && strncmp(r->text, POOLING, sizeof POOLING - 1) == 0 ? &f->other_pooling : NULL;
}

/* Reads the value of a member whose key was read. */
static void read_value(JsonReader *r, ConfigFile *f) {
  size_t *size = size_member(r, f);
  char *name = name_member(r, f);
  bool *flag = flag_member(r, f);
  if (size) {
    *size = json_read_size(r);
  } else if (name) {
    read_name(r, name);
  } else if (flag) {
    bool set = json_read_bool(r);
    *flag = *flag || set;
  } else if (json_text_is(r, "layer_norm_eps")) {
    f->config.epsilon = (float)json_read_number(r);
  } else if (json_text_is(r, "pad_token_id")) {
    f->has_padding = !json_accept_null(r);
    if (f->has_padding) f->padding = json_read_size(r);
  } else {
    json_skip(r);
  }
}

static void read_member(JsonReader *r, ConfigFile *f) {
  char key[NAME_LENGTH];
  json_read_key(r);
  if (r->status) return;
  snprintf(key, sizeof key, "%s", r->text);
  read_value(r, f);
  if (r->status != STATUS_INVALID) return;
  Error reason = *r->error;
  error_set(r->error, r->status, "%.400s, in its member '%s'", reason.message, key);
}

/* ---- what they mean ----------------------------------------------------------------- */

static Status check_sizes(const EncoderConfig *c, Error *error) {
  const struct {
    const char *name;
    size_t size, most;
  } sizes[] = {{"hidden_size", c->hidden, MOST_SIZE},         {"num_hidden_layers", c->layers, MOST_SIZE},
               {"num_attention_heads", c->heads, MOST_SIZE},  {"intermediate_size", c->inner, MOST_SIZE},
               {"max_position_embeddings", c->positions, MOST_SIZE}, {"vocab_size", c->vocabulary, MOST_TOKENS}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    if (sizes[i].size == 0 || sizes[i].size > sizes[i].most)
      return error_set(error, STATUS_INVALID, "the encoder's config has %s %zu, expected 1 to %zu", sizes[i].name,
                       sizes[i].size, sizes[i].most);
  if (c->hidden % c->heads)
    return error_set(error, STATUS_INVALID, "the encoder's config has hidden_size %zu, expected a multiple of "
                     "num_attention_heads, %zu", c->hidden, c->heads);
  if (c->positions <= c->first_position)
    return error_set(error, STATUS_INVALID, "the encoder's config has max_position_embeddings %zu, expected more than "
                     "%zu, which pad_token_id makes the first position", c->positions, c->first_position);
  if (!(c->epsilon >= 0.0f) || isinf(c->epsilon))
    return error_set(error, STATUS_INVALID, "the encoder's config has layer_norm_eps %s, expected a small number",
                     number_digits((double)c->epsilon, 6).text);
  return STATUS_OK;
}

static Status read_architecture(const ConfigFile *f, EncoderConfig *c, Error *error) {
  bool roberta = strcmp(f->model_type, "xlm-roberta") == 0 || strcmp(f->model_type, "roberta") == 0;
  if (strcmp(f->model_type, "bert") != 0 && !roberta)
    return error_set(error, STATUS_INVALID, "the encoder's model_type is '%s', expected bert, roberta, xlm-roberta or "
                     "model2vec", f->model_type);
  if (f->position_type[0] && strcmp(f->position_type, "absolute") != 0)
    return error_set(error, STATUS_INVALID, "the encoder's position_embedding_type is '%s', expected absolute",
                     f->position_type);
  if (f->decoder)
    return error_set(error, STATUS_INVALID, "the encoder's config has is_decoder true, expected an encoder");
  if (f->embedding && f->embedding != c->hidden)
    return error_set(error, STATUS_INVALID, "the encoder's embedding_size is %zu, expected its hidden_size, %zu",
                     f->embedding, c->hidden);
  if (roberta) c->first_position = (f->has_padding ? f->padding : 1) + 1;
  return STATUS_OK;
}

static Status read_activation(const ConfigFile *f, EncoderConfig *c, Error *error) {
  static const struct {
    const char *name;
    Activation activation;
  } KNOWN[] = {{"gelu", ACTIVATION_GELU}, {"gelu_new", ACTIVATION_GELU_TANH},
               {"gelu_pytorch_tanh", ACTIVATION_GELU_TANH}, {"relu", ACTIVATION_RELU}};
  for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
    if (strcmp(f->activation, KNOWN[i].name) != 0) continue;
    c->activation = KNOWN[i].activation;
    return STATUS_OK;
  }
  return error_set(error, STATUS_INVALID, "the encoder's hidden_act is '%s', expected gelu, gelu_new, "
                   "gelu_pytorch_tanh or relu", f->activation);
}

static Status read_pooling(const ConfigFile *f, EncoderConfig *c, Error *error) {
  if (f->other_pooling || (f->first_token && f->mean))
    return error_set(error, STATUS_INVALID, "the encoder's pooling is not supported, expected either "
                     "pooling_mode_mean_tokens or pooling_mode_cls_token");
  c->pooling = f->first_token ? POOLING_FIRST_TOKEN : POOLING_MEAN;
  return STATUS_OK;
}

/* pooling_mode_*: flags of kinds of pooling, of which "include_prompt" and the like are none. */
Status encoder_config_read(const char *json, size_t length, EncoderConfig *config, Error *error) {
  ConfigFile f = {.activation = "gelu", .config = {.epsilon = 1e-12f}};
  JsonReader r = json_begin(json, length, "the encoder's config", error);
  json_expect(&r, '{');
  for (bool first = true; json_next(&r, '}', &first);) read_member(&r, &f);
  Status status = json_end(&r);
  if (status) return status;
  *config = f.config;
  if (strcmp(f.model_type, "model2vec") == 0) {
    *config = (EncoderConfig){.is_static = true};
    return STATUS_OK;
  }
  status = read_architecture(&f, config, error);
  if (!status) status = read_activation(&f, config, error);
  if (!status) status = read_pooling(&f, config, error);
  return status ? status : check_sizes(config, error);
}
