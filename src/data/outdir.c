/*
 * See outdir.h. Inside DIR, the hidden folder DIR/.dvkit-PID holds the new files, and while a commit runs the old ones
 * that they replace, under names ending in ".old"; both are dead once no process holds the lock on DIR.
 */
#include "data/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/atomic.h"
#include "data/hidden.h"
#include "data/io.h"
#include "data/json.h"
#include "data/naming.h"
#include "data/paths.h"

static const char last_name[] = "provenance.json";
static const char error_name[] = "error.json";

typedef struct output {
    dvk_text staged, final, old; /* paths */
    bool stale;                  /* of the old result only: nothing is staged */
    bool moved, kept;            /* staged is at final; what was at final is at old */
} output;

struct dvk_outdir {
    dvk_text dir, hidden;
    dvk_text last; /* what provenance.json is called here */
    char *prefix;  /* of all names; NULL: plain */
    output *outputs;
    size_t count, room;
    size_t made_from; /* length of the first directory of `dir` that was made here; 0: it was all there */
    bool force, hidden_made;
    bool locked; /* false where the file system has no locks */
    int lock;    /* the directory, open; -1 before */
};

static bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* A process that made the directory and found it locked takes it away again, if it is empty: from under whoever has the
 * lock of it. */
static dvk_status check_directory(const dvk_outdir *o)
{
    struct stat locked, named;
    const bool there = fstat(o->lock, &locked) == 0 && stat(o->dir.data, &named) == 0 &&
                       locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
    return there ? DVK_OK : dvk_fail(DVK_ERR_RETRY, "%s: another process took it away: run again", o->dir.data);
}

/* What failed for `path`; that it is gone means the above. */
static dvk_status cannot(const dvk_outdir *o, const char *what)
{
    const dvk_status status = errno == ENOENT ? DVK_ERR_RETRY : dvk_create_status(errno);
    return dvk_fail(status, "%s: cannot be %s: %s", o->dir.data, what, strerror(errno));
}

static dvk_status lock_directory(dvk_outdir *o)
{
    o->lock = dvk_io_open(o->dir.data, O_RDONLY | O_DIRECTORY, 0);
    if (o->lock < 0)
        return cannot(o, "opened");
    o->locked = flock(o->lock, LOCK_EX | LOCK_NB) == 0;
    if (!o->locked && errno == EWOULDBLOCK)
        return dvk_fail(DVK_ERR_RETRY, "%s: another process is writing there: wait, or give another directory",
                        o->dir.data);
    return check_directory(o);
}

/* Directory entries to the disk; not every file system can, and says EINVAL. */
static dvk_status sync_directory(const dvk_outdir *o)
{
    if (dvk_io_fsync(o->lock) != 0 && errno != EINVAL)
        return dvk_fail(DVK_ERR_IO, "%s: writing failed: %s", o->dir.data, strerror(errno));
    return DVK_OK;
}

/* Where a record of ours lies, or would: under our prefix, since results of others may share the folder; without one
 * the folder is one result's, under whatever names it is. */
static dvk_status find_record(const dvk_outdir *o, const char *name, char **path)
{
    dvk_text ours = {0};
    *path = NULL;
    if (!o->prefix)
        return dvk_result_find(o->dir.data, name, path);
    dvk_status status = dvk_text_add(&ours, "%s/", o->dir.data);
    if (status == DVK_OK)
        status = dvk_named(o->prefix, name, &ours);
    if (status == DVK_OK)
        *path = ours.data;
    else
        dvk_text_free(&ours);
    return status;
}

static dvk_status refuse_result(const dvk_outdir *o)
{
    char *path = NULL;
    DVK_TRY(find_record(o, last_name, &path));
    const bool found = exists(path);
    dvk_free(path);
    if (found && !o->force)
        return dvk_fail(DVK_ERR_CREATE, "%s: holds a result already: give another directory, or --force to replace it",
                        o->dir.data);
    return DVK_OK;
}

static dvk_status take_names(dvk_outdir *o, const char *prefix)
{
    if (prefix)
        DVK_TRY(dvk_strdup(prefix, &o->prefix));
    return dvk_named(prefix, "provenance.json", &o->last);
}

