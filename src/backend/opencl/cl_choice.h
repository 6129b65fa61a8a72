/*
 * Which way to convolve on a device: by a rule, or as was measured there. A measurement is only made when the user asks
 * for it and is kept in the cache: were it made in passing, noise could turn the choice from one run to the next, and
 * with it the last digits of a dose.
 */
#ifndef DVK_BACKEND_CL_CHOICE_H
#define DVK_BACKEND_CL_CHOICE_H

#include "backend/opencl/cl_engine.h"

/* The rule, or what the cache has for the device, into b->choice. */
void dvk_cl_choice_load(dvk_backend *b);

/* Measures on cubes of `edge[i]` voxels, ascending, and keeps the result for the runs to come; b->choice is the new
 * one. */
dvk_status dvk_cl_choice_measure(dvk_backend *b, const size_t *edge, size_t count) DVK_MUST_USE;

/* Whether clFFT takes a transform; our own passes can do it too. */
bool dvk_cl_choice_is_clfft(const dvk_backend *b, const size_t n[3], const dvk_cl_taps *taps);

/* "" by the rule, else in words. */
const char *dvk_cl_choice_text(const dvk_backend *b);

/* The most taps for which a plain sum pays. */
size_t dvk_cl_direct_taps(const dvk_backend *b);

#endif
