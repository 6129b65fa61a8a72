/* See kernel_kept.h. An entry is the record and the values that are not another's equals by symmetry, as in memory: the
 * key names the code that wrote them, so that no other reads them. */
#include "physics/kernel_kept.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/code.h"
#include "data/cache.h"
#include "physics/octant_symmetry.h"

/* Below 40^3 values a kernel is made within some ms. */
enum { LEAST_VALUES = 1 << 16, KEY_SPANS = 16 };

static const char kind[] = DVK_CACHE_MADE "kernel", format[] = "kernel 1\n" DVK_VERSION "\n";

static bool is_worth_it(const dvk_kernel *k)
{
    return dvk_kernel_values(k) >= LEAST_VALUES && (k->emitter.electron.count || k->emitter.photon.count) &&
           dvk_code_identity()[0];
}

static void add(dvk_span key[KEY_SPANS], size_t *count, const void *at, size_t bytes)
{
    assert(*count < KEY_SPANS);
    key[(*count)++] = (dvk_span){at, bytes};
}

static void add_shells(dvk_span key[KEY_SPANS], size_t *count, const dvk_shells *s)
{
    add(key, count, &s->count, sizeof s->count);
    if (!s->count)
        return;
    add(key, count, s->edge_mm, (s->count + 1) * sizeof *s->edge_mm);
    add(key, count, s->energy, s->count * sizeof *s->energy);
    add(key, count, s->sigma_rel, s->count * sizeof *s->sigma_rel);
}

/* All that making reads: the code, what was asked for, and the emitter with the numbers of its tables. */
static size_t make_key(const dvk_kernel_record *asked, const dvk_emitter *e, dvk_span key[KEY_SPANS])
{
    size_t count = 0;
    add(key, &count, format, sizeof format);
    add(key, &count, dvk_code_identity(), strlen(dvk_code_identity()) + 1);
    add(key, &count, asked, sizeof *asked);
    add(key, &count, e->name, sizeof e->name);
    add(key, &count, e->source, sizeof e->source);
    add(key, &count, &e->electron_keV, sizeof e->electron_keV);
    add(key, &count, &e->photon_keV, sizeof e->photon_keV);
    add(key, &count, &e->local_keV, sizeof e->local_keV);
    add_shells(key, &count, &e->electron);
    add_shells(key, &count, &e->photon);
    return count;
}

typedef struct layout {
    dvk_symmetry symmetry;
    size_t size[3];
    size_t values; /* that are kept */
} layout;

/* The edges' equality is that of dvk_voxel_fold: in mm of water. */
static layout lay_out(const dvk_kernel_record *r)
{
    layout l = {.values = 0};
    double water_mm[3];
    for (int a = 0; a < 3; a++) {
        water_mm[a] = r->voxel_mm[a] * r->density_g_mL;
        l.size[a] = r->half[a] + 1;
    }
    l.symmetry = dvk_symmetry_of(water_mm);
    l.values = dvk_symmetry_count(l.symmetry, l.size);
    return l;
}

static bool take_entry(dvk_kernel *k, const dvk_buffer *entry)
{
    const layout l = lay_out(&k->record);
    double *octant = NULL;
    if (entry->count != sizeof k->record + l.values * sizeof *octant ||
        dvk_alloc_raw(dvk_kernel_values(k), sizeof *octant, &octant) != DVK_OK)
        return false;
    const double *packed = (const double *)(entry->at + sizeof k->record);
    if (dvk_symmetry_unpack(l.symmetry, l.size, packed, octant) != DVK_OK) {
        dvk_free(octant);
        return false;
    }
    memcpy(&k->record, entry->at, sizeof k->record);
    k->octant = octant;
    return true;
}

bool dvk_kernel_kept_find(dvk_kernel *k)
{
    dvk_span key[KEY_SPANS];
    dvk_buffer entry;
    if (!is_worth_it(k) || !dvk_cache_load(kind, key, make_key(&k->record, &k->emitter, key), &entry))
        return false;
    const bool taken = take_entry(k, &entry);
    dvk_buffer_free(&entry);
    return taken;
}

void dvk_kernel_kept_add(const dvk_kernel_record *asked, const dvk_kernel *k)
{
    dvk_span key[KEY_SPANS];
    if (!is_worth_it(k))
        return;
    const layout l = lay_out(asked);
    const size_t bytes = sizeof k->record + l.values * sizeof *k->octant;
    unsigned char *entry = NULL;
    if (dvk_alloc_raw(bytes, 1, &entry) != DVK_OK)
        return;
    memcpy(entry, &k->record, sizeof k->record);
    dvk_symmetry_pack(l.symmetry, l.size, k->octant, (double *)(entry + sizeof k->record));
    const dvk_span all = {entry, bytes};
    const dvk_status kept = dvk_cache_store(kind, key, make_key(asked, &k->emitter, key), &all);
    (void)kept; /* no folder, or a full disk */
    dvk_free(entry);
}
