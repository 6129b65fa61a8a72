/* dvkit help: a command's tables for a terminal of 80 columns. */
#include <string.h>

#include "help.h"

enum { WIDTH = 80, DOC_COLUMN = 29 };

/* Prints words of `text` from `column` on, later lines from `indent`, broken at spaces; a line break in it stays. */
static void print_wrapped(FILE *to, const char *text, size_t column, size_t indent)
{
    bool first = true;
    while (*text) {
        const size_t length = strcspn(text, " \n");
        if (!first && column + 1 + length > WIDTH - 1) {
            fprintf(to, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            fputc(' ', to);
            column++;
        }
        fwrite(text, 1, length, to);
        column += length;
        first = false;
        text += length;
        for (; *text == ' ' || *text == '\n'; text++)
            if (*text == '\n') {
                fprintf(to, "\n%*s", (int)indent, "");
                column = indent;
                first = true;
            }
    }
    fputc('\n', to);
}

/* "--model=auto|mono|..." is broken after a bar where it is too long. Returns the column it ends in. */
static size_t print_option(FILE *to, const help_entry *o)
{
    size_t column = 0, indent = 8 + strlen(o->name) + 1;
    if (o->letter)
        column += (size_t)fprintf(to, "  -%c, --%s", o->letter, o->name);
    else
        column += (size_t)fprintf(to, "      --%s", o->name);
    const char *arg = o->arg ? o->arg : "";
    for (bool first = true; *arg; first = false) {
        size_t length = strcspn(arg, "|");
        length += arg[length] == '|';
        if (column + 1 + length > WIDTH - 1) {
            fprintf(to, "\n%*s", (int)indent, "");
            column = indent;
        }
        column += (size_t)fprintf(to, "%s%.*s", !first ? "" : o->optional ? "[=" : "=", (int)length, arg);
        arg += length;
    }
    if (o->optional)
        column += (size_t)fprintf(to, "]");
    return column;
}

static void print_entry(FILE *to, const help_entry *o)
{
    if (!o->name) {
        fprintf(to, "\n%s\n", o->doc);
        return;
    }
    size_t column = print_option(to, o);
    if (column + 2 > DOC_COLUMN) {
        fputc('\n', to);
        column = 0;
    }
    fprintf(to, "%*s", (int)(DOC_COLUMN - column), "");
    print_wrapped(to, o->doc ? o->doc : "", DOC_COLUMN, DOC_COLUMN);
}

static void print_overview(FILE *to)
{
    fprintf(to,
            "dvkit %s: dose for radionuclide therapy, from a whole trial's images. For research use.\n\n"
            "  dvkit COMMAND [OPTION...] FILE...\n\n",
            DVK_VERSION);
    for (size_t i = 0; commands[i]; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to, "\n'dvkit help COMMAND' explains one, with an example first.\n");
}

void help_text(FILE *to, const command *c)
{
    if (!c) {
        print_overview(to);
        return;
    }
    fprintf(to, "dvkit %s: %s\n\nExample:\n  %s\n\n", c->name, c->summary, c->example);
    fprintf(to, "Usage: dvkit %s%s", c->name, help_has_options(c) ? " [OPTION...]" : "");
    fprintf(to, "%s%s\n\n", c->argp->args_doc ? " " : "", c->argp->args_doc ? c->argp->args_doc : "");
    const char *description = help_description(c);
    if (*description) {
        print_wrapped(to, description, 0, 0);
        fputc('\n', to);
    }
    const help_table t = help_collect(c->argp);
    for (size_t i = 0; i < t.count; i++)
        print_entry(to, &t.entry[i]);
}
