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
  SPINS = 100 /* a worker yields so often, for about 50 us, before it sleeps */
};

typedef struct Worker {
  Workers *workers;
  size_t number;
  pthread_t thread;
} Worker;

struct Workers {
  pthread_mutex_t mutex;
  pthread_cond_t begun;  /* there are tasks, or the workers shall exit      */
  pthread_cond_t ended;  /* the run has ended                               */
  size_t threads;        /* started; if 0, the caller runs the tasks        */
  Worker *worker;        /* [threads]                                       */
  bool leaving;
  Poll poll;
  struct timespec poll_at; /* when the caller polls next, in this run or a later one */
  /* the current run, guarded by the mutex */
  bool under_way;
  bool open;             /* more tasks may be added                         */
  WorkersPhase *phase;
  WorkersTask *task;
  void *context;
  size_t tasks, next, running;
  atomic_uint phases;    /* phases begun in all runs; read by await_phase() */
  atomic_bool stopped;   /* by the poll, or by a failure                    */
  Status status;         /* the first failure                               */
  Error error;
};

Status workers_poll(const Workers *w, Error *error) { return poll_proceed(w->poll, error); }

Poll workers_caller_poll(const Workers *w) { return w->poll; }

/* Skips all tasks that have not begun. The mutex is held, or there are no threads. */
static void stop(Workers *w, Status status, const Error *error) {
  if (!w->status) {
    w->status = status;
    w->error = *error;
  }
  w->next = w->tasks;
  atomic_store(&w->stopped, true);
}

static void ask_poll(Workers *w) {
  Error error;
  Status status = workers_poll(w, &error);
  if (status) stop(w, status, &error);
}

static void next_phase(Workers *w) {
  Error error;
  w->next = w->tasks = 0;
  if (atomic_load(&w->stopped)) return;
  Status status = w->phase(w->context, &w->tasks, &error);
  if (status) w->tasks = 0;
  if (status) stop(w, status, &error);
}

/* Called when all tasks have ended: begins the next phase, or ends the run. */
static void begin_phase(Workers *w) {
  if (w->open) return;
  next_phase(w);
  w->under_way = w->tasks > 0;
  atomic_fetch_add(&w->phases, 1);
  if (w->under_way)
    pthread_cond_broadcast(&w->begun);
  else
    pthread_cond_signal(&w->ended);
}

/* Runs tasks until none is left. The mutex is held on entry and on return, but not while a task runs. */
static void take_tasks(Workers *w, size_t number) {
  while (w->next < w->tasks) {
    size_t index = w->next++;
    w->running++;
    pthread_mutex_unlock(&w->mutex);
    Error error;
    Status status = w->task(w->context, index, number, &error);
    pthread_mutex_lock(&w->mutex);
    if (status) stop(w, status, &error);
    w->running--;
    if (w->running == 0 && w->next >= w->tasks) begin_phase(w);
  }
}

/* Waits a moment for the next phase. Other workers soon end this one, so that sleeping and
** waking up would take longer. Yields, in case there are more threads than processors. The
** mutex is held on entry and on return.
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

/* Blocks all signals in the new threads: the host's threads handle them. */
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

