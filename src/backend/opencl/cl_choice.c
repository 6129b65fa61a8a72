/* See cl_choice.h. */
#include "backend/opencl/cl_choice.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "backend/opencl/cl_program.h"

/* Another way must be a tenth faster to be taken, so that noise does not decide. */
static const double clearly = 0.9;

/* --- the cache --- */

/* A text: "direct TAPS", then a line "POINTS own|clfft" for each size of padded grid, ascending. */
enum { TEXT_ROOM = 1024, KEY_SPANS = 3 };

/* Our kernels belong to the key: others have other times. */
static dvk_status make_key(const dvk_backend *b, dvk_span key[KEY_SPANS])
{
    key[0] = (dvk_span){b->identity, strlen(b->identity)};
    key[1] = (dvk_span){"\n", 1};
    return dvk_cl_source_text("fft_convolve.cl", &key[2]);
}

static bool read_choice(const char *text, dvk_cl_choice *out)
{
    int used = 0;
    if (sscanf(text, "direct %zu\n%n", &out->direct_taps, &used) != 1)
        return false;
    for (text += used; *text; text += used) {
        char way[8] = "";
        if (out->count == DVK_CL_CHOICE_SIZES ||
            sscanf(text, "%zu %7[a-z]\n%n", &out->size[out->count].points, way, &used) != 2 ||
            (strcmp(way, "own") != 0 && strcmp(way, "clfft") != 0))
            return false;
        out->size[out->count++].clfft = strcmp(way, "clfft") == 0;
    }
    return true;
}

/* What the words say stands in provenance.json. */
static void describe(dvk_cl_choice *c)
{
    size_t clfft = 0;
    for (size_t i = 0; i < c->count; i++)
        clfft += c->size[i].clfft;
    snprintf(c->text, sizeof c->text, "tuned: plain sums up to %zu taps, clFFT for %zu of %zu sizes", c->direct_taps,
             clfft, c->count);
}

void dvk_cl_choice_load(dvk_backend *b)
{
    dvk_span key[KEY_SPANS];
    dvk_buffer file;
    char text[TEXT_ROOM];
    dvk_cl_choice found = {.count = 0};
    b->choice = (dvk_cl_choice){.direct_taps = DVK_DIRECT_TAPS};
    if (make_key(b, key) != DVK_OK || !dvk_cache_load("choice", key, KEY_SPANS, &file))
        return;
    const size_t length = file.count < sizeof text ? file.count : sizeof text - 1;
    memcpy(text, file.at, length);
    text[length] = '\0';
    dvk_buffer_free(&file);
    if (!read_choice(text, &found))
        return;
    describe(&found);
    b->choice = found;
}

static dvk_status store_choice(dvk_backend *b)
{
    char text[TEXT_ROOM];
    dvk_span key[KEY_SPANS];
    const dvk_cl_choice *c = &b->choice;
    int used = snprintf(text, sizeof text, "direct %zu\n", c->direct_taps);
    for (size_t i = 0; i < c->count; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%zu %s\n", c->size[i].points,
                         c->size[i].clfft ? "clfft" : "own");
    const dvk_span bytes = {text, (size_t)used};
    DVK_TRY(make_key(b, key));
    return dvk_cache_store("choice", key, KEY_SPANS, &bytes);
}

/* --- choosing --- */

static size_t padded_points(const size_t n[3], const size_t half[3])
{
    return (n[0] + half[0]) * (n[1] + half[1]) * (n[2] + half[2]);
}

/* As the least measured size that is no smaller, else the largest. */
bool dvk_cl_choice_is_clfft(const dvk_backend *b, const size_t n[3], const dvk_cl_taps *taps)
{
    const size_t points = padded_points(n, taps->half);
    for (size_t i = 0; i < b->choice.count; i++)
        if (points <= b->choice.size[i].points || i + 1 == b->choice.count)
            return b->choice.size[i].clfft;
    return false;
}

const char *dvk_cl_choice_text(const dvk_backend *b)
{
    return b->choice.text;
}

size_t dvk_cl_direct_taps(const dvk_backend *b)
{
    return b->choice.direct_taps;
}

/* --- measuring --- */

typedef struct trial {
    dvk_conv_problem problem;
    double *octant;
    float *in, *out;
} trial;

static void free_trial(trial *t)
{
    dvk_free(t->octant);
    dvk_free(t->in);
    dvk_free(t->out);
}

