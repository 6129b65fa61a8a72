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

/* Pairs into the work volume. Where that is too large for a cache to keep until the next pass, storing past the caches
 * saves reading each line first. */
static void store_pairs(const cvec_f *from, size_t count, bool past_cache, cvec_f *to)
{
    if (!past_cache) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        STREAM((float *)&to[i].re, from[i].re);
        STREAM((float *)&to[i].im, from[i].im);
    }
}

/* A square of the result, past the caches: it is complete, and a plain store would first read each line. */
static void stream_square(const vec_f *square, size_t apart, float *to)
{
    const bool aligned = (uintptr_t)to % sizeof(vec_f) == 0 && apart % LANES == 0;
    if (aligned)
        for (size_t r = 0; r < LANES; r++)
            STREAM(to + r * apart, square[r]);
    else
        for (size_t r = 0; r < LANES; r++)
            *(loose_vec *)(to + r * apart) = square[r];
}

/* Up to LANES rows of `width` floats, `apart` floats from each other, into one vector an element; and back. Whole
 * squares stay in registers. */
static void gather_rows(const float *from, size_t rows, size_t width, size_t apart, vec_f *to)
{
    for (size_t x = 0; x < width; x += LANES) {
        vec_f square[LANES];
        if (rows == LANES && width - x >= LANES)
            for (size_t r = 0; r < LANES; r++)
                square[r] = (vec_f) * (const loose_vec *)(from + r * apart + x);
        else
            for (size_t r = 0; r < LANES; r++)
                square[r] = r < rows ? load_some(from + r * apart + x, width - x) : (vec_f){0};
        transpose(square);
        memcpy(to + x, square, sizeof square);
    }
}

static void scatter_rows(const vec_f *from, size_t rows, size_t width, size_t apart, float *to)
{
    for (size_t x = 0; x < width; x += LANES) {
        vec_f square[LANES];
        memcpy(square, from + x, sizeof square);
        transpose(square);
        if (rows == LANES && width - x >= LANES)
            stream_square(square, apart, to + x);
        else
            for (size_t r = 0; r < rows; r++)
                store_some(to + r * apart + x, square[r], width - x);
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
