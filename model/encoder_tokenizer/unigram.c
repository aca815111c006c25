#include "encoder_tokenizer/unigram.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"

static const double UNKNOWN_PENALTY = 10.0;

struct LatticeNode {
  double score;   /* of the best way from the beginning to here          */
  uint32_t id;    /* its last token                                      */
  uint32_t start; /* and where that starts, or NOWHERE if there is no way */
  uint32_t end;   /* of the token that starts here, on the best way      */
};

#define NOWHERE UINT32_MAX

void lattice_free(Lattice *l) {
  free(l->node);
  *l = (Lattice){0};
}

void unigram_free(Unigram *u) {
  free(u->score);
  *u = (Unigram){0};
}

bool unigram_add(Unigram *u, double score) {
  if (!memory_grow(&u->score, &u->capacity, u->scores + 1, sizeof *u->score)) return false;
  u->score[u->scores++] = score;
  return true;
}

void unigram_prepare(Unigram *u, const Pieces *pieces) {
  double least = INFINITY;
  for (size_t i = 0; i < u->scores; i++) least = u->score[i] < least ? u->score[i] : least;
  u->unknown_score = least - UNKNOWN_PENALTY;
  for (unsigned byte = 0; byte < 256; byte++) {
    char name[8];
    int length = snprintf(name, sizeof name, "<0x%02X>", byte);
    u->byte[byte] = u->byte_fallback ? pieces_find(pieces, name, (size_t)length) : TOKEN_NONE;
  }
}

/* ---- the best way ------------------------------------------------------------------------ */

static void reach(struct LatticeNode *node, double score, uint32_t id, size_t start) {
  if (node->start != NOWHERE && score <= node->score) return;
  node->score = score;
  node->id = id;
  node->start = (uint32_t)start;
}

/* Goes on from `start` by each token that is there. */
static void leave(const Unigram *u, const Trie *trie, const char *piece, size_t length, size_t start,
                  struct LatticeNode *nodes) {
  double score = nodes[start].score;
  size_t character = utf8_length(piece + start, length - start);
  bool is_token = false;
  uint32_t node = 0;
  for (size_t i = start; i < length && (node = trie_child(trie, node, piece[i])) != 0; i++) {
    uint32_t id = trie->value[node];
    if (id == TRIE_NONE) continue;
    reach(&nodes[i + 1], score + u->score[id], id, start);
    is_token = is_token || i + 1 - start == character;
  }
  if (!is_token) reach(&nodes[start + character], score + u->unknown_score, u->unknown, start);
}

/* Sets `end` of the nodes on the best way. */
static void turn_around(struct LatticeNode *nodes, size_t length) {
  for (size_t end = length; end > 0; end = nodes[end].start) nodes[nodes[end].start].end = (uint32_t)end;
}

/* ---- tokens ------------------------------------------------------------------------------- */

static bool have_bytes(const Unigram *u, const char *bytes, size_t length) {
  bool all = u->byte_fallback;
  for (size_t i = 0; i < length && all; i++) all = u->byte[(unsigned char)bytes[i]] != TOKEN_NONE;
  return all;
}

/* Several unknown characters may be a token together. */
static bool add_unknown(const Unigram *u, const Pieces *pieces, const char *bytes, size_t length, TokenIds *ids) {
  uint32_t id = pieces_find(pieces, bytes, length);
  bool added = true;
  if (id != TOKEN_NONE) return token_ids_add(ids, id);
  if (!have_bytes(u, bytes, length)) return token_ids_add(ids, u->unknown);
  for (size_t i = 0; i < length && added; i++) added = token_ids_add(ids, u->byte[(unsigned char)bytes[i]]);
  return added;
}

static bool goes_on(const Lattice *l, size_t step) { return !l->poll || text_poll_step(l->poll, step); }

bool unigram_encode(const Unigram *u, const Pieces *pieces, const char *piece, size_t length, Lattice *lattice,
                    TokenIds *ids) {
  bool added = length < NOWHERE && memory_grow(&lattice->node, &lattice->capacity, length + 1, sizeof *lattice->node);
  if (!added) return false;
  struct LatticeNode *nodes = lattice->node;
  nodes[0] = (struct LatticeNode){.start = 0};
  for (size_t i = 1; i <= length; i++) {
    if (!goes_on(lattice, i)) return false;
    nodes[i].start = NOWHERE;
  }
  for (size_t at = 0, step = 0; at < length; at += utf8_length(piece + at, length - at)) {
    if (!goes_on(lattice, step++)) return false;
    leave(u, &pieces->trie, piece, length, at, nodes);
  }
  turn_around(nodes, length);
  for (size_t at = 0, end, step = 0; at < length && added; at = end) {
    end = nodes[at].end;
    if (!goes_on(lattice, step++)) return false;
    uint32_t id = nodes[end].id;
    while (id == u->unknown && end < length && nodes[nodes[end].end].id == id) end = nodes[end].end;
    added = id == u->unknown ? add_unknown(u, pieces, piece + at, end - at, ids) : token_ids_add(ids, id);
  }
  return added;
}