Status workers_new(size_t threads, Poll poll, Workers **workers, Error *error) {
  Workers *w = calloc(1, sizeof *w);
  Worker *worker = calloc(threads ? threads : 1, sizeof *worker);
  if (!w || !worker || !conditions_init(w)) {
    free(w);
    free(worker);
    return error_no_memory(error);
  }
  w->worker = worker;
  w->poll = poll;
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

/* Waits until the run ends, and polls meanwhile. The mutex is held on entry and on return. */
static void wait_and_poll(Workers *w) {
  while (w->under_way) {
    if (!pthread_cond_timedwait(&w->ended, &w->mutex, &w->poll_at)) continue;
    Error error;
    pthread_mutex_unlock(&w->mutex);
    Status status = atomic_load(&w->stopped) ? STATUS_OK : workers_poll(w, &error);
    pthread_mutex_lock(&w->mutex);
    if (status) stop(w, status, &error);
    if (atomic_load(&w->stopped) && w->running == 0) w->under_way = false;
    w->poll_at = poll_time();
  }
}

static void run_on_caller(Workers *w) {
  for (next_phase(w); w->tasks > 0 && !atomic_load(&w->stopped); next_phase(w)) {
    while (w->next < w->tasks) {
      Error error;
      Status status = w->task(w->context, w->next++, 0, &error);
      if (status) stop(w, status, &error);
      if (!atomic_load(&w->stopped)) ask_poll(w);
    }
  }
}

/* Without threads the caller runs the task, and can poll only here. */
bool workers_stopped(Workers *w) {
  if (w->threads == 0 && !atomic_load(&w->stopped)) ask_poll(w);
  return atomic_load(&w->stopped);
}

static bool is_running(void *workers) { return !workers_stopped(workers); }

Poll workers_task_poll(Workers *workers) { return (Poll){is_running, workers}; }

static void begin_run(Workers *w, WorkersTask *task, void *context) {
  w->task = task;
  w->context = context;
  w->next = w->tasks = 0;
  w->status = STATUS_OK;
  atomic_store(&w->stopped, false);
}

static Status run_status(const Workers *w, Error *error) {
  if (w->status) *error = w->error;
  return w->status;
}

Status workers_run_phases(Workers *w, WorkersPhase *next, WorkersTask *task, void *context, Error *error) {
  pthread_mutex_lock(&w->mutex);
  begin_run(w, task, context);
  w->phase = next;
  if (w->threads) {
    begin_phase(w);
    wait_and_poll(w);
  }
  pthread_mutex_unlock(&w->mutex);
  if (w->threads == 0) run_on_caller(w);
  return run_status(w, error);
}

typedef struct OnePhase {
  size_t tasks; /* 0 once it has begun */
  WorkersTask *task;
  void *context;
} OnePhase;

static Status begin_one_phase(void *context, size_t *tasks, Error *error) {
  (void)error;
  OnePhase *phase = context;
  *tasks = phase->tasks;
  phase->tasks = 0;
  return STATUS_OK;
}

static Status run_one_task(void *context, size_t index, size_t worker, Error *error) {
  OnePhase *phase = context;
  return phase->task(phase->context, index, worker, error);
}

Status workers_run(Workers *w, size_t tasks, WorkersTask *task, void *context, Error *error) {
  OnePhase phase = {tasks, task, context};
  return workers_run_phases(w, begin_one_phase, run_one_task, &phase, error);
}

void workers_begin(Workers *w, WorkersTask *task, void *context) {
  pthread_mutex_lock(&w->mutex);
  begin_run(w, task, context);
  w->under_way = w->open = true;
  pthread_mutex_unlock(&w->mutex);
}

void workers_add(Workers *w, size_t tasks) {
  pthread_mutex_lock(&w->mutex);
  w->tasks += tasks;
  if (atomic_load(&w->stopped)) w->next = w->tasks;
  atomic_fetch_add(&w->phases, 1);
  pthread_cond_broadcast(&w->begun);
  pthread_mutex_unlock(&w->mutex);
}

static Status no_phase(void *context, size_t *tasks, Error *error) {
  (void)context;
  (void)error;
  *tasks = 0;
  return STATUS_OK;
}

Status workers_end(Workers *w, Error *error) {
  if (w->threads == 0) return workers_run(w, w->tasks, w->task, w->context, error);
  pthread_mutex_lock(&w->mutex);
  w->open = false;
  w->phase = no_phase;
  if (w->running == 0 && w->next >= w->tasks) begin_phase(w);
  wait_and_poll(w);
  pthread_mutex_unlock(&w->mutex);
  return run_status(w, error);
}

size_t workers_processors(void) {
#ifdef CPU_COUNT
  cpu_set_t set;
  if (!sched_getaffinity(0, sizeof set, &set)) return (size_t)CPU_COUNT(&set);
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (size_t)online : 1;
}
