#include "encoder_tokenizer/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

void pieces_free(Pieces *p) {
  free(p->bytes);
  free(p->piece);
  trie_free(&p->trie);
  *p = (Pieces){0};
}

static Status check_piece(const Pieces *p, size_t id, const char *bytes, size_t length, Error *error) {
  int shown = length < 60 ? (int)length : 60;
  size_t other;
  if (length > PIECE_MAX_BYTES)
    return error_set(error, STATUS_INVALID, "the tokenizer's token '%.*s...' has %zu bytes, expected at most %d",
                     shown, bytes, length, PIECE_MAX_BYTES);
  if (!utf8_is_valid(bytes, length))
    return error_set(error, STATUS_INVALID, "the tokenizer's token '%.*s' is not UTF-8", shown, bytes);
  if (id > PIECE_MAX_ID)
    return error_set(error, STATUS_INVALID, "the tokenizer's token '%.*s' has id %zu, expected at most %d", shown,
                     bytes, id, PIECE_MAX_ID);
  if (pieces_get(p, id, &other))
    return error_set(error, STATUS_INVALID, "the tokenizer's token '%.*s' has id %zu, which another token has", shown,
                     bytes, id);
  return STATUS_OK;
}

/* Makes room for one more token with this id; ids between that have none are free. */
static bool reserve(Pieces *p, size_t id, size_t length) {
  if (length >= UINT32_MAX - p->length) return false;
  if (!memory_grow(&p->bytes, &p->bytes_capacity, p->length + length + 1, 1)) return false;
  if (!memory_grow(&p->piece, &p->capacity, id + 1, sizeof *p->piece)) return false;
  for (; p->count <= id; p->count++) p->piece[p->count] = (struct Piece){0, TOKEN_NONE};
  return true;
}

Status pieces_add(Pieces *p, size_t id, const char *bytes, size_t length, Error *error) {
  Status status = check_piece(p, id, bytes, length, error);
  if (status) return status;
  if (!reserve(p, id, length)) return error_no_memory(error);
  if (length) memcpy(p->bytes + p->length, bytes, length);
  p->piece[id] = (struct Piece){(uint32_t)p->length, (uint32_t)length};
  p->length += length;
  p->tokens++;
  return STATUS_OK;
}

/* Of a token that is there twice the trie has one id, so that the other does not find itself. */
static Status check_unique(const Pieces *p, Error *error) {
  size_t length;
  for (size_t id = 0; id < p->count; id++) {
    const char *bytes = pieces_get(p, id, &length);
    if (bytes && pieces_find(p, bytes, length) != id)
      return error_set(error, STATUS_INVALID, "the tokenizer has the token '%.*s' twice, with ids %zu and %u",
                       length < 60 ? (int)length : 60, bytes, id, (unsigned)pieces_find(p, bytes, length));
  }
  return STATUS_OK;
}

Status pieces_index(Pieces *p, Error *error) {
  size_t count = 0, length;
  TrieEntry *entries = memory_aligned(p->tokens, sizeof *entries);
  if (!entries) return error_no_memory(error);
  for (size_t id = 0; id < p->count; id++) {
    const char *bytes = pieces_get(p, id, &length);
    if (bytes) entries[count++] = (TrieEntry){bytes, (uint32_t)length, (uint32_t)id};
  }
  Status status = trie_build(&p->trie, entries, count) ? STATUS_OK : error_no_memory(error);
  free(entries);
  return status ? status : check_unique(p, error);
}

uint32_t pieces_find(const Pieces *p, const char *bytes, size_t length) {
  uint32_t node = trie_find(&p->trie, bytes, length);
  return node == TRIE_NONE ? TOKEN_NONE : p->trie.value[node];
}

const char *pieces_get(const Pieces *p, size_t id, size_t *length) {
  if (id >= p->count || p->piece[id].length == TOKEN_NONE) return NULL;
  *length = p->piece[id].length;
  return p->bytes + p->piece[id].start;
}
