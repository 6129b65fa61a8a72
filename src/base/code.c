/* See code.h. The linker writes a hash of what it linked as a note into each object. */
#include "base/code.h"

#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 512 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char identity[ROOM];

static bool holds(const struct dl_phdr_info *object, const void *address)
{
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &object->dlpi_phdr[i];
        const uintptr_t start = object->dlpi_addr + p->p_vaddr, at = (uintptr_t)address;
        if (p->p_type == PT_LOAD && at >= start && at - start < p->p_memsz)
            return true;
    }
    return false;
}

/* Ours, or one whose functions take part in the numbers. */
static bool matters(const struct dl_phdr_info *object)
{
    const char *slash = strrchr(object->dlpi_name, '/'), *name = slash ? slash + 1 : object->dlpi_name;
    return holds(object, &identity) || strncmp(name, "libm.", 5) == 0 || strncmp(name, "libm-", 5) == 0 ||
           strncmp(name, "libc.", 5) == 0 || strncmp(name, "libc-", 5) == 0;
}

static size_t padded(size_t bytes)
{
    return (bytes + 3) / 4 * 4;
}

/* The build id among the notes of a segment, as hex digits behind what is there. */
static bool add_id(const unsigned char *notes, size_t bytes)
{
    ElfW(Nhdr) note;
    for (size_t at = 0; at + sizeof note <= bytes; at += sizeof note + padded(note.n_namesz) + padded(note.n_descsz)) {
        memcpy(&note, notes + at, sizeof note);
        const unsigned char *name = notes + at + sizeof note, *id = name + padded(note.n_namesz);
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 || memcmp(name, "GNU", 4) != 0)
            continue;
        for (size_t i = 0; i < note.n_descsz; i++) {
            const size_t used = strlen(identity);
            snprintf(identity + used, ROOM - used, "%02x", id[i]);
        }
        return true;
    }
    return false;
}

static int add_object(struct dl_phdr_info *object, size_t size, void *is_known)
{
    bool found = !matters(object);
    (void)size;
    for (int i = 0; i < object->dlpi_phnum && !found; i++) {
        const ElfW(Phdr) *p = &object->dlpi_phdr[i];
        const uintptr_t start = object->dlpi_addr + p->p_vaddr;
        found = p->p_type == PT_NOTE && add_id((const unsigned char *)start, p->p_memsz);
    }
    *(bool *)is_known = *(bool *)is_known && found;
    return 0;
}

static void add_vectors(void)
{
#if defined(__x86_64__)
    const size_t used = strlen(identity);
    snprintf(identity + used, ROOM - used, " avx2 %d fma %d fma4 %d avx512f %d", __builtin_cpu_supports("avx2") != 0,
             __builtin_cpu_supports("fma") != 0, __builtin_cpu_supports("fma4") != 0,
             __builtin_cpu_supports("avx512f") != 0);
#endif
}

static void find(void)
{
    bool is_known = true;
    dl_iterate_phdr(add_object, &is_known);
    add_vectors();
    if (!is_known || strlen(identity) + 1 >= ROOM)
        identity[0] = '\0';
}

const char *dvk_code_identity(void)
{
    pthread_once(&once, find);
    return identity;
}
