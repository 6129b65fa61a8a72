/* dvkit compare: two maps, or two archives of results, against each other; the exit code says whether they agree. */
#include <stdio.h>

#include "command.h"
#include "options_compare.h"
#include "options_voi.h"

typedef struct arguments {
    common_options common;
    voi_options voi;
    compare_options compare;
} arguments;

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    dvk_compare_options *o = &a->compare.options;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        state->child_inputs[1] = &a->voi;
        state->child_inputs[2] = &a->compare;
        return 0;
    case ARGP_KEY_ARG:
        if (o->b)
            return ARGP_ERR_UNKNOWN;
        *(o->a ? &o->b : &o->a) = arg;
        return 0;
    case 'o':
        o->out = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option table[] = {
    {"output", 'o', "DIR", 0, "write tables, JSON, and maps of difference and gamma, or a page", 0}, {0}};

static const struct argp_child children[] = {
    {&common_argp, 0, 0, 0}, {&voi_argp, 0, 0, 0}, {&compare_options_argp, 0, 0, 0}, {0}};
static const struct argp compare_argp = {
    table,
    parse,
    "A B [--voi FILE] [-o DIR]",
    "A is judged by the reference B; differences are A - B. Exit code 0: they agree, 1: they do not. A result folder "
    "stands for its dose map. Two archives, folders with results below, are compared result by result: Bland-Altman "
    "limits and concordance of every VOI's dose, BED and TIA.",
    children,
    0,
    0};
static int run(int argc, char **argv);

const command cmd_compare = {
    .name = "compare",
    .summary = "two maps, or two archives, against each other; exit 1 beyond a tolerance",
    .example = "dvkit compare new/dose.nii.gz old/dose.nii.gz --voi kidneys_dseg.nii.gz --rtol 0.01",
    .argp = &compare_argp,
    .run = run,
};

/* One result, whichever it is, with its warnings. */
static dvk_status print(const common_options *common, dvk_status status, char *text)
{
    if (status == DVK_OK && !common->quiet)
        fputs(text, stdout);
    dvk_text_release(text);
    return status;
}

static void print_warnings(const char (*warnings)[DVK_WARNING_SIZE], size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "dvkit compare: warning: %s\n", warnings[i]);
}

static dvk_status compare_maps(arguments *a, const dvk_compare_options *o, bool *agree)
{
    dvk_context *context = NULL;
    dvk_compare *r = NULL;
    char *text = NULL;
    a->common.context.device = "cpu"; /* which is where all of this is done */
    dvk_status status = command_context(&a->common, &context);
    if (status == DVK_OK)
        status = dvk_compare_run(context, o, &r);
    command_progress(NULL, "", 1);
    if (status == DVK_OK) {
        print_warnings((const char(*)[DVK_WARNING_SIZE])r->warnings, r->warning_count);
        status = a->common.json ? dvk_compare_json(r, &text) : dvk_compare_text(r, &text);
        status = print(&a->common, status, text);
    }
    *agree = status == DVK_OK && r->agree;
    dvk_compare_free(r);
    dvk_context_close(context);
    return status;
}

static dvk_status compare_archives(const arguments *a, const dvk_compare_options *o, bool *agree)
{
    const dvk_archives_options options = {o->a, o->b, o->rtol, o->atol, o->out, o->force, o->command};
    dvk_archives *c = NULL;
    char *text = NULL;
    dvk_status status = dvk_archives_compare(&options, &c);
    if (status == DVK_OK) {
        print_warnings((const char(*)[DVK_WARNING_SIZE])c->warnings, c->warning_count);
        status = a->common.json ? dvk_archives_json(c, &text) : dvk_archives_text(c, &text);
        status = print(&a->common, status, text);
    }
    *agree = status == DVK_OK && c->agree;
    dvk_archives_free(c);
    return status;
}

static dvk_status compare(arguments *a, bool *agree)
{
    dvk_compare_options o = a->compare.options;
    o.voi_sources = a->voi.source;
    o.voi_source_count = a->voi.count;
    o.voi = a->voi.options;
    o.force = a->common.force;
    o.out = a->common.dry_run ? NULL : o.out;
    return dvk_archives_is(o.a) ? compare_archives(a, &o, agree) : compare_maps(a, &o, agree);
}

static int run(int argc, char **argv)
{
    arguments a = {.compare = {.options = dvk_compare_default()}};
    bool agree = false;
    int code = command_parse(&cmd_compare, argc, argv, &a);
    if (code < 0 && !a.compare.options.b)
        code = command_usage(&cmd_compare, "two maps are needed: see 'dvkit help compare'");
    if (code < 0 && a.voi.grid != DVK_VOI_GRID_SCAN)
        code = command_usage(&cmd_compare, "--voi-grid: maps are compared on their own grid");
    if (code < 0) {
        const dvk_status status = compare(&a, &agree);
        code = status == DVK_OK ? !agree : command_fail(&cmd_compare, status);
    }
    voi_options_free(&a.voi);
    return code;
}
