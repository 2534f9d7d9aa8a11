/* How a core is shared by a process with one long burst and one that wakes meanwhile (wakes.csv).

   cc -O1 -o wakes wakes.c && ./wakes HOG_MS WAKES_AT_MS WAKER_MS >> wakes.csv

   Every 23.3 ms the first process runs for HOG_MS, the second wakes WAKES_AT_MS later and runs for WAKER_MS, both
   on core 0. Written: how often the second had the core within 0.3 ms, how long it waited for it, and how
   long it took in all. Bursts are counted loops: asking for the time of a thread's CPU would bring the
   scheduler's accounts up to date, and so change what is measured. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 300
#define PERIOD 23300000LL

static long long clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_until(long long at) {
  struct timespec t = {at / 1000000000LL, at % 1000000000LL};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0);
}

static volatile double sink;
static double turns_per_ns = 1;

static void spin(double ns) {
  for (double turn = 0; turn < ns * turns_per_ns; turn++) sink += 1;
}

/* In each round: sleeps, notes when it has the core, runs, notes when it is done. */
static void rounds(double (*seen)[2], long long start, double at_ms, double busy_ms) {
  if (fork()) return;
  for (int k = 0; k < ROUNDS; k++) {
    long long due = start + k * PERIOD + at_ms * 1e6;
    sleep_until(due);
    seen[k][0] = (clock_ns(CLOCK_MONOTONIC) - due) / 1e6;
    spin(busy_ms * 1e6);
    seen[k][1] = (clock_ns(CLOCK_MONOTONIC) - due) / 1e6;
  }
  _exit(0);
}

int main(int count, char **words) {
  if (count != 4) return fprintf(stderr, "usage: wakes HOG_MS WAKES_AT_MS WAKER_MS\n"), 2;
  double hog = atof(words[1]), at = atof(words[2]), waker = atof(words[3]);
  for (int i = 0; i < 2; i++) {
    long long before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    spin(20e6);
    turns_per_ns *= 20e6 / (clock_ns(CLOCK_THREAD_CPUTIME_ID) - before);
  }
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(0, &cores);
  sched_setaffinity(0, sizeof cores, &cores);
  double(*seen)[2] = mmap(0, 2 * ROUNDS * sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  long long start = clock_ns(CLOCK_MONOTONIC) + 50000000;
  rounds(seen + ROUNDS, start, 0, hog);
  rounds(seen, start, at, waker);
  wait(0), wait(0);
  int immediate = 0;
  double waited = 0, took = 0;
  for (int k = 0; k < ROUNDS; k++) {
    immediate += seen[k][0] < 0.3;
    waited += seen[k][0];
    took += seen[k][1];
  }
  printf("%g,%g,%g,%d,%.3f,%.3f,%.3f\n", hog, at, waker, ROUNDS, 1.0 * immediate / ROUNDS, waited / ROUNDS, took / ROUNDS);
}
