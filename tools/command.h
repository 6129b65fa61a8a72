/*
 * What the sub-commands share: their table entry, the options that every computing command takes, messages and exit
 * codes.
 */
#ifndef DVKIT_COMMAND_H
#define DVKIT_COMMAND_H

#include <argp.h>
#include <stdbool.h>

#include "dvk/dvk.h"

/* A sub-command. `run` gets argv[0] = "dvkit NAME" and returns the exit code. */
typedef struct command {
    const char *name;
    const char *summary; /* one line for `dvkit help` */
    const char *example; /* shown first in its help */
    const struct argp *argp;
    int (*run)(int argc, char **argv);
} command;

/* Every sub-command, ended by NULL. */
extern const command *const commands[];
extern const command cmd_dose;
extern const command cmd_integrate;
extern const command cmd_kidneys;
extern const command cmd_phantom;
extern const command cmd_kernel;
extern const command cmd_convolve;
extern const command cmd_course;
extern const command cmd_methods;
extern const command cmd_compare;
extern const command cmd_archive;
extern const command cmd_devices;
extern const command cmd_selftest;

/* --device, --fallback, --threads, --force, --json, --dry-run, -q, -v: a child parser of each computing command. */
typedef struct common_options {
    dvk_context_options context;
    bool force, json, dry_run, quiet;
    int verbose;
} common_options;

extern const struct argp common_argp;

/* Parses argv with the command's argp; `input` is what its parser finds in state->input. Returns -1 to go on, else the
 * exit code to end with (0 after --help). One line on stderr says what is wrong. */
int command_parse(const command *c, int argc, char **argv, void *input);

/* Prints "dvkit NAME: MESSAGE" for a failed library call and returns its exit code. */
int command_fail(const command *c, dvk_status status);

/* The same for a message of the tool's own, with DVK_ERR_USAGE. */
int command_usage(const command *c, const char *format, ...) DVK_PRINTF(2, 3);

/* In an argp parser: a library call that reads an option's value. Failing, it ends parsing with "--NAME: message". */
error_t option_check(struct argp_state *state, const char *name, dvk_status status);

/* In an argp parser: ends parsing with "--NAME: message" for a value that the tool itself finds wrong. */
error_t option_bad(struct argp_state *state, const char *name, const char *format, ...) DVK_PRINTF(3, 4);

/* In an argp parser: a quantity above 0 (or, `none_too`, the word "none", which is NaN). */
error_t option_positive(struct argp_state *state, const char *name, const char *text, dvk_unit unit, bool none_too,
                        double *out);

/* In an argp parser: a whole number from 1 to 999999999. */
error_t option_whole(struct argp_state *state, const char *name, const char *text, size_t *out);

/* The position of `text` in a NULL-ended list, as an option that takes one of a few words; ends parsing when it is
 * none. */
error_t option_word(struct argp_state *state, const char *name, const char *text, const char *const *words, int *out);

/* Opens the context that the common options ask for, wired to the terminal's progress line, warnings and the signals'
 * flag. */
dvk_status command_context(const common_options *common, dvk_context **out);

/* The command line in one text, for the provenance; the caller frees it. */
char *command_text(int argc, char **argv);

/* From now on SIGINT and SIGTERM set the flag that is returned, for dvk_context_options.cancel. */
const volatile int *command_signals(void);

/* The contract's exit code of a batch in which cases failed. */
enum { EXIT_BATCH_FAILED = 3 };

/* Exit code after a signal asked the run to end: 130 or 143. */
int command_signal_code(void);

/* Progress for work that is not under a context; `fraction` 1 clears the line. */
void command_progress(void *user, const char *stage, double fraction);

#endif
