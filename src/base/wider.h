/*
 * DVK_WIDER before a function compiles it twice, for AVX2 and for any processor, chosen when the library is loaded.
 * AVX2 without FMA rounds as the base level does, so what is not reordered gives the same numbers.
 */
#ifndef DVK_BASE_WIDER_H
#define DVK_BASE_WIDER_H

#ifndef __has_feature
#define __has_feature(x) 0
#endif

/* What chooses runs before ThreadSanitizer can be called. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_THREAD__) && !__has_feature(thread_sanitizer)
#define DVK_WIDER __attribute__((target_clones("avx2", "default")))
#else
#define DVK_WIDER
#endif

#endif
