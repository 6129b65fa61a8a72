/* Option parsing, messages, progress and signals for every sub-command. */
#include "command.h"

#include <math.h>
#include <omp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "help.h"

static const command *current;

/* --- messages --- */

int command_fail(const command *c, dvk_status status)
{
    command_progress(NULL, "", 1);
    if (status == DVK_ERR_INTERRUPTED)
        return command_signal_code();
    fprintf(stderr, "dvkit %s: %s\n", c->name, dvk_last_message());
    return dvk_exit_code(status);
}

int command_usage(const command *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "dvkit %s: ", c->name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return dvk_exit_code(DVK_ERR_USAGE);
}

char *command_text(int argc, char **argv)
{
    size_t size = 1;
    for (int i = 0; i < argc; i++)
        size += strlen(argv[i]) + 1;
    char *text = malloc(size);
    size_t used = 0;
    for (int i = 0; text && i < argc; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " " : "", argv[i]);
    return text;
}

/* --- parsing --- */

/* argp ends a parse with an errno; ours is kept beside it so that 65 and 66 stay apart from 2. */
static dvk_status parse_status;

error_t option_check(struct argp_state *state, const char *name, dvk_status status)
{
    (void)state;
    if (status == DVK_OK)
        return 0;
    fprintf(stderr, "dvkit %s: --%s: %s\n", current->name, name, dvk_last_message());
    parse_status = status;
    return ECANCELED;
}

error_t option_bad(struct argp_state *state, const char *name, const char *format, ...)
{
    (void)state;
    va_list args;
    va_start(args, format);
    fprintf(stderr, "dvkit %s: --%s: ", current->name, name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    parse_status = DVK_ERR_USAGE;
    return ECANCELED;
}

error_t option_positive(struct argp_state *state, const char *name, const char *text, dvk_unit unit, bool none_too,
                        double *out)
{
    if (none_too && strcmp(text, "none") == 0) {
        *out = NAN;
        return 0;
    }
    const error_t error = option_check(state, name, dvk_quantity_parse(text, unit, out));
    if (error || *out > 0)
        return error;
    return option_bad(state, name, "'%s' is not above 0", text);
}

error_t option_whole(struct argp_state *state, const char *name, const char *text, size_t *out)
{
    double number = 0;
    const error_t error = option_positive(state, name, text, DVK_UNIT_NONE, false, &number);
    if (error)
        return error;
    if (number != floor(number) || number >= 1e9)
        return option_bad(state, name, "'%s' is not a whole number", text);
    *out = (size_t)number;
    return 0;
}

error_t option_word(struct argp_state *state, const char *name, const char *text, const char *const *words, int *out)
{
    (void)state;
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return 0;
        }
    fprintf(stderr, "dvkit %s: --%s: '%s' is not one of", current->name, name, text);
    for (int i = 0; words[i]; i++)
        fprintf(stderr, "%s %s", i ? "," : "", words[i]);
    fputc('\n', stderr);
    parse_status = DVK_ERR_USAGE;
    return ECANCELED;
}

/* The options that argp would otherwise answer in its own words. */
static bool answered(const command *c, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            help_text(stdout, c);
            return true;
        }
        if (strcmp(argv[i], "--version") == 0 || strcmp(argv[i], "-V") == 0) {
            printf("dvkit %s\n", DVK_VERSION);
            return true;
        }
    }
    return false;
}

/* Finds an option's entry by its long name (`length` letters of it) or short letter, in a parser and its children. */
static const struct argp_option *find_option(const struct argp *parser, const char *name, size_t length, int letter)
{
    for (const struct argp_option *o = parser->options; o && (o->name || o->key || o->doc); o++) {
        if (o->name && length && strlen(o->name) == length && strncmp(o->name, name, length) == 0)
            return o;
        if (letter && o->key == letter)
            return o;
    }
    for (const struct argp_child *child = parser->children; child && child->argp; child++) {
        const struct argp_option *found = find_option(child->argp, name, length, letter);
        if (found)
            return found;
    }
    return NULL;
}

/* argp tells that something is wrong, but neither what nor in one line. */
static int explain(const command *c, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *text = argv[i];
        if (text[0] != '-' || !text[1])
            continue;
        const bool is_long = text[1] == '-';
        const size_t length = is_long ? strcspn(text + 2, "=") : 0;
        const struct argp_option *o = find_option(c->argp, text + 2, length, is_long ? 0 : text[1]);
        if (!o)
            return command_usage(c, "%s: unknown option: see 'dvkit help %s'", text, c->name);
        const bool has_value = is_long ? text[2 + length] == '=' : text[2] != '\0';
        if (o->arg && !has_value && i + 1 == argc)
            return command_usage(c, "%s: its value is missing: %s", text, o->arg);
        if (!o->arg && is_long && has_value)
            return command_usage(c, "%s: this option takes no value", text);
        i += o->arg && !has_value;
    }
    return command_usage(c, "the arguments make no sense together: see 'dvkit help %s'", c->name);
}

