/* main.c -- a fuzz target as a plain program: TARGET FILE|FOLDER ... reads each file once, and prints its name before
** that and the number of files at the end.
*/
#define _GNU_SOURCE /* scandir */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static int files, unreadable;

static void replay(const char *path) {
  FILE *file = fopen(path, "rb");
  long size = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
  uint8_t *bytes = size >= 0 ? malloc((size_t)size ? (size_t)size : 1) : NULL; /* no byte more: reading on is seen */
  if (bytes && fseek(file, 0, SEEK_SET) == 0 && fread(bytes, 1, (size_t)size, file) == (size_t)size) {
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(bytes, (size_t)size);
    files++;
  } else {
    fprintf(stderr, "%s cannot be read\n", path);
    unreadable++;
  }
  free(bytes);
  if (file) fclose(file);
}

static int is_visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    struct dirent **entries;
    int count = scandir(argv[i], &entries, is_visible, alphasort);
    if (count < 0) replay(argv[i]);
    for (int e = 0; e < count; e++) {
      char path[4096];
      snprintf(path, sizeof path, "%s/%s", argv[i], entries[e]->d_name);
      replay(path);
      free(entries[e]);
    }
    if (count >= 0) free(entries);
  }
  printf("%d files\n", files);
  return unreadable > 0;
}
