/* The flags of a cohort by their kinds: the same words with other numbers are one kind, which has a letter. */
#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/archive/cohort.h"

/* The words of a flag, each number a "…". */
static void kind_of(const char *flag, char kind[DVK_FLAG_KIND])
{
    static const char number[] = "\xe2\x80\xa6";
    size_t used = 0;
    for (const char *p = flag; *p && used + sizeof number < DVK_FLAG_KIND;) {
        const bool in_word = p > flag && isalpha((unsigned char)p[-1]);
        if (!isdigit((unsigned char)*p) || in_word) {
            kind[used++] = *p++;
            continue;
        }
        memcpy(kind + used, number, sizeof number - 1);
        used += sizeof number - 1;
        p += strspn(p, "0123456789.e+");
    }
    kind[used] = '\0';
}

static size_t find_kind(const dvk_flag_kinds *k, const char *kind)
{
    size_t i = 0;
    while (i < k->count && strcmp(k->kind[i].words, kind) != 0)
        i++;
    return i;
}

size_t dvk_flag_find(const dvk_flag_kinds *k, const char *flag)
{
    char kind[DVK_FLAG_KIND];
    kind_of(flag, kind);
    return find_kind(k, kind);
}

static dvk_status add(dvk_flag_kinds *k, const char *flag)
{
    char kind[DVK_FLAG_KIND];
    kind_of(flag, kind);
    const size_t i = find_kind(k, kind);
    if (i == k->room) {
        DVK_TRY(dvk_grow(k->count, k->room + 16, sizeof *k->kind, &k->kind));
        k->room += 16;
    }
    if (i == k->count) {
        memcpy(k->kind[i].words, kind, sizeof kind);
        k->kind[i].kidneys = 0;
        k->count++;
    }
    k->kind[i].kidneys++;
    return DVK_OK;
}

dvk_status dvk_flag_kinds_of(const dvk_cohort *c, const char *const *names, size_t count, dvk_flag_kinds *k)
{
    *k = (dvk_flag_kinds){NULL, 0, 0};
    for (size_t i = 0; i < c->count; i++)
        for (size_t n = 0; n < count; n++) {
            const json_t *flags = json_object_get(dvk_cohort_roi(&c->cases[i], names[n]), "flags"), *flag;
            size_t f;
            json_array_foreach(flags, f, flag) if (json_is_string(flag)) DVK_TRY(add(k, json_string_value(flag)));
        }
    return DVK_OK;
}