int command_parse(const command *c, int argc, char **argv, void *input)
{
    current = c;
    if (answered(c, argc, argv))
        return 0;
    int next = argc;
    const error_t error = argp_parse(c->argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_NO_ERRS, &next, input);
    if (error == ECANCELED)
        return dvk_exit_code(parse_status);
    if (error)
        return explain(c, argc, argv);
    if (next < argc)
        return command_usage(c, "%s: one argument too many: see 'dvkit help %s'", argv[next], c->name);
    return -1;
}

/* --- the common options --- */

enum { KEY_DEVICE = 0x1000, KEY_FALLBACK, KEY_THREADS, KEY_FORCE, KEY_JSON, KEY_DRY_RUN };

static const struct argp_option common_options_table[] = {
    {0, 0, 0, 0, "Common:", 90},
    {"device", KEY_DEVICE, "auto|cpu|opencl|opencl:P.D|NAME", 0, "default auto; NAME: part of a device's name", 90},
    {"fallback", KEY_FALLBACK, "cpu|none", 0, "what to do when a device fails on the way (default cpu)", 90},
    {"threads", KEY_THREADS, "N", 0, "processors to use (default all)", 90},
    {"force", KEY_FORCE, 0, 0, "replace results that are already there", 90},
    {"json", KEY_JSON, 0, 0, "print the result as JSON", 90},
    {"dry-run", KEY_DRY_RUN, 0, 0, "check the inputs and say what would be done", 90},
    {"quiet", 'q', 0, 0, "print nothing when all is well", 90},
    {"verbose", 'v', 0, 0, "say more, and what each stage took", 90},
    {"help", 'h', 0, 0, "this text", 91},
    {"version", 'V', 0, 0, "the version", 91},
    {0}};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
    common_options *common = state->input;
    int word = 0;
    double number = 0;
    error_t error = 0;
    switch (key) {
    case KEY_DEVICE:
        common->context.device = arg;
        break;
    case KEY_FALLBACK:
        error = option_word(state, "fallback", arg, (const char *const[]){"cpu", "none", NULL}, &word);
        common->context.fallback = word ? DVK_FALLBACK_NONE : DVK_FALLBACK_CPU;
        break;
    case KEY_THREADS:
        error = option_check(state, "threads", dvk_quantity_parse(arg, DVK_UNIT_NONE, &number));
        if (!error && (number < 1 || number > 1024 || number != floor(number)))
            return option_bad(state, "threads", "'%s' is not a whole number from 1 to 1024", arg);
        common->context.threads = (int)number;
        omp_set_num_threads((int)number); /* also of what the library computes without a context */
        break;
    case KEY_FORCE:
        common->force = true;
        break;
    case KEY_JSON:
        common->json = true;
        break;
    case KEY_DRY_RUN:
        common->dry_run = true;
        break;
    case 'q':
        common->quiet = true;
        break;
    case 'v':
        common->verbose++;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return error;
}

const struct argp common_argp = {.options = common_options_table, .parser = parse_common};

/* --- progress and signals --- */

static volatile int cancelled; /* the signal's number */

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The first one ends the command cleanly, one more at once. What comes at the same time is the same one: a terminal
 * tells all processes, and an archive's run its workers once more. */
static void on_signal(int number)
{
    static const double same_s = 0.5;
    static volatile double first_s;
    if (!cancelled) {
        first_s = seconds_now();
        cancelled = number;
    } else if (seconds_now() - first_s > same_s) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

int command_signal_code(void)
{
    return cancelled == SIGTERM ? 143 : 130;
}

/* A line on a terminal once a stage has run for a second; nothing in a log. */
void command_progress(void *user, const char *stage, double fraction)
{
    static double started, shown;
    static bool visible;
    (void)user;
    if (!isatty(STDERR_FILENO))
        return;
    const double now = seconds_now();
    if (started == 0)
        started = now;
    if (fraction >= 1) {
        if (visible)
            fputs("\r\033[K", stderr);
        visible = false;
    } else if (now - started > 1 && now - shown > 0.1) {
        fprintf(stderr, "\r\033[K%s %3.0f %%", stage, 100 * fraction);
        visible = true;
        shown = now;
    }
    fflush(stderr);
}

static void print_warning(void *user, const char *line)
{
    (void)user;
    command_progress(NULL, "", 1);
    fprintf(stderr, "dvkit %s: warning: %s\n", current ? current->name : "", line);
}

static void print_lap(void *user, const char *stage, double seconds)
{
    (void)user;
    command_progress(NULL, "", 1);
    fprintf(stderr, "dvkit %s: %-10s %8.1f ms\n", current ? current->name : "", stage, 1e3 * seconds);
}

const volatile int *command_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &cancelled;
}

dvk_status command_context(const common_options *common, dvk_context **out)
{
    dvk_context_options options = common->context;
    options.progress = common->quiet ? NULL : command_progress;
    options.warn = print_warning;
    options.lap = common->verbose ? print_lap : NULL;
    options.cancel = command_signals();
    return dvk_context_open(&options, out);
}
