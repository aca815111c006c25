#include "host/kept.h"

#include <string.h>

#include "host/cache.h"

void kept_model_free(KeptModel *k) {
  sqlite3_free(k->schema);
  sqlite3_free(k->name);
  cache_release(k->model);
  *k = (KeptModel){0};
}

/* Returns the place of this version, else of one that can go. */
static int find_place(const Kept *k, const KeptModel *m) {
  int i = 0;
  for (; i < KEPT_MODELS - 1 && k->models[i].model; i++)
    if (k->models[i].version == m->version && strcmp(k->models[i].schema, m->schema) == 0 &&
        strcmp(k->models[i].name, m->name) == 0)
      break;
  return i;
}

void kept_add_model(Kept *k, const KeptModel *m) {
  int place = find_place(k, m);
  sqlite3_int64 bytes = 0;
  kept_model_free(&k->models[place]);
  memmove(k->models + 1, k->models, (size_t)place * sizeof k->models[0]);
  k->models[0] = *m;
  for (int i = 1; i < KEPT_MODELS; i++) {
    bytes += k->models[i].size;
    if (bytes > KEPT_MODELS_BYTES) kept_model_free(&k->models[i]);
  }
}

void kept_set_encoder(Kept *k, const KeptEncoder *encoder) {
  KeptEncoder before = k->encoder;
  k->encoder = *encoder;
  sqlite3_free(before.schema);
  sqlite3_free(before.name);
  cache_release(before.encoder);
}

void kept_forget(Kept *k, const char *schema) {
  int left = 0;
  for (int i = 0; i < KEPT_MODELS; i++) {
    KeptModel m = k->models[i];
    k->models[i] = (KeptModel){0};
    if (m.model && strcmp(m.schema, schema) != 0)
      k->models[left++] = m;
    else
      kept_model_free(&m);
  }
  if (k->encoder.encoder && strcmp(k->encoder.schema, schema) == 0) kept_set_encoder(k, &(KeptEncoder){0});
}

void kept_free(Kept *k) {
  for (int i = 0; i < KEPT_MODELS; i++) kept_model_free(&k->models[i]);
  kept_set_encoder(k, &(KeptEncoder){0});
}
