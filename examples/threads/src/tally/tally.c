/* A counter for many threads.  export-symbols in pyproject.toml exports tally_*, on Windows too. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "aligned.h"

struct tally {
    atomic_size_t count;
};

enum { MOST_THREADS = 64 };

struct tally *tally_new(void) { return aligned_new(sizeof(struct tally)); }

void tally_delete(struct tally *tally) { aligned_delete(tally); }

void tally_add(struct tally *tally, size_t amount) { atomic_fetch_add(&tally->count, amount); }

size_t tally_count(struct tally *tally) { return atomic_load(&tally->count); }

int64_t tally_nanoseconds(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return -1;
    }
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct work {
    struct tally *tally;
    size_t rounds;
};

static void *add_one_by_one(void *argument) {
    struct work *work = argument;
    for (size_t i = 0; i < work->rounds; i++) {
        tally_add(work->tally, 1);
    }
    return NULL;
}

/* Adds from several threads at once, one by one; gives how many threads could be started. */
int tally_hammer(struct tally *tally, int threads, size_t rounds) {
    struct work work = {tally, rounds};
    pthread_t running[MOST_THREADS];
    int started = 0;
    while (started < threads && started < MOST_THREADS &&
           pthread_create(&running[started], NULL, add_one_by_one, &work) == 0) {
        started++;
    }
    for (int i = 0; i < started; i++) {
        pthread_join(running[i], NULL);
    }
    return started;
}
