/* See run.h. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/archive/run.h"

static const double usual_lease_s = 60;

/* A lease is renewed this many times before it would be void. */
static const double beats_per_lease = 6;

dvk_status dvk_leases_open(dvk_leases *l, const dvk_archive_options *o, const dvk_manifest *m)
{
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    snprintf(l->self, sizeof l->self, "%s-%ld", host, (long)getpid());
    DVK_TRY(dvk_archive_path(o->out, ".dvkit", &l->folder));
    l->manifest = m;
    l->void_after_s = o->lease_s > 0 ? o->lease_s : usual_lease_s;
    l->beaten_s = dvk_now_s();
    return DVK_OK;
}

/* OUT/.dvkit/sub-X,ses-Y.lease, or with an ending of its own; a comma is in no id, so that each case has its own.
 * dvk_free it. */
static dvk_status lease_path(const dvk_leases *l, size_t row, const char *ending, char **out)
{
    char id[DVK_CASE_ID_SIZE];
    dvk_text name = {0};
    dvk_manifest_id(l->manifest, row, id);
    char *slash = strchr(id, '/');
    if (slash)
        *slash = ',';
    const dvk_status status = dvk_text_add(&name, "%s/%s.lease%s", l->folder, id, ending);
    *out = name.data;
    return status;
}

/* Makes a lease. False only where it is there already: any other failure must not keep a case from being done. */
static bool create(const dvk_leases *l, const char *path)
{
    enum { TRIES = 16 };
    int file = -1;
    for (int i = 0; i < TRIES && file < 0; i++) {
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file < 0 && errno == EEXIST)
            return false;
        if (file < 0 && (errno != ENOENT || (mkdir(l->folder, 0777) != 0 && errno != EEXIST)))
            return true;
    }
    if (file < 0) /* others keep taking the folder away, so they are at their end */
        return true;
    const ssize_t written = write(file, l->self, strlen(l->self)); /* for people; a full disk makes it empty, no more */
    (void)written;
    close(file);
    return true;
}

/* Whether nobody has renewed the lease for too long. Both times are the file system's own, since clocks differ between
 * machines: a fresh file tells what time it is there. A lease from the future is from before a clock that went back: it
 * is void as well, or its case would wait until the clock comes there again. */
static bool is_void(const dvk_leases *l, const char *path)
{
    struct stat lease, now;
    dvk_text probe = {0};
    bool yes = false;
    if (dvk_text_add(&probe, "%s/now-%s", l->folder, l->self) != DVK_OK)
        return false;
    unlink(probe.data);
    if (create(l, probe.data) && stat(probe.data, &now) == 0 && stat(path, &lease) == 0)
        yes = fabs(difftime(now.st_mtime, lease.st_mtime)) > l->void_after_s;
    unlink(probe.data);
    dvk_text_free(&probe);
    return yes;
}

/* Takes a void lease away, under a name of our own, so that of several runs that see it only one succeeds. What was
 * moved may be the fresh lease of one that was faster: then it goes back. */
static bool remove_void(const dvk_leases *l, size_t row, const char *path)
{
    char mine[300], *aside = NULL;
    snprintf(mine, sizeof mine, ".void-%s", l->self);
    if (lease_path(l, row, mine, &aside) != DVK_OK)
        return false;
    bool moved = rename(path, aside) == 0;
    if (moved && !is_void(l, aside)) {
        moved = false;
        if (link(aside, path) == 0 || errno == EEXIST || rename(aside, path) != 0) /* some file systems link nothing */
            unlink(aside);
    } else {
        unlink(aside);
    }
    dvk_free(aside);
    return moved;
}

bool dvk_leases_take(dvk_leases *l, size_t row)
{
    char *path = NULL;
    if (!l->manifest)
        return true;
    if (l->count == l->room && dvk_grow(l->count, l->room + 64, sizeof *l->held, &l->held) == DVK_OK)
        l->room += 64;
    if (l->count == l->room || lease_path(l, row, "", &path) != DVK_OK)
        return false;
    bool taken = create(l, path);
    if (!taken && is_void(l, path) && remove_void(l, row, path))
        taken = create(l, path);
    if (taken)
        l->held[l->count++] = row;
    dvk_free(path);
    return taken;
}

/* Whether another run took the case over, since this one was held up for longer than its lease. */
static bool is_of_another(const dvk_leases *l, const char *path)
{
    char holder[sizeof l->self] = "";
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const ssize_t count = read(file, holder, sizeof holder - 1);
    close(file);
    return count > 0 && strcmp(holder, l->self) != 0; /* an empty one is from a full disk */
}

void dvk_leases_drop(dvk_leases *l, size_t row)
{
    char *path = NULL;
    for (size_t i = 0; i < l->count; i++)
        if (l->held[i] == row) {
            l->held[i] = l->held[--l->count];
            if (lease_path(l, row, "", &path) == DVK_OK && !is_of_another(l, path))
                unlink(path);
            dvk_free(path);
            return;
        }
}

void dvk_leases_beat(dvk_leases *l)
{
    if (!l->manifest || dvk_now_s() - l->beaten_s < l->void_after_s / beats_per_lease)
        return;
    l->beaten_s = dvk_now_s();
    for (size_t i = 0; i < l->count; i++) {
        char *path = NULL;
        if (lease_path(l, l->held[i], "", &path) == DVK_OK && !is_of_another(l, path))
            utimensat(AT_FDCWD, path, NULL, 0); /* now, by the file system's clock */
        dvk_free(path);
    }
}

void dvk_leases_close(dvk_leases *l)
{
    while (l->count)
        dvk_leases_drop(l, l->held[l->count - 1]);
    if (l->folder)
        rmdir(l->folder); /* the last run to leave takes it away */
    dvk_free(l->folder);
    dvk_free(l->held);
    *l = (dvk_leases){0};
}
