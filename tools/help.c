/* See help.h: reads the tables; help_text.c, help_man.c and help_shell.c write. */
#include "help.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

/* --- the tables --- */

/* As argp has it: an entry without a group is in that of the one before. */
static void collect(const struct argp *parser, help_table *t)
{
    int group = 0;
    for (const struct argp_option *o = parser->options; o && (o->name || o->key || o->doc); o++) {
        group = o->group ? o->group : group;
        assert(t->count < HELP_ENTRIES);
        t->entry[t->count++] = (help_entry){.name = o->name,
                                            .arg = o->arg,
                                            .doc = o->doc,
                                            .letter = o->key > 0 && o->key < 128 && isalpha(o->key) ? o->key : 0,
                                            .group = group,
                                            .optional = o->flags & OPTION_ARG_OPTIONAL};
    }
    for (const struct argp_child *child = parser->children; child && child->argp; child++)
        collect(child->argp, t);
}

help_table help_collect(const struct argp *parser)
{
    help_table t = {.count = 0};
    collect(parser, &t);
    for (size_t i = 1; i < t.count; i++) /* by insertion, which keeps the order within a group */
        for (size_t j = i; j > 0 && t.entry[j - 1].group > t.entry[j].group; j--) {
            const help_entry moved = t.entry[j];
            t.entry[j] = t.entry[j - 1];
            t.entry[j - 1] = moved;
        }
    return t;
}

bool help_has_options(const command *c)
{
    return c->argp->children || c->argp->options;
}

const char *help_description(const command *c)
{
    return c->argp->doc ? c->argp->doc : "";
}

/* --- an option's argument --- */

/* A placeholder is all in capitals; what follows a colon is one too: "opencl:P.D" is typed "opencl:" and more. */
bool help_next_word(const char **rest, help_word *out)
{
    if (!*rest || !**rest)
        return false;
    const char *text = *rest;
    const size_t whole = strcspn(text, "|");
    *rest = text + whole + (text[whole] == '|');
    size_t length = whole;
    const char *colon = memchr(text, ':', whole);
    if (colon)
        length = (size_t)(colon - text) + 1;
    bool literal = false;
    for (size_t i = 0; i < length; i++)
        literal = literal || islower((unsigned char)text[i]);
    *out = (help_word){text, literal ? length : whole, literal};
    return true;
}

bool help_takes(const char *arg, const char *name)
{
    help_word word;
    while (help_next_word(&arg, &word))
        if (!word.literal && word.length == strlen(name) && strncmp(word.text, name, word.length) == 0)
            return true;
    return false;
}

/* --- dvkit help --- */

void help_each(FILE *to, help_visit *visit)
{
    for (size_t i = 0; commands[i]; i++)
        if (commands[i] != &cmd_archive)
            visit(to, commands[i]);
    for (size_t i = 0; archive_verbs[i]; i++)
        visit(to, archive_verbs[i]);
}

static const command *find(const char *name, const char *verb)
{
    char full[64];
    snprintf(full, sizeof full, "%s %s", name, verb ? verb : "");
    for (size_t i = 0; verb && archive_verbs[i]; i++)
        if (strcmp(archive_verbs[i]->name, full) == 0)
            return archive_verbs[i];
    for (size_t i = 0; !verb && commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int wrong(const char *format, const char *text)
{
    fprintf(stderr, "dvkit help: ");
    fprintf(stderr, format, text); /* NOLINT: each of the formats below has one %s */
    fputc('\n', stderr);
    return dvk_exit_code(DVK_ERR_USAGE);
}

int help_run(int argc, char **argv)
{
    const char *format = "text";
    int at = 1;
    if (at < argc && strcmp(argv[at], "--format") == 0) {
        if (at + 1 == argc)
            return wrong("%s: its value is missing: text, man, bash, zsh or list", argv[at]);
        format = argv[at + 1];
        at += 2;
    }
    const command *c = NULL;
    if (at < argc) {
        c = find(argv[at], at + 1 < argc ? argv[at + 1] : NULL);
        if (!c)
            return wrong("'%s' is not a command: see 'dvkit help'", argv[argc - 1]);
    }
    if (strcmp(format, "text") == 0)
        help_text(stdout, c);
    else if (strcmp(format, "man") == 0)
        help_man(stdout, c);
    else if (strcmp(format, "list") == 0)
        help_list(stdout);
    else if (strcmp(format, "bash") == 0)
        help_bash(stdout);
    else if (strcmp(format, "zsh") == 0)
        help_zsh(stdout);
    else
        return wrong("--format: '%s' is not text, man, bash, zsh or list", format);
    return 0;
}
