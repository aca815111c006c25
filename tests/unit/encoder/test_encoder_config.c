/* The config of a pretrained encoder: what is read, and what is refused by name. */
#include <stdlib.h>
#include <string.h>

#include "encoder/encoder_config.h"
#include "unit/support.h"

#define SIZES "\"hidden_size\": 24, \"num_hidden_layers\": 2, \"num_attention_heads\": 3, \"intermediate_size\": 40, " \
              "\"max_position_embeddings\": 32, \"vocab_size\": 61"

static EncoderConfig config;

static Status read(const char *json) { return encoder_config_read(json, strlen(json), &config, &error); }

TEST(sizes_and_choices_are_read) {
  assert_ok(read("{\"model_type\": \"bert\", " SIZES ", \"layer_norm_eps\": 1e-5, \"unknown\": [{}], "
                 "\"pad_token_id\": 0, \"position_embedding_type\": \"absolute\"}"));
  assert_int_equal(config.hidden, 24);
  assert_int_equal(config.layers, 2);
  assert_int_equal(config.heads, 3);
  assert_int_equal(config.inner, 40);
  assert_int_equal(config.positions, 32);
  assert_int_equal(config.first_position, 0);
  assert_int_equal(config.vocabulary, 61);
  assert_near(config.epsilon, 1e-5, 1e-12);
  assert_int_equal(config.activation, ACTIVATION_GELU);
  assert_int_equal(config.pooling, POOLING_MEAN);
  assert_false(config.is_static);
}

TEST(positions_of_roberta_begin_past_its_padding) {
  assert_ok(read("{\"model_type\": \"xlm-roberta\", \"pad_token_id\": 1, \"hidden_act\": \"gelu_new\", "
                 "\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false, " SIZES "}"));
  assert_int_equal(config.first_position, 2);
  assert_int_equal(config.activation, ACTIVATION_GELU_TANH);
  assert_int_equal(config.pooling, POOLING_FIRST_TOKEN);
  assert_ok(read("{\"model_type\": \"roberta\", \"pad_token_id\": null, " SIZES "}"));
  assert_int_equal(config.first_position, 2);
}

TEST(a_static_encoder_needs_no_sizes) {
  assert_ok(read("{\"model_type\": \"model2vec\", \"normalize\": true}"));
  assert_true(config.is_static);
}

TEST(what_cannot_be_computed_is_refused_by_name) {
  static const struct {
    const char *json, *message;
  } CASES[] = {
      {"{" SIZES "}", "the encoder's model_type is '', expected bert, roberta, xlm-roberta or model2vec"},
      {"{\"model_type\": \"mpnet\", " SIZES "}", "model_type is 'mpnet'"},
      {"{\"model_type\": \"bert\", \"position_embedding_type\": \"relative_key\", " SIZES "}",
       "position_embedding_type is 'relative_key', expected absolute"},
      {"{\"model_type\": \"bert\", \"is_decoder\": true, " SIZES "}", "is_decoder true, expected an encoder"},
      {"{\"model_type\": \"bert\", \"embedding_size\": 12, " SIZES "}",
       "embedding_size is 12, expected its hidden_size, 24"},
      {"{\"model_type\": \"bert\", \"hidden_act\": \"silu\", " SIZES "}",
       "hidden_act is 'silu', expected gelu, gelu_new"},
      {"{\"model_type\": \"bert\", \"pooling_mode_max_tokens\": true, " SIZES "}", "pooling is not supported"},
      {"{\"model_type\": \"bert\", \"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": true, " SIZES "}",
       "pooling is not supported"},
      {"{\"model_type\": \"bert\"}", "hidden_size 0, expected 1 to 65536"},
      {"{\"model_type\": \"bert\", " SIZES ", \"hidden_size\": 99999}", "hidden_size 99999, expected 1 to 65536"},
      {"{\"model_type\": \"bert\", " SIZES ", \"vocab_size\": 99999999}",
       "vocab_size 99999999, expected 1 to 10000000"},
      {"{\"model_type\": \"bert\", " SIZES ", \"num_attention_heads\": 5}",
       "expected a multiple of num_attention_heads, 5"},
      {"{\"model_type\": \"roberta\", " SIZES ", \"pad_token_id\": 31}",
       "max_position_embeddings 32, expected more than 32"},
      {"{\"model_type\": \"bert\", " SIZES ", \"layer_norm_eps\": -1}", "layer_norm_eps -1, expected a small number"},
      {"{\"model_type\": \"bert\", " SIZES ", \"hidden_size\": \"24\"}", 
       "the encoder's config has byte 0x22 where a number was expected, in its member 'hidden_size'"},
      {"{\"hidden_act\": 5}", "where '\"' was expected, in its member 'hidden_act'"},
      {"[]", "the encoder's config has byte 0x5b where '{' was expected"},
  };
  for (size_t i = 0; i < COUNT(CASES); i++) assert_invalid(read(CASES[i].json), CASES[i].message);
}

/* Cut anywhere, the file is an error and never read past its end: the sanitizers look. */
TEST(a_config_that_is_cut_is_refused) {
  static const char JSON[] = "{\"model_type\": \"bert\", \"layer_norm_eps\": 1e-5, " SIZES "}";
  for (size_t length = 0; length < sizeof JSON - 1; length++) {
    char *cut = allocate(length + 1, 1);
    memcpy(cut, JSON, length);
    assert_status(encoder_config_read(cut, length, &config, &error), STATUS_INVALID);
    free(cut);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_and_choices_are_read),
      cmocka_unit_test(positions_of_roberta_begin_past_its_padding),
      cmocka_unit_test(a_static_encoder_needs_no_sizes),
      cmocka_unit_test(what_cannot_be_computed_is_refused_by_name),
      cmocka_unit_test(a_config_that_is_cut_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
