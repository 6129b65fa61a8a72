/*
 * Fourier transforms of as many columns at once as a vector has lanes; included for each type by convolve_body.h, with
 *
 *   FFT_REAL      float or double
 *   FFT_LANES     lanes of a vector
 *   FFT_NAME(x)   x with a suffix for the type
 *   FFT_TWIDDLE   the member of dvk_fft that holds the factors in this type
 *   INLINE        static, and always inlined
 *
 * A column's element is a pair of vectors, real and imaginary. The forward transform decimates in frequency and leaves
 * its output in dvk_fft.order; the backward one takes it so and decimates in time, so nothing is ever reordered.
 * Backward is the forward arithmetic on data whose real and imaginary parts are swapped, since with swap(x) = i conj(x)
 * the inverse transform is swap(F(swap(x))): so `backward` wants swapped input, gives swapped output, without 1/length.
 *
 * No include guard: it is included more than once.
 */

typedef FFT_REAL FFT_NAME(vec) __attribute__((vector_size(sizeof(FFT_REAL) * FFT_LANES)));

typedef struct FFT_NAME(cvec) {
    FFT_NAME(vec) re, im;
} FFT_NAME(cvec);

#define V FFT_NAME(vec)
#define C FFT_NAME(cvec)

INLINE C FFT_NAME(add)(C a, C b)
{
    return (C){a.re + b.re, a.im + b.im};
}

INLINE C FFT_NAME(sub)(C a, C b)
{
    return (C){a.re - b.re, a.im - b.im};
}

/* a - i b and a + i b. */
INLINE C FFT_NAME(sub_i)(C a, C b)
{
    return (C){a.re + b.im, a.im - b.re};
}

INLINE C FFT_NAME(add_i)(C a, C b)
{
    return (C){a.re - b.im, a.im + b.re};
}

INLINE C FFT_NAME(scale)(C a, FFT_REAL s)
{
    return (C){a.re * s, a.im * s};
}

INLINE C FFT_NAME(times)(C a, const FFT_REAL *w)
{
    return (C){a.re * w[0] - a.im * w[1], a.re * w[1] + a.im * w[0]};
}

INLINE C FFT_NAME(swap)(C a)
{
    return (C){a.im, a.re};
}

/* x[s] <- sum_q x[q] exp(-2 pi i q s / radix), for a radix known when compiled. */
INLINE void FFT_NAME(butterfly2)(C *x)
{
    const C a = x[0];
    x[0] = FFT_NAME(add)(a, x[1]);
    x[1] = FFT_NAME(sub)(a, x[1]);
}

INLINE void FFT_NAME(butterfly3)(C *x)
{
    const FFT_REAL sine = (FFT_REAL)0.86602540378443864676; /* sin(2 pi / 3) */
    const C sum = FFT_NAME(add)(x[1], x[2]);
    const C difference = FFT_NAME(scale)(FFT_NAME(sub)(x[1], x[2]), sine);
    const C middle = FFT_NAME(sub)(x[0], FFT_NAME(scale)(sum, (FFT_REAL)0.5));
    x[0] = FFT_NAME(add)(x[0], sum);
    x[1] = FFT_NAME(sub_i)(middle, difference);
    x[2] = FFT_NAME(add_i)(middle, difference);
}

INLINE void FFT_NAME(butterfly4)(C *x)
{
    const C a = FFT_NAME(add)(x[0], x[2]), b = FFT_NAME(sub)(x[0], x[2]);
    const C c = FFT_NAME(add)(x[1], x[3]), d = FFT_NAME(sub)(x[1], x[3]);
    x[0] = FFT_NAME(add)(a, c);
    x[1] = FFT_NAME(sub_i)(b, d);
    x[2] = FFT_NAME(sub)(a, c);
    x[3] = FFT_NAME(add_i)(b, d);
}

INLINE void FFT_NAME(butterfly5)(C *x)
{
    const FFT_REAL c1 = (FFT_REAL)0.30901699437494742410;  /* cos(2 pi / 5) */
    const FFT_REAL c2 = (FFT_REAL)-0.80901699437494742410; /* cos(4 pi / 5) */
    const FFT_REAL s1 = (FFT_REAL)0.95105651629515357212;  /* sin(2 pi / 5) */
    const FFT_REAL s2 = (FFT_REAL)0.58778525229247312917;  /* sin(4 pi / 5) */
    const C sum1 = FFT_NAME(add)(x[1], x[4]), difference1 = FFT_NAME(sub)(x[1], x[4]);
    const C sum2 = FFT_NAME(add)(x[2], x[3]), difference2 = FFT_NAME(sub)(x[2], x[3]);
    const C even1 = FFT_NAME(add)(x[0], FFT_NAME(add)(FFT_NAME(scale)(sum1, c1), FFT_NAME(scale)(sum2, c2)));
    const C even2 = FFT_NAME(add)(x[0], FFT_NAME(add)(FFT_NAME(scale)(sum1, c2), FFT_NAME(scale)(sum2, c1)));
    const C odd1 = FFT_NAME(add)(FFT_NAME(scale)(difference1, s1), FFT_NAME(scale)(difference2, s2));
    const C odd2 = FFT_NAME(sub)(FFT_NAME(scale)(difference1, s2), FFT_NAME(scale)(difference2, s1));
    x[0] = FFT_NAME(add)(x[0], FFT_NAME(add)(sum1, sum2));
    x[1] = FFT_NAME(sub_i)(even1, odd1);
    x[2] = FFT_NAME(sub_i)(even2, odd2);
    x[3] = FFT_NAME(add_i)(even2, odd2);
    x[4] = FFT_NAME(add_i)(even1, odd1);
}

