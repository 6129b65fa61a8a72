/*
 * What a command's option tables say, as text for the terminal, a man page, or completion for a shell. The tables that
 * parse are the only source of all of them.
 */
#ifndef DVKIT_HELP_H
#define DVKIT_HELP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "archive_commands.h"

/* One line of a table: an option, or with `name` NULL the heading of those that follow. */
typedef struct help_entry {
    const char *name, *arg, *doc;
    int letter; /* its short form, or 0 */
    int group;
    bool optional; /* its argument may be left out: --name or --name=ARG */
} help_entry;

enum { HELP_ENTRIES = 96 };

typedef struct help_table {
    help_entry entry[HELP_ENTRIES];
    size_t count;
} help_table;

/* Every entry of a parser and its children by group, within one in the order of its table. */
help_table help_collect(const struct argp *parser);

/* `dvkit archive` alone has none. */
bool help_has_options(const command *c);

/* The command's description, "" if it has none. */
const char *help_description(const command *c);

/* The next of the alternatives in an option's argument, such as "auto|cpu|FILE": false when there is none left. */
typedef struct help_word {
    const char *text;
    size_t length;
    bool literal; /* to be typed as it is; else a placeholder such as FILE */
} help_word;
bool help_next_word(const char **rest, help_word *out);

/* "a|opencl:P.D|FILE" has the placeholder `name`. */
bool help_takes(const char *arg, const char *name);

/* Every command that has options of its own: the sub-commands, and the verbs of `dvkit archive` in place of it. */
typedef void help_visit(FILE *to, const command *c);
void help_each(FILE *to, help_visit *visit);

void help_text(FILE *to, const command *c);
void help_man(FILE *to, const command *c); /* NULL: dvkit itself */
void help_list(FILE *to);                  /* the commands, and the verbs of `archive` */
void help_bash(FILE *to);
void help_zsh(FILE *to);

/* `dvkit help [--format text|man|bash|zsh|list] [COMMAND [VERB]]`; argv[0] is "dvkit help". */
int help_run(int argc, char **argv);

#endif
