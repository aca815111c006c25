#define _GNU_SOURCE /* sched_getaffinity */
#include "base/workers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
  POLL_NANOSECONDS = 20 * 1000 * 1000,
  SPINS = 100 /* looks for a phase to begin, before a worker sleeps: some 50 us */
};

typedef struct Worker {
  Workers *workers;
  size_t number;
  pthread_t thread;
} Worker;

struct Workers {
  pthread_mutex_t mutex;
  pthread_cond_t begun;  /* tasks to take, or time to leave                 */
  pthread_cond_t ended;  /* the last task of a run has ended                */
  size_t threads;        /* started; 0 when the caller runs the tasks       */
  Worker *worker;        /* [threads]                                       */
  bool leaving;
  atomic_bool stopped;   /* by the poll of the run under way                */
  struct timespec poll_at; /* when the caller next polls; spans short runs  */
  /* the run under way, guarded by the mutex */
  bool under_way;
  bool open;             /* more tasks may be added                         */
  WorkersPhase *phase;
  WorkersTask *task;
  void *context;
  size_t tasks, next, running;
  atomic_uint phases;    /* begun, of all runs: for those who wait spinning */
  Poll poll;             /* of a run on the caller's thread                 */
};

/* No task is running or left: begins the next phase, or ends the run. */
static void begin_phase(Workers *w) {
  if (w->open) return;
  w->next = 0;
  w->tasks = atomic_load(&w->stopped) ? 0 : w->phase(w->context);
  w->under_way = w->tasks > 0;
  atomic_fetch_add(&w->phases, 1);
  if (w->under_way)
    pthread_cond_broadcast(&w->begun);
  else
    pthread_cond_signal(&w->ended);
}

/* Takes and runs tasks while there are any. The mutex is held on entry and on
** return, not while a task runs.
*/
static void take_tasks(Workers *w, size_t number) {
  while (w->next < w->tasks) {
    size_t index = w->next++;
    w->running++;
    pthread_mutex_unlock(&w->mutex);
    w->task(w->context, index, number);
    pthread_mutex_lock(&w->mutex);
    w->running--;
    if (w->running == 0 && w->next >= w->tasks) begin_phase(w);
  }
}

/* A phase ends soon after its last task was taken: to sleep and be woken would
** take longer. Where threads are more than processors, who yields lets it end.
** The mutex is held on entry and on return.
*/
static void await_phase(Workers *w) {
  unsigned seen = atomic_load(&w->phases);
  pthread_mutex_unlock(&w->mutex);
  for (int i = 0; i < SPINS && atomic_load(&w->phases) == seen; i++) sched_yield();
  pthread_mutex_lock(&w->mutex);
}

static void *worker_main(void *argument) {
  Worker *worker = argument;
  Workers *w = worker->workers;
  pthread_mutex_lock(&w->mutex);
  while (!w->leaving) {
    take_tasks(w, worker->number);
    if (w->under_way) await_phase(w);
    if (w->next >= w->tasks && !w->leaving) pthread_cond_wait(&w->begun, &w->mutex);
  }
  pthread_mutex_unlock(&w->mutex);
  return NULL;
}

static struct timespec poll_time(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  time.tv_nsec += POLL_NANOSECONDS;
  time.tv_sec += time.tv_nsec / 1000000000;
  time.tv_nsec %= 1000000000;
  return time;
}

static bool conditions_init(Workers *w) {
  pthread_condattr_t monotonic;
  if (pthread_condattr_init(&monotonic)) return false;
  bool ok = !pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  ok = ok && !pthread_mutex_init(&w->mutex, NULL);
  ok = ok && !pthread_cond_init(&w->begun, NULL);
  ok = ok && !pthread_cond_init(&w->ended, &monotonic);
  pthread_condattr_destroy(&monotonic);
  return ok;
}

