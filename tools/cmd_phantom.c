/* dvkit phantom: writes a case, or a whole archive of them, with known truth. */
#include <stdio.h>

#include "command.h"
#include "options_phantom.h"

typedef struct arguments {
    common_options common;
    dvk_phantom_options phantom;
    bool named, print;
    const char *out;
} arguments;

enum { KEY_PRINT = 1 };

static const struct argp_option table[] = {
    {"output", 'o', "DIR", 0, "where to write", 0},
    {"print", KEY_PRINT, 0, 0, "print the phantom's table, to edit and to give as FILE.tsv", 0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        state->child_inputs[1] = &a->phantom;
        return 0;
    case ARGP_KEY_ARG:
        if (a->named)
            return ARGP_ERR_UNKNOWN;
        a->phantom.name = arg;
        a->named = true;
        return 0;
    case 'o':
        a->out = arg;
        return 0;
    case KEY_PRINT:
        a->print = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0}, {&phantom_options_argp, 0, 0, 0}, {0}};
static const struct argp phantom_argp = {
    table,
    parse,
    "kidneys|sphere|uniform|impulse|nema|FILE.tsv -o DIR",
    "There are kidneys (two kidneys with cortex and medulla, liver, spleen, lesions, background), sphere, uniform, "
    "impulse and nema (the IEC body phantom); or give a table of your own: --print shows what one looks like. Beside "
    "the scans lies the truth: volumes, activity, TIA and dose, as tables and maps.",
    children,
    0,
    0};
static int run(int argc, char **argv);

const command cmd_phantom = {
    .name = "phantom",
    .summary = "writes a case with known truth: kidneys, sphere, uniform, impulse, nema or your own",
    .example = "dvkit phantom kidneys -o phantom --fwhm 11mm --counts 2e7",
    .argp = &phantom_argp,
    .run = run,
};

static int print(const char *name)
{
    const char *text = dvk_phantom_table(name);
    if (!text)
        return command_usage(&cmd_phantom, "--print: '%s' is not a phantom that is built in", name);
    fputs(text, stdout);
    return 0;
}

static int run(int argc, char **argv)
{
    arguments a = {.phantom = dvk_phantom_default()};
    dvk_context *context = NULL;
    const int code = command_parse(&cmd_phantom, argc, argv, &a);
    if (code >= 0)
        return code;
    if (a.named && a.print)
        return print(a.phantom.name);
    if (!a.named || !a.out)
        return command_usage(&cmd_phantom, "a phantom's name and -o DIR are needed: see 'dvkit help phantom'");
    dvk_status status = command_context(&a.common, &context);
    if (status == DVK_OK && !a.common.dry_run)
        status = dvk_phantom_write(context, &a.phantom, a.out, a.common.force);
    command_progress(NULL, "", 1);
    dvk_context_close(context);
    if (status != DVK_OK)
        return command_fail(&cmd_phantom, status);
    if (!a.common.quiet)
        printf("%s\n", a.out);
    return 0;
}
