/* dvkit help --format man: a page in roff for each command, and dvkit(1) for all. */
#include <string.h>

#include "help.h"

/* Text in roff: a hyphen that is typed is "\-", a dot or quote at the start of a line is no request. */
static void put(FILE *to, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        const bool starts = i == 0 || text[i - 1] == '\n';
        if (starts && (c == '.' || c == '\''))
            fputs("\\&", to);
        if (c == '-')
            fputs("\\-", to);
        else if (c == '\\')
            fputs("\\e", to);
        else
            fputc(c, to);
    }
}

static void put_text(FILE *to, const char *text)
{
    put(to, text, strlen(text));
}

/* A paragraph break is an empty line in the tables, and .PP in roff. */
static void put_paragraphs(FILE *to, const char *text)
{
    while (*text) {
        const char *end = strstr(text, "\n\n");
        const size_t length = end ? (size_t)(end - text) : strlen(text);
        put(to, text, length);
        fputc('\n', to);
        text += length;
        if (end) {
            text += strspn(text, "\n");
            fputs(".PP\n", to);
        }
    }
}

/* "archive plan" is the page dvkit-archive-plan. */
static void put_page_name(FILE *to, const command *c, const char *hyphen)
{
    fputs("dvkit", to);
    if (c)
        fputs(hyphen, to);
    for (const char *p = c ? c->name : ""; *p; p++)
        if (*p == ' ')
            fputs(hyphen, to);
        else
            fputc(*p, to);
}

void help_list(FILE *to)
{
    for (size_t i = 0; commands[i]; i++)
        fprintf(to, "%s\n", commands[i]->name);
    for (size_t i = 0; archive_verbs[i]; i++)
        fprintf(to, "%s\n", archive_verbs[i]->name);
}

static void put_head(FILE *to, const command *c, const char *summary)
{
    fputs(".\\\" Made from the option tables by `dvkit help --format man`.\n.TH ", to);
    put_page_name(to, c, "\\-");
    fprintf(to, " 1 \"\" \"dvkit %s\" \"dvkit\"\n.ad l\n.nh\n.SH NAME\n", DVK_VERSION);
    put_page_name(to, c, "\\-");
    fputs(" \\- ", to);
    put_text(to, summary);
    fputs("\n.SH SYNOPSIS\n", to);
}

/* The lines after the first are indented for the help text. */
static void put_example(FILE *to, const char *example)
{
    fputs(".SH EXAMPLE\n.nf\n.RS 4\n", to);
    while (*example) {
        const size_t length = strcspn(example, "\n");
        put(to, example, length);
        fputc('\n', to);
        example += length;
        if (*example)
            example += strncmp(example, "\n  ", 3) == 0 ? 3 : 1;
    }
    fputs(".RE\n.fi\n", to);
}

static void put_entry(FILE *to, const help_entry *o)
{
    if (!o->name) {
        const size_t length = strlen(o->doc);
        fputs(".SS \"", to);
        put(to, o->doc, length - (length && o->doc[length - 1] == ':'));
        fputs("\"\n", to);
        return;
    }
    fputs(".TP\n", to);
    if (o->letter)
        fprintf(to, "\\fB\\-%c\\fR, ", o->letter);
    fputs("\\fB\\-\\-", to);
    put_text(to, o->name);
    fputs("\\fR", to);
    if (o->arg) {
        fputs(o->optional ? "[=\\fI" : "=\\fI", to);
        for (const char *p = o->arg; *p; p++) { /* may be broken after a bar */
            put(to, p, 1);
            if (*p == '|')
                fputs("\\:", to);
        }
        fputs(o->optional ? "\\fR]" : "\\fR", to);
    }
    fputc('\n', to);
    put_text(to, o->doc ? o->doc : "");
    fputc('\n', to);
}

static void put_exit_codes(FILE *to)
{
    static const struct {
        int code;
        const char *meaning;
    } table[] = {{0, "done"},
                 {1, "the answer is no (compare, selftest), or an internal error"},
                 {2, "wrong usage"},
                 {3, "a batch ended with failed cases"},
                 {65, "an input is invalid"},
                 {66, "an input is missing or unreadable"},
                 {69, "no usable device"},
                 {73, "an output cannot be created"},
                 {74, "reading or writing failed, such as a full disk"},
                 {75, "try again"},
                 {130, "ended by SIGINT; 143 by SIGTERM"}};
    fputs(".SH \"EXIT STATUS\"\n", to);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        fprintf(to, ".TP\n.B %d\n%s\n", table[i].code, table[i].meaning);
}

static void put_environment(FILE *to)
{
    fputs(".SH ENVIRONMENT\n"
          ".TP\n.B DVK_BACKEND_DIR\nwhere the OpenCL back end lies, instead of where it was installed\n"
          ".TP\n.B DVK_CACHE_DIR\nthe folder that keeps kernels, spectra and OpenCL programs for later runs, at most "
          "some hundred MB, "
          "instead of \\fB$XDG_CACHE_HOME/dvkit\\fR or \\fB~/.cache/dvkit\\fR; set to nothing: none. It changes no "
          "result and may be "
          "deleted at any time.\n"
          ".TP\n.B OMP_NUM_THREADS\nprocessors to use, where \\fB\\-\\-threads\\fR does not say\n",
          to);
}

static void put_command(FILE *to, const command *c)
{
    put_head(to, c, c->summary);
    fprintf(to, "\\fBdvkit %s\\fR %s", c->name, help_has_options(c) ? "[\\fIOPTION\\fR...] " : "");
    put_text(to, c->argp->args_doc ? c->argp->args_doc : "");
    fputc('\n', to);
    put_example(to, c->example);
    if (*help_description(c)) {
        fputs(".SH DESCRIPTION\n", to);
        put_paragraphs(to, help_description(c));
    }
    const help_table t = help_collect(c->argp);
    if (t.count)
        fputs(".SH OPTIONS\n", to);
    for (size_t i = 0; i < t.count; i++)
        put_entry(to, &t.entry[i]);
    put_exit_codes(to);
    fputs(".SH \"SEE ALSO\"\n.BR dvkit (1)\n", to);
    for (size_t i = 0; c == &cmd_archive && archive_verbs[i]; i++) {
        fputs(".br\n.BR ", to);
        put_page_name(to, archive_verbs[i], "\\-");
        fputs(" (1)\n", to);
    }
}

static void put_overview(FILE *to)
{
    put_head(to, NULL, "dose for radionuclide therapy, from a whole trial's images");
    fputs("\\fBdvkit\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] \\fIFILE\\fR...\n", to);
    put_example(to, cmd_dose.example);
    fputs(
        ".SH DESCRIPTION\n"
        "Quantitative SPECT series of one therapy cycle become time\\-integrated activity, absorbed dose and a summary "
        "of the kidneys; cycles are added up, whole trials run as one archive.\n"
        "For research use: dvkit is not a medical device.\n"
        ".SH COMMANDS\n",
        to);
    for (size_t i = 0; commands[i]; i++) {
        fputs(".TP\n.BR ", to);
        put_page_name(to, commands[i], "\\-");
        fputs(" (1)\n", to);
        put_text(to, commands[i]->summary);
        fputc('\n', to);
    }
    put_exit_codes(to);
    put_environment(to);
}

void help_man(FILE *to, const command *c)
{
    if (c)
        put_command(to, c);
    else
        put_overview(to);
}
