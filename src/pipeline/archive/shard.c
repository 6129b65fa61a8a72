/* Which share of an archive is this worker's: as it was given, or as the scheduler's variables have it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "pipeline/archive/archive.h"

/* The variables of a scheduler's array. Without `last` and `count` it does not say how many there are. */
typedef struct scheduler {
    const char *name, *index, *first, *last, *step, *count;
    long base; /* index of the first, where no variable says it */
} scheduler;

static const scheduler schedulers[] = {
    {"Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP",
     "SLURM_ARRAY_TASK_COUNT", 0},
    {"PBS", "PBS_ARRAY_INDEX", NULL, NULL, NULL, NULL, 1},
    {"Torque", "PBS_ARRAYID", NULL, NULL, NULL, NULL, 1},
    {"SGE", "SGE_TASK_ID", "SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE", NULL, 1},
    {"LSF", "LSB_JOBINDEX", NULL, "LSB_JOBINDEX_END", "LSB_JOBINDEX_STEP", NULL, 1},
    {"Kubernetes", "JOB_COMPLETION_INDEX", NULL, NULL, NULL, NULL, 0},
    {"AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", NULL, NULL, NULL, "AWS_BATCH_JOB_ARRAY_SIZE", 0},
};

/* A whole number, not negative; `otherwise` where the variable is not set, or is no number, as SGE's "undefined". */
static long number_of(const char *variable, long otherwise)
{
    const char *text = variable ? getenv(variable) : NULL;
    char *end = NULL;
    if (!text || !isdigit((unsigned char)*text))
        return otherwise;
    const long value = strtol(text, &end, 10);
    return *end ? otherwise : value;
}

static dvk_status from_scheduler(const scheduler *s, size_t given, size_t *shard, size_t *shards)
{
    const long index = number_of(s->index, 0), step = number_of(s->step, 1), first = number_of(s->first, s->base);
    const long last = number_of(s->last, -1), count = number_of(s->count, -1);
    if (step < 1 || index < first || (index - first) % step != 0)
        return dvk_fail(DVK_ERR_USAGE, "%s: %s=%ld makes no sense from %ld in steps of %ld: give K/N", s->name,
                        s->index, index, first, step);
    const long spanned = last >= first ? (last - first) / step + 1 : -1;
    if (!given && spanned > 0 && count > 0 && spanned != count)
        return dvk_fail(DVK_ERR_USAGE, "%s: the array has gaps (%ld tasks from %ld to %ld): give K/N, or auto/N",
                        s->name, count, first, last);
    const long total = given ? (long)given : spanned > 0 ? spanned : count;
    if (total < 1)
        return dvk_fail(DVK_ERR_USAGE, "%s does not say how many tasks its array has: give auto/N", s->name);
    *shard = (size_t)((index - first) / step) + 1;
    *shards = (size_t)total;
    return *shard <= *shards
               ? DVK_OK
               : dvk_fail(DVK_ERR_USAGE, "%s: task %zu of %zu makes no sense: give K/N", s->name, *shard, *shards);
}

/* With N given by the user, an index alone is the task's own, counted from the scheduler's usual first. */
static dvk_status automatic(size_t given, size_t *shard, size_t *shards)
{
    for (size_t i = 0; i < sizeof schedulers / sizeof schedulers[0]; i++)
        if (number_of(schedulers[i].index, -1) >= 0)
            return from_scheduler(&schedulers[i], given, shard, shards);
    return dvk_fail(DVK_ERR_USAGE, "no variable of Slurm, PBS, SGE, LSF, Kubernetes or AWS Batch says which task this "
                                   "is: give K/N");
}

static bool read_count(const char *text, size_t *out)
{
    char *end = NULL;
    *out = isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 0;
    return *out > 0 && *out < 1000000 && *end == '\0';
}

dvk_status dvk_shard_parse(const char *text, size_t *shard, size_t *shards)
{
    char first[16];
    const char *slash = strchr(text, '/');
    const size_t length = slash ? (size_t)(slash - text) : strlen(text);
    if (strcmp(text, "auto") == 0)
        return automatic(0, shard, shards);
    snprintf(first, sizeof first, "%.*s", (int)(length < 15 ? length : 15), text);
    if (!slash || !read_count(slash + 1, shards))
        return dvk_fail(DVK_ERR_USAGE, "'%s' is not K/N, auto or auto/N", text);
    if (strcmp(first, "auto") == 0)
        return automatic(*shards, shard, shards);
    if (!read_count(first, shard) || *shard > *shards)
        return dvk_fail(DVK_ERR_USAGE, "'%s' is not K/N with K from 1 to N", text);
    return DVK_OK;
}

bool dvk_shard_has(size_t shard, size_t shards, size_t row)
{
    return !shards || row % shards == shard - 1;
}