INLINE void FFT_NAME(butterfly)(C *x, unsigned radix)
{
    switch (radix) {
    case 2:
        FFT_NAME(butterfly2)(x);
        break;
    case 3:
        FFT_NAME(butterfly3)(x);
        break;
    case 4:
        FFT_NAME(butterfly4)(x);
        break;
    default:
        FFT_NAME(butterfly5)(x);
    }
}

/* Where a transform reads or writes: element e at data[e * stride]; elements from `count` on are zero, or not wanted.
 * Meanwhile the same elements of another column, `ahead` further on, are brought near; 0 where there is none. */
typedef struct FFT_NAME(column) {
    C *data;
    size_t stride, count;
    ptrdiff_t ahead;
} FFT_NAME(column);

#define COLUMN FFT_NAME(column)

/* Where a row of butterflies reads or writes: element q of butterfly j at at[q * step + j * next]. */
typedef struct FFT_NAME(span) {
    C *at;
    size_t step, next;
    ptrdiff_t ahead;
} FFT_NAME(span);

#define SPAN FFT_NAME(span)

/*
 * Rows of butterflies with their factors w, after the butterfly on the way forward, before it on the way back. What is
 * a constant where these are called (all but `number`, w and the places) is settled when they are compiled:
 *
 *   present   of a butterfly's inputs (forward) or outputs (backward), only so many first ones are there
 *   factors   false where all factors are 1
 *   fetch     whether to bring the column ahead near
 */
INLINE void FFT_NAME(forward_row)(unsigned radix, unsigned present, bool factors, bool fetch, size_t number,
                                  const FFT_REAL *w, SPAN in, SPAN out)
{
    for (size_t j = 0; j < number; j++, in.at += in.next, out.at += out.next, w += 2 * (radix - 1)) {
        C x[DVK_FFT_MAX_RADIX];
        for (size_t q = 0; q < radix; q++) {
            x[q] = q < present ? in.at[q * in.step] : (C){0};
            if (fetch && q < present)
                __builtin_prefetch(in.at + (ptrdiff_t)(q * in.step) + in.ahead);
        }
        FFT_NAME(butterfly)(x, radix);
        for (size_t s = 0; s < radix; s++) {
            out.at[s * out.step] = factors && s > 0 ? FFT_NAME(times)(x[s], w + 2 * (s - 1)) : x[s];
            if (fetch && !factors)
                __builtin_prefetch(out.at + (ptrdiff_t)(s * out.step) + out.ahead, 1);
        }
    }
}

INLINE void FFT_NAME(backward_row)(unsigned radix, unsigned present, bool factors, bool fetch, size_t number,
                                   const FFT_REAL *w, SPAN in, SPAN out)
{
    for (size_t j = 0; j < number; j++, in.at += in.next, out.at += out.next, w += 2 * (radix - 1)) {
        C x[DVK_FFT_MAX_RADIX];
        for (size_t s = 0; s < radix; s++) {
            const C value = in.at[s * in.step];
            x[s] = factors && s > 0 ? FFT_NAME(times)(value, w + 2 * (s - 1)) : value;
            if (fetch)
                __builtin_prefetch(in.at + (ptrdiff_t)(s * in.step) + in.ahead);
        }
        FFT_NAME(butterfly)(x, radix);
        for (size_t q = 0; q < radix && q < present; q++)
            out.at[q * out.step] = x[q];
    }
}

/*
 * One stage, on sub-transforms of m elements; only whole columns may have a stride. The stage that works on the whole
 * column is the first one forward, which reads no more than there is, and the last one backward, which writes no more
 * than is wanted; its butterflies lack the same inputs or outputs up to some j, one more behind. The stage of the
 * shortest sub-transforms has no factors.
 */