/* A cube of `edge` voxels and an even kernel of half-width `half`; the times do not depend on the values. */
static dvk_status make_trial(size_t edge, size_t half, trial *t)
{
    const size_t taps = (half + 1) * (half + 1) * (half + 1), voxels = edge * edge * edge;
    *t = (trial){.problem = {.n = {edge, edge, edge}, .half = {half, half, half}, .even = true, .scale = 1}};
    DVK_TRY(dvk_alloc(taps, sizeof *t->octant, &t->octant));
    DVK_TRY(dvk_alloc(voxels, sizeof *t->in, &t->in));
    DVK_TRY(dvk_alloc(voxels, sizeof *t->out, &t->out));
    t->octant[0] = 1;
    t->problem.octant = t->octant;
    t->in[voxels / 2] = 1;
    return DVK_OK;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The least of five runs, after one that compiles. */
static dvk_status time_engine(dvk_backend *b, const dvk_cl_engine *engine, const trial *t, double *seconds)
{
    dvk_status status = DVK_OK;
    dvk_cl_taps taps = {.value = NULL};
    void *state = NULL;
    DVK_TRY_DONE(dvk_cl_taps_make(&t->problem, engine != &dvk_cl_direct, &taps));
    DVK_TRY_DONE(engine->create(b, t->problem.n, &taps, &state));
    DVK_TRY_DONE(engine->run(state, t->in, t->out));
    for (int i = 0; i < 5; i++) {
        const double start = now_s();
        DVK_TRY_DONE(engine->run(state, t->in, t->out));
        const double took = now_s() - start;
        *seconds = i == 0 || took < *seconds ? took : *seconds;
    }
done:
    engine->free(state);
    dvk_cl_taps_free(&taps);
    return status;
}

/* Both ways are there for a problem: where one is not, dvk_cl_conv_create takes the other without asking. */
static bool both_ways(const dvk_backend *b, const dvk_conv_problem *p)
{
    const dvk_cl_taps taps = {.even = p->even, .half = {p->half[0], p->half[1], p->half[2]}};
    return dvk_cl_fused_takes(b, p->n, &taps) && dvk_cl_clfft_fits(b, p->n, &taps);
}

/* Half-width half the edge, as for doses: the padded grid then is some 1.5 times as long as the volume. */
static dvk_status measure_size(dvk_backend *b, size_t edge, dvk_cl_choice *c)
{
    dvk_status status = DVK_OK;
    double own = 0, clfft = INFINITY;
    trial t;
    DVK_TRY_DONE(make_trial(edge, edge / 2, &t));
    if (both_ways(b, &t.problem)) {
        DVK_TRY_DONE(time_engine(b, &dvk_cl_fused, &t, &own));
        DVK_TRY_DONE(time_engine(b, &dvk_cl_clfft, &t, &clfft));
    }
    c->size[c->count].points = padded_points(t.problem.n, t.problem.half);
    c->size[c->count++].clfft = clfft < clearly * own;
done:
    free_trial(&t);
    return status;
}

/* Sums of ever more taps until they do not pay any more. */
static dvk_status measure_direct(dvk_backend *b, size_t edge, dvk_cl_choice *c)
{
    dvk_status status = DVK_OK;
    bool pays = true;
    for (size_t half = 1; half <= 5 && 2 * half < edge && pays && status == DVK_OK; half++) {
        double sum = 0, transform = 0;
        trial t;
        status = make_trial(edge, half, &t);
        if (status == DVK_OK)
            status = time_engine(b, &dvk_cl_fused, &t, &transform);
        if (status == DVK_OK)
            status = time_engine(b, &dvk_cl_direct, &t, &sum);
        pays = sum < clearly * transform;
        if (status == DVK_OK && pays)
            c->direct_taps = (2 * half + 1) * (2 * half + 1) * (2 * half + 1);
        free_trial(&t);
    }
    return status;
}

dvk_status dvk_cl_choice_measure(dvk_backend *b, const size_t *edge, size_t count)
{
    dvk_cl_choice c = {.direct_taps = 1};
    for (size_t i = 0; i < count && i < DVK_CL_CHOICE_SIZES; i++)
        DVK_TRY(measure_size(b, edge[i], &c));
    if (count > 0)
        DVK_TRY(measure_direct(b, edge[count / 2], &c));
    describe(&c);
    b->choice = c;
    return store_choice(b);
}
