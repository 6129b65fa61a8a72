/* The table of radionuclides, and finding one by any usual spelling of its name. */
#include "dvk/nuclide.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

/*
 * Half-lives: ICRP 107. Energies: the headers of the point-kernel tables ("emitted electron energy", "emitted photon
 * energy", MeV per decay), so that a balance never mixes two sources; Y-90 has no gamma rays and no photon table.
 * The alpha chains have no tables: their charged energy of the whole chain (ICRP 107) is for local deposition only.
 */
static const dvk_nuclide nuclides[] = {
    {"Lu-177", 6.647 * 24, 147.725, 33.435, "DDEP"},  {"Y-90", 64.1, 932.192, 0, "DDEP"},
    {"I-131", 8.0207 * 24, 193.081, 380.730, "DDEP"}, {"Tb-161", 6.906 * 24, 202.595, 36.353, "ICRP 107"},
    {"Cu-67", 61.83, 150.404, 115.342, "ICRP 107"},   {"Ho-166", 26.8, 694.168, 29.872, "DDEP"},
    {"Re-188", 17.004, 785.380, 57.389, "DDEP"},      {"Ac-225", 10.0 * 24, 28685.4, NAN, "ICRP 107"},
    {"Pb-212", 10.64, 8853.3, NAN, "ICRP 107"},
};

enum { NUCLIDES = sizeof nuclides / sizeof nuclides[0], KEY_SIZE = 16 };

/* Lower-case letters and digits alone; false for anything that no spelling of a nuclide holds. */
static bool squeeze(const char *text, char key[KEY_SIZE])
{
    size_t n = 0;
    for (; *text; text++) {
        if (strchr("-_ []^", *text))
            continue;
        if (!isalnum((unsigned char)*text) || n + 1 == KEY_SIZE)
            return false;
        key[n++] = (char)tolower((unsigned char)*text);
    }
    key[n] = '\0';
    return n > 0;
}

/* "177lu" from "lu177": the mass in front. */
static void mass_first(const char *key, char out[KEY_SIZE])
{
    const size_t letters = strcspn(key, "0123456789"), length = strlen(key);
    memcpy(out, key + letters, length - letters);
    memcpy(out + length - letters, key, letters);
    out[length] = '\0';
}

static dvk_status unknown(const char *name)
{
    char known[128], tidy[KEY_SIZE], key[KEY_SIZE], turned[KEY_SIZE];
    const char *nearest = nuclides[0].name;
    size_t least = (size_t)-1;
    const bool usable = squeeze(name, tidy);
    size_t used = 0;
    for (size_t i = 0; i < NUCLIDES; i++) {
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", nuclides[i].name);
        squeeze(nuclides[i].name, key);
        mass_first(key, turned);
        const size_t a = dvk_text_distance(usable ? tidy : name, key);
        const size_t b = dvk_text_distance(usable ? tidy : name, turned);
        const size_t distance = a < b ? a : b;
        if (distance < least) {
            least = distance;
            nearest = nuclides[i].name;
        }
    }
    return dvk_fail(DVK_ERR_USAGE, "'%s' is not a nuclide known here (%s): did you mean %s?", name, known, nearest);
}

dvk_status dvk_nuclide_find(const char *name, const dvk_nuclide **out)
{
    char wanted[KEY_SIZE], key[KEY_SIZE], turned[KEY_SIZE];
    *out = NULL;
    if (!squeeze(name, wanted))
        return unknown(name);
    for (size_t i = 0; i < NUCLIDES; i++) {
        squeeze(nuclides[i].name, key);
        mass_first(key, turned);
        if (strcmp(wanted, key) == 0 || strcmp(wanted, turned) == 0) {
            *out = &nuclides[i];
            return DVK_OK;
        }
    }
    return unknown(name);
}

const dvk_nuclide *dvk_nuclide_at(size_t i)
{
    return i < NUCLIDES ? &nuclides[i] : NULL;
}

double dvk_decay_constant_per_h(double half_life_h)
{
    return log(2) / half_life_h;
}