static dvk_status begin(dvk_outdir *o, const char *path, const char *prefix, bool force)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0)
        return dvk_fail(DVK_ERR_CREATE, "the output directory has no name");
    DVK_TRY(take_names(o, prefix));
    DVK_TRY(dvk_text_add_bytes(&o->dir, path, length));
    DVK_TRY(dvk_folders_make(&o->dir, &o->made_from));
    DVK_TRY(lock_directory(o));
    o->force = force;
    DVK_TRY(refuse_result(o));
    if (o->locked)
        DVK_TRY(dvk_hidden_remove_all(o->dir.data));
    DVK_TRY(dvk_text_add(&o->hidden, "%s/%s%ld", o->dir.data, dvk_hidden_prefix, (long)getpid()));
    if (dvk_io_mkdir(o->hidden.data, 0777) != 0)
        return cannot(o, "written");
    o->hidden_made = true;
    return check_directory(o); /* from here on it is not empty */
}

static void free_output(output *f)
{
    dvk_text_free(&f->staged);
    dvk_text_free(&f->final);
    dvk_text_free(&f->old);
}

static void release(dvk_outdir *o)
{
    if (o->hidden_made)
        dvk_hidden_remove(o->hidden.data);
    if (o->lock >= 0)
        close(o->lock);
    for (size_t i = 0; i < o->room; i++) /* one beyond count may be half made */
        free_output(&o->outputs[i]);
    dvk_free(o->outputs);
    dvk_free(o->prefix);
    dvk_text_free(&o->last);
    dvk_text_free(&o->dir);
    dvk_text_free(&o->hidden);
    dvk_free(o);
}

void dvk_outdir_abort(dvk_outdir *o)
{
    if (!o)
        return;
    if (o->hidden_made)
        dvk_hidden_remove(o->hidden.data);
    o->hidden_made = false;
    dvk_folders_remove(&o->dir, o->made_from);
    release(o);
}

dvk_status dvk_outdir_begin(const char *path, bool force, dvk_outdir **out)
{
    return dvk_outdir_begin_as(path, NULL, force, out);
}

dvk_status dvk_outdir_begin_as(const char *path, const char *prefix, bool force, dvk_outdir **out)
{
    dvk_outdir *o = NULL;
    *out = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *o, &o));
    o->lock = -1;
    const dvk_status status = begin(o, path, prefix, force);
    if (status != DVK_OK) {
        dvk_outdir_abort(o);
        return status;
    }
    *out = o;
    return DVK_OK;
}

void dvk_outdir_tidy(const char *path, const char *prefix)
{
    dvk_outdir *o = NULL;
    if (dvk_hidden_there(path) && dvk_outdir_begin_as(path, prefix, true, &o) == DVK_OK)
        dvk_outdir_abort(o);
}

static const char *name_of(const dvk_outdir *o, const output *f)
{
    return f->staged.data + o->hidden.length + 1;
}

static bool is_name(const char *name)
{
    return name[0] && name[0] != '.' && !strchr(name, '/');
}

static output *find_output(const dvk_outdir *o, const char *name)
{
    for (size_t i = 0; i < o->count; i++)
        if (strcmp(name_of(o, &o->outputs[i]), name) == 0)
            return &o->outputs[i];
    return NULL;
}

static dvk_status add_output(dvk_outdir *o, const char *name)
{
    if (o->count == o->room) {
        DVK_TRY(dvk_grow(o->count, o->room + 16, sizeof *o->outputs, &o->outputs));
        o->room += 16;
    }
    output *f = &o->outputs[o->count];
    free_output(f);
    DVK_TRY(dvk_text_add(&f->staged, "%s/%s", o->hidden.data, name));
    DVK_TRY(dvk_text_add(&f->final, "%s/%s", o->dir.data, name));
    DVK_TRY(dvk_text_add(&f->old, "%s/%s.old", o->hidden.data, name));
    f->stale = false;
    o->count++;
    return DVK_OK;
}

dvk_status dvk_outdir_path(dvk_outdir *o, const char *name, const char **path)
{
    *path = NULL;
    if (!is_name(name))
        return dvk_fail(DVK_ERR_INTERNAL, "'%s' is no name for an output file", name);
    dvk_text named = {0};
    dvk_status status = dvk_named(o->prefix, name, &named);
    if (status == DVK_OK && !find_output(o, named.data))
        status = add_output(o, named.data);
    if (status == DVK_OK)
        *path = find_output(o, named.data)->staged.data;
    dvk_text_free(&named);
    return status;
}