/* Signals stay with the host's own threads. */
static void start_threads(Workers *w, size_t threads) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (w->threads < threads) {
    Worker *next = &w->worker[w->threads];
    *next = (Worker){.workers = w, .number = w->threads};
    if (pthread_create(&next->thread, NULL, worker_main, next)) break;
    w->threads++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

Status workers_new(size_t threads, Workers **workers, Error *error) {
  Workers *w = calloc(1, sizeof *w);
  Worker *worker = calloc(threads ? threads : 1, sizeof *worker);
  if (!w || !worker || !conditions_init(w)) {
    free(w);
    free(worker);
    return error_no_memory(error);
  }
  w->worker = worker;
  w->poll_at = poll_time();
  start_threads(w, threads);
  *workers = w;
  return STATUS_OK;
}

void workers_free(Workers *w) {
  if (!w) return;
  pthread_mutex_lock(&w->mutex);
  w->next = w->tasks;
  w->leaving = true;
  pthread_cond_broadcast(&w->begun);
  pthread_mutex_unlock(&w->mutex);
  for (size_t i = 0; i < w->threads; i++) pthread_join(w->worker[i].thread, NULL);
  pthread_cond_destroy(&w->ended);
  pthread_cond_destroy(&w->begun);
  pthread_mutex_destroy(&w->mutex);
  free(w->worker);
  free(w);
}

size_t workers_count(const Workers *w) { return w->threads ? w->threads : 1; }

static bool proceeds(Poll poll) { return !poll.proceed || poll.proceed(poll.context); }

/* Waits for the run to end, polling; the mutex is held on entry and return. */
static bool wait_and_poll(Workers *w, Poll poll) {
  bool proceed = true;
  while (w->under_way) {
    if (!pthread_cond_timedwait(&w->ended, &w->mutex, &w->poll_at)) continue;
    pthread_mutex_unlock(&w->mutex);
    if (proceed) proceed = proceeds(poll);
    pthread_mutex_lock(&w->mutex);
    atomic_store(&w->stopped, !proceed);
    if (!proceed) w->next = w->tasks;
    if (!proceed && w->running == 0) w->under_way = false;
    w->poll_at = poll_time();
  }
  return proceed;
}

static bool run_on_caller(Workers *w, Poll poll) {
  w->poll = poll;
  while ((w->tasks = w->phase(w->context)) > 0) {
    for (size_t i = 0; i < w->tasks && !atomic_load(&w->stopped); i++) {
      w->task(w->context, i, 0);
      if (!atomic_load(&w->stopped)) atomic_store(&w->stopped, !proceeds(poll));
    }
    if (atomic_load(&w->stopped)) return false;
  }
  return true;
}

/* Without threads a long task is itself what keeps the caller from polling. */
bool workers_stopped(Workers *w) {
  if (w->threads == 0 && !atomic_load(&w->stopped)) atomic_store(&w->stopped, !proceeds(w->poll));
  return atomic_load(&w->stopped);
}

Status workers_run_phases(Workers *w, WorkersPhase *next, WorkersTask *task, void *context,
                          Poll poll, Error *error) {
  bool proceed = true;
  pthread_mutex_lock(&w->mutex);
  atomic_store(&w->stopped, false);
  w->phase = next;
  w->task = task;
  w->context = context;
  if (w->threads) {
    begin_phase(w);
    proceed = wait_and_poll(w, poll);
  }
  pthread_mutex_unlock(&w->mutex);
  if (w->threads == 0) proceed = run_on_caller(w, poll);
  if (proceed) return STATUS_OK;
  return error_set(error, STATUS_INTERRUPTED, "interrupted");
}

typedef struct OnePhase {
  size_t tasks; /* 0 once it has begun */
  WorkersTask *task;
  void *context;
} OnePhase;

static size_t begin_one_phase(void *context) {
  OnePhase *phase = context;
  size_t tasks = phase->tasks;
  phase->tasks = 0;
  return tasks;
}

static void run_one_task(void *context, size_t index, size_t worker) {
  OnePhase *phase = context;
  phase->task(phase->context, index, worker);
}

Status workers_run(Workers *w, size_t tasks, WorkersTask *task, void *context, Poll poll,
                   Error *error) {
  OnePhase phase = {tasks, task, context};
  return workers_run_phases(w, begin_one_phase, run_one_task, &phase, poll, error);
}

void workers_begin(Workers *w, WorkersTask *task, void *context) {
  pthread_mutex_lock(&w->mutex);
  atomic_store(&w->stopped, false);
  w->task = task;
  w->context = context;
  w->next = w->tasks = 0;
  w->under_way = w->open = true;
  w->poll = (Poll){0};
  pthread_mutex_unlock(&w->mutex);
}

void workers_add(Workers *w, size_t tasks) {
  pthread_mutex_lock(&w->mutex);
  w->tasks += tasks;
  atomic_fetch_add(&w->phases, 1);
  pthread_cond_broadcast(&w->begun);
  pthread_mutex_unlock(&w->mutex);
}

static size_t no_phase(void *context) {
  (void)context;
  return 0;
}

Status workers_end(Workers *w, Poll poll, Error *error) {
  if (w->threads == 0) return workers_run(w, w->tasks, w->task, w->context, poll, error);
  pthread_mutex_lock(&w->mutex);
  w->open = false;
  w->phase = no_phase;
  if (w->running == 0 && w->next >= w->tasks) begin_phase(w);
  bool proceed = wait_and_poll(w, poll);
  pthread_mutex_unlock(&w->mutex);
  return proceed ? STATUS_OK : error_set(error, STATUS_INTERRUPTED, "interrupted");
}

size_t workers_processors(void) {
#ifdef CPU_COUNT
  cpu_set_t set;
  if (!sched_getaffinity(0, sizeof set, &set)) return (size_t)CPU_COUNT(&set);
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (size_t)online : 1;
}
