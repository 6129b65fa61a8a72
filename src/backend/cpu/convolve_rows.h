/*
 * Rows of memory and lanes of vectors: loading, storing and transposing, and the plain sum along a row. Part of
 * convolve_body.h, for one vector width.
 */
typedef float loose_vec __attribute__((vector_size(sizeof(float) * LANES), aligned(4), may_alias));

static size_t round_up(size_t n)
{
    return (n + LANES - 1) / LANES * LANES;
}

static size_t largest(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Interleaves the lower and the upper halves of two vectors. */
#if LANES == 16
#define LOWER(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define UPPER(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LANES == 8
#define LOWER(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define UPPER(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define LOWER(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define UPPER(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/* Transposes a square of LANES vectors: log2(LANES) perfect shuffles of its rows. */
INLINE void transpose(vec_f *v)
{
    for (size_t round = 1; round < LANES; round *= 2) {
        vec_f next[LANES];
        for (size_t i = 0; i < LANES / 2; i++) {
            next[2 * i] = LOWER(v[i], v[i + LANES / 2]);
            next[2 * i + 1] = UPPER(v[i], v[i + LANES / 2]);
        }
        memcpy(v, next, sizeof next);
    }
}

/* `count` floats into a vector, zeros behind them; and back. */
INLINE vec_f load_some(const float *from, size_t count)
{
    vec_f v = {0};
    if (count >= LANES)
        v = (vec_f) * (const loose_vec *)from;
    else
        memcpy(&v, from, count * sizeof *from);
    return v;
}

INLINE void store_some(float *to, vec_f v, size_t count)
{
    if (count >= LANES)
        *(loose_vec *)to = v;
    else
        memcpy(to, &v, count * sizeof *to);
}

/* A square of pairs of vectors turned around, rows `from_pitch` and `to_pitch` pairs apart. */
INLINE void transpose_pairs(const cvec_f *from, size_t from_pitch, cvec_f *to, size_t to_pitch)
{
    vec_f re[LANES], im[LANES];
    for (size_t l = 0; l < LANES; l++) {
        re[l] = from[l * from_pitch].re;
        im[l] = from[l * from_pitch].im;
    }
    transpose(re);
    transpose(im);
    for (size_t l = 0; l < LANES; l++)
        to[l * to_pitch] = (cvec_f){re[l], im[l]};
}

/* A row of the work volume that is too large for a cache to keep until the next pass: storing past the caches saves
 * reading each line first. */
static void store_past_cache(const cvec_f *from, size_t count, cvec_f *to)
{
    for (size_t i = 0; i < count; i++) {
        STREAM((float *)&to[i].re, from[i].re);
        STREAM((float *)&to[i].im, from[i].im);
    }
}

enum { LINE = 16 }; /* floats in a cache line */

/* Up to LANES columns of a plane, elements j and j + half packed at a right angle; `ahead` floats further on, what is
 * read next is brought near. */
static void load_columns(const float *from, const size_t n[3], size_t columns, size_t ahead, size_t half,
                         const float *twist, cvec_f *to)
{
    for (size_t j = 0; j < half; j++) {
        const float *low = from + j * n[0], *high = from + (j + half) * n[0];
        const vec_f re = j < n[1] ? load_some(low, columns) : (vec_f){0};
        const vec_f im = j + half < n[1] ? load_some(high, columns) : (vec_f){0};
        if (j < n[1])
            __builtin_prefetch(low + ahead);
        if (j + half < n[1])
            __builtin_prefetch(high + ahead);
        to[j] = times_f((cvec_f){re, im}, twist + 2 * j);
    }
}

/* Up to LINE elements of a row, past the caches where they are a whole line: a plain store would first read it. */
INLINE void store_line(const vec_f *line, size_t columns, float *to)
{
    if (columns >= LINE && (uintptr_t)to % (LINE * sizeof *to) == 0)
        for (size_t t = 0; t < LINE / LANES; t++)
            STREAM(to + t * LANES, line[t]);
    else
        for (size_t t = 0; t < LINE / LANES && t * LANES < columns; t++)
            store_some(to + t * LANES, line[t], columns - t * LANES);
}

/* The way back: tiles of LANES columns, `apart` pairs from each other, into LINE columns of a plane. */
static void store_columns(const cvec_f *from, size_t apart, const size_t n[3], size_t columns, size_t half,
                          const float *twist, float *to)
{
    for (size_t j = 0; j < half && j < n[1]; j++) {
        vec_f low[LINE / LANES], high[LINE / LANES];
        for (size_t t = 0; t < LINE / LANES; t++) {
            const cvec_f value = times_f(from[t * apart + j], twist + 2 * j);
            low[t] = value.im;
            high[t] = value.re;
        }
        store_line(low, columns, to + j * n[0]);
        if (j + half < n[1])
            store_line(high, columns, to + (j + half) * n[0]);
    }
}

/* At most this many products are summed in float before the sum goes on in double: relative error 16 / 2^24 at worst.
 */
enum { FLOAT_RUN = 16 };

static void direct_row(size_t n, size_t rows, const float *const *row, const float *const *taps, size_t width,
                       float *out)
{
    typedef double wide __attribute__((vector_size(sizeof(double) * LANES)));
    for (size_t x = 0; x < n; x += LANES) {
        wide sum = {0};
        for (size_t r = 0; r < rows; r++)
            for (size_t t = 0; t < width; t += FLOAT_RUN) {
                const size_t end = t + FLOAT_RUN < width ? t + FLOAT_RUN : width;
                vec_f run = {0};
                for (size_t i = t; i < end; i++)
                    run += (vec_f) * (const loose_vec *)(row[r] + x + i) * taps[r][i];
                sum += __builtin_convertvector(run, wide);
            }
        store_some(out + x, __builtin_convertvector(sum, vec_f), n - x);
    }
}