bool dvk_outdir_is_bids(const dvk_outdir *o)
{
    return o->prefix;
}

static dvk_status add_stale(dvk_outdir *o, const char *name)
{
    if (!name || !is_name(name) || find_output(o, name))
        return DVK_OK;
    DVK_TRY(add_output(o, name));
    o->outputs[o->count - 1].stale = true;
    return DVK_OK;
}

static dvk_status add_stale_path(dvk_outdir *o, const char *path)
{
    return path ? add_stale(o, strrchr(path, '/') + 1) : DVK_OK;
}

/* The files of the old result, which its provenance.json lists, go with it: none may pass for one of the new. */
static dvk_status add_old_result(dvk_outdir *o)
{
    json_t *old = NULL, *item;
    char *path = NULL;
    const char *name;
    size_t i;
    dvk_status status = find_record(o, last_name, &path);
    if (status == DVK_OK && exists(path) && dvk_json_read(path, &old) != DVK_OK)
        old = NULL; /* a damaged one lists nothing */
    json_t *outputs = json_object_get(old, "outputs");
    json_object_foreach(outputs, name, item) if (status == DVK_OK) status = add_stale(o, name);
    json_array_foreach(outputs, i, item) if (status == DVK_OK) status = add_stale(o, json_string_value(item));
    json_decref(old);
    if (status == DVK_OK)
        status = add_stale_path(o, path);
    dvk_free(path);
    path = NULL;
    if (status == DVK_OK)
        status = find_record(o, error_name, &path);
    if (status == DVK_OK)
        status = add_stale_path(o, path);
    dvk_free(path);
    return status;
}

size_t dvk_outdir_count(const dvk_outdir *o)
{
    return o->count;
}

const char *dvk_outdir_name(const dvk_outdir *o, size_t i)
{
    return name_of(o, &o->outputs[i]);
}

const char *dvk_outdir_staged(const dvk_outdir *o, size_t i)
{
    return o->outputs[i].staged.data;
}

static dvk_status move(const char *from, const char *to, const char *named)
{
    if (dvk_io_rename(from, to) != 0)
        return dvk_fail(dvk_create_status(errno), "%s: cannot be put in place: %s", named, strerror(errno));
    return DVK_OK;
}

/* Puts provenance.json last. */
static void order_outputs(dvk_outdir *o)
{
    output *f = find_output(o, o->last.data);
    if (!f)
        return;
    const output kept = *f;
    *f = o->outputs[o->count - 1];
    o->outputs[o->count - 1] = kept;
}

/* Old files aside, the one that makes them a result first; then the new ones, the one that makes them a result last. */
static dvk_status move_all(dvk_outdir *o)
{
    for (size_t i = o->count; i-- > 0;) {
        output *f = &o->outputs[i];
        if (!exists(f->final.data))
            continue;
        DVK_TRY(move(f->final.data, f->old.data, f->final.data));
        f->kept = true;
    }
    for (size_t i = 0; i < o->count; i++) {
        output *f = &o->outputs[i];
        if (i + 1 == o->count)
            DVK_TRY(sync_directory(o));
        if (f->stale)
            continue;
        DVK_TRY(move(f->staged.data, f->final.data, f->final.data));
        f->moved = true;
    }
    return sync_directory(o);
}

static void move_back(dvk_outdir *o)
{
    for (size_t i = o->count; i-- > 0;)
        if (o->outputs[i].moved)
            unlink(o->outputs[i].final.data);
    for (size_t i = 0; i < o->count; i++)
        if (o->outputs[i].kept)
            (void)rename(o->outputs[i].old.data, o->outputs[i].final.data);
}

dvk_status dvk_outdir_commit(dvk_outdir *o)
{
    dvk_status status = refuse_result(o); /* again, for want of a lock */
    if (status == DVK_OK)
        status = add_old_result(o);
    order_outputs(o);
    if (status == DVK_OK)
        status = move_all(o);
    if (status != DVK_OK) {
        move_back(o);
        dvk_outdir_abort(o);
        return status;
    }
    release(o);
    return DVK_OK;
}
