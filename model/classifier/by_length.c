#include "classifier/by_length.h"

#include <stdlib.h>

#include "base/sort.h"

typedef struct Sorted {
  uint32_t text;
  uint32_t length;
} Sorted;

typedef struct Job {
  Sorted *sorted; /* [count] */
  size_t count;
  ByLengthTask *task;
  void *context;
} Job;

static int longest_first(const void *a, const void *b) {
  const Sorted *x = a, *y = b;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  return x->text < y->text ? -1 : 1;
}

static Status run_task(void *context, size_t index, size_t worker, Error *error) {
  const Job *job = context;
  uint32_t numbers[BY_LENGTH_TEXTS];
  size_t first = index * BY_LENGTH_TEXTS, count = 0;
  for (; count < BY_LENGTH_TEXTS && first + count < job->count; count++)
    numbers[count] = job->sorted[first + count].text;
  return job->task(job->context, numbers, count, worker, error);
}

Status by_length_run(const Text *texts, size_t count, Workers *workers, ByLengthTask *task, void *context,
                     Error *error) {
  if (count == 0) return STATUS_OK;
  Job job = {malloc(count * sizeof *job.sorted), count, task, context};
  if (!job.sorted) return error_no_memory(error);
  for (size_t i = 0; i < count; i++) job.sorted[i] = (Sorted){(uint32_t)i, (uint32_t)texts[i].length};
  Status status = sort_list(job.sorted, count, sizeof *job.sorted, longest_first, workers_caller_poll(workers), error);
  if (!status) status = workers_run(workers, (count + BY_LENGTH_TEXTS - 1) / BY_LENGTH_TEXTS, run_task, &job, error);
  free(job.sorted);
  return status;
}