#define WHOLE(direction, radix, fetch)                                                                                 \
    for (size_t j = 0, part = 0; part < 2; part++) {                                                                   \
        const size_t number = part == 0 ? rest : step - rest, present = part == 0 ? full + 1 : full;                   \
        const SPAN from = {in.data + j * in.stride, step * in.stride, in.stride, in.ahead};                            \
        const SPAN to = {out.data + j * out.stride, step * out.stride, out.stride, out.ahead};                         \
        const FFT_REAL *factors = w + 2 * (radix - 1) * j;                                                             \
        if (present == 0)                                                                                              \
            FFT_NAME(direction##_row)(radix, 0, true, fetch, number, factors, from, to);                               \
        else if (present == 1)                                                                                         \
            FFT_NAME(direction##_row)(radix, 1, true, fetch, number, factors, from, to);                               \
        else if (radix > 2 && present == 2)                                                                            \
            FFT_NAME(direction##_row)(radix, 2, true, fetch, number, factors, from, to);                               \
        else if (radix > 3 && present == 3)                                                                            \
            FFT_NAME(direction##_row)(radix, 3, true, fetch, number, factors, from, to);                               \
        else if (radix > 4 && present == 4)                                                                            \
            FFT_NAME(direction##_row)(radix, 4, true, fetch, number, factors, from, to);                               \
        else                                                                                                           \
            FFT_NAME(direction##_row)(radix, radix, true, fetch, number, factors, from, to);                           \
        j += number;                                                                                                   \
    }

INLINE void FFT_NAME(forward_radix)(unsigned radix, size_t length, size_t m, const FFT_REAL *w, COLUMN in, COLUMN out)
{
    const size_t step = m / radix, full = in.count / step, rest = in.count % step;
    if (m == length) {
        WHOLE(forward, radix, true)
    } else if (step == 1) {
        const SPAN from = {in.data, 1, radix, 0}, to = {out.data, out.stride, radix * out.stride, out.ahead};
        FFT_NAME(forward_row)(radix, radix, false, true, length / radix, w, from, to);
    } else {
        for (size_t base = 0; base < length; base += m) {
            const SPAN from = {in.data + base, step, 1, 0}, to = {out.data + base, step, 1, 0};
            FFT_NAME(forward_row)(radix, radix, true, false, step, w, from, to);
        }
    }
}

INLINE void FFT_NAME(backward_radix)(unsigned radix, size_t length, size_t m, const FFT_REAL *w, COLUMN in, COLUMN out)
{
    const size_t step = m / radix, full = out.count / step, rest = out.count % step;
    if (m == length) {
        WHOLE(backward, radix, false)
    } else if (step == 1) {
        const SPAN from = {in.data, in.stride, radix * in.stride, in.ahead}, to = {out.data, 1, radix, 0};
        FFT_NAME(backward_row)(radix, radix, false, true, length / radix, w, from, to);
    } else {
        for (size_t base = 0; base < length; base += m) {
            const SPAN from = {in.data + base, step, 1, 0}, to = {out.data + base, step, 1, 0};
            FFT_NAME(backward_row)(radix, radix, true, false, step, w, from, to);
        }
    }
}

/* The stage's radix becomes a constant here, so that each butterfly unrolls. */
#define STAGE(direction)                                                                                               \
    static inline void FFT_NAME(direction##_stage)(const dvk_fft *f, size_t stage, size_t m, COLUMN in, COLUMN out)    \
    {                                                                                                                  \
        const FFT_REAL *w = f->FFT_TWIDDLE + f->twiddle_at[stage];                                                     \
        switch (f->radix[stage]) {                                                                                     \
        case 2:                                                                                                        \
            FFT_NAME(direction##_radix)(2, f->length, m, w, in, out);                                                  \
            break;                                                                                                     \
        case 3:                                                                                                        \
            FFT_NAME(direction##_radix)(3, f->length, m, w, in, out);                                                  \
            break;                                                                                                     \
        case 4:                                                                                                        \
            FFT_NAME(direction##_radix)(4, f->length, m, w, in, out);                                                  \
            break;                                                                                                     \
        default:                                                                                                       \
            FFT_NAME(direction##_radix)(5, f->length, m, w, in, out);                                                  \
        }                                                                                                              \
    }

STAGE(forward)
STAGE(backward)

/* Runs the first `stages` forward stages; the first of them reads `in`, the last writes `out`, `tile` (one element a
 * stride) is between. `in` may be `out`, or the tile. */
static inline void FFT_NAME(forward)(const dvk_fft *f, size_t stages, COLUMN in, C *tile, COLUMN out)
{
    const COLUMN middle = {tile, 1, f->length, 0};
    size_t m = f->length;
    if (stages == 0)
        for (size_t e = 0; e < f->length; e++)
            out.data[e * out.stride] = e < in.count ? in.data[e * in.stride] : (C){0};
    for (size_t stage = 0; stage < stages; m /= f->radix[stage++])
        FFT_NAME(forward_stage)(f, stage, m, stage == 0 ? in : middle, stage + 1 == stages ? out : middle);
}

/* Runs the last `stages` backward stages, which undo as many first ones forward. */
static inline void FFT_NAME(backward)(const dvk_fft *f, size_t stages, COLUMN in, C *tile, COLUMN out)
{
    const COLUMN middle = {tile, 1, f->length, 0};
    size_t m = f->length;
    if (stages == 0)
        for (size_t e = 0; e < out.count; e++)
            out.data[e * out.stride] = in.data[e * in.stride];
    for (size_t stage = 0; stage + 1 < stages; stage++)
        m /= f->radix[stage];
    for (size_t stage = stages; stage-- > 0;) {
        FFT_NAME(backward_stage)(f, stage, m, stage + 1 == stages ? in : middle, stage == 0 ? out : middle);
        if (stage > 0)
            m *= f->radix[stage - 1];
    }
}

#undef WHOLE
#undef STAGE
#undef SPAN
#undef COLUMN
#undef V
#undef C
