#include "text/text.h"

uint32_t text_fingerprint(const char *bytes, size_t length) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
  return (uint32_t)(hash ^ hash >> 32);
}
