/* Chunks of what is done while there is time. What is done takes the seconds that a test says. */
#include "base/time_chunks.h"

#include "unit/support.h"

static double seconds_left(const void *context) { return *(const double *)context; }

/* Takes so many seconds for each thing; returns how many chunks there were. */
static size_t run(TimeChunks *chunks, double *left, double of_one) {
  size_t count = 0, before = chunks->end;
  while (time_chunks_next(chunks)) {
    assert_int_equal(chunks->begin, before);
    assert_true(chunks->end > chunks->begin && chunks->end <= chunks->count);
    before = chunks->end;
    *left -= of_one * (double)(chunks->end - chunks->begin);
    count++;
  }
  return count;
}

TEST(without_a_limit_all_is_one_chunk) {
  double left = 0.0;
  TimeLeft none = {NULL, NULL};
  TimeChunks chunks = {.count = 1000, .least = 16};
  assert_int_equal(run(&chunks, &left, 1.0), 1);
  assert_int_equal(chunks.end, 1000);
  chunks = (TimeChunks){.time = &none, .count = 1000, .least = 16};
  assert_int_equal(run(&chunks, &left, 1.0), 1);
}

TEST(chunks_end_with_the_time) {
  double left = 100.0;
  TimeLeft time = {seconds_left, &left};
  TimeChunks chunks = {.time = &time, .count = 1000, .least = 16};
  assert_true(run(&chunks, &left, 1.0) > 3);
  assert_true(chunks.end >= 100 && chunks.end < 116);
  assert_true(left <= 0.0 && left > -16.0);
}

TEST(the_first_chunk_is_there_whatever_the_time) {
  double left = -1.0;
  TimeLeft time = {seconds_left, &left};
  TimeChunks chunks = {.time = &time, .count = 1000, .least = 16};
  assert_int_equal(run(&chunks, &left, 1.0), 1);
  assert_int_equal(chunks.end, 16);
  chunks = (TimeChunks){.time = &time, .count = 1000, .least = 16, .begin = 500, .end = 500};
  assert_int_equal(run(&chunks, &left, 1.0), 0);
  assert_int_equal(chunks.end, 500);
  chunks = (TimeChunks){.time = &time, .least = 16};
  assert_int_equal(run(&chunks, &left, 1.0), 0);
}

TEST(what_takes_no_time_is_done_in_two) {
  double left = 1.0;
  TimeLeft time = {seconds_left, &left};
  TimeChunks chunks = {.time = &time, .count = 1000, .least = 16};
  assert_int_equal(run(&chunks, &left, 0.0), 2);
  assert_int_equal(chunks.end, 1000);
}

TEST(a_part_ends_sooner_than_the_whole) {
  double left = 10.0;
  TimeLeft time = {seconds_left, &left};
  TimePart parts[2];
  TimeLeft half = time_part(&time, 0.5, &parts[0]), quarter = time_part(&half, 0.5, &parts[1]);
  assert_near(time_left(&half), 5.0, 1e-9);
  assert_near(time_left(&quarter), 2.5, 1e-9);
  left = 6.0;
  assert_near(time_left(&half), 1.0, 1e-9);
  assert_near(time_left(&quarter), -1.5, 1e-9);
  half = time_part(NULL, 0.5, &parts[0]);
  assert_true(time_left(&half) == INFINITY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_a_limit_all_is_one_chunk),
      cmocka_unit_test(chunks_end_with_the_time),
      cmocka_unit_test(the_first_chunk_is_there_whatever_the_time),
      cmocka_unit_test(what_takes_no_time_is_done_in_two),
      cmocka_unit_test(a_part_ends_sooner_than_the_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
