/* dvkit help --format bash|zsh: completion of commands, options and the words that an option takes. */
#include <string.h>

#include "help.h"

/* --- what both shells are told --- */

/* The words among the alternatives of `arg`, between `before` and `after`; nothing where there are none. */
static bool put_words(FILE *to, const char *arg, const char *before, const char *after, const char *colon)
{
    help_word word;
    bool any = false;
    for (size_t i = 0; help_takes(arg, "NUCLIDE") && dvk_nuclide_at(i); i++) {
        fprintf(to, "%s%s", any ? " " : before, dvk_nuclide_at(i)->name);
        any = true;
    }
    while (help_next_word(&arg, &word)) {
        if (!word.literal)
            continue;
        fputs(any ? " " : before, to);
        for (size_t i = 0; i < word.length; i++)
            fprintf(to, "%s", word.text[i] == ':' ? colon : (char[]){word.text[i], '\0'});
        any = true;
    }
    if (any)
        fputs(after, to);
    return any;
}

/* The first of a command's arguments, where it is one of a few words: "kidneys|sphere" of "kidneys|sphere -o DIR". */
static const char *first_argument(const command *c, char *room, size_t size)
{
    const char *doc = c->argp->args_doc ? c->argp->args_doc : "";
    snprintf(room, size, "%.*s", (int)strcspn(doc, " "), doc);
    return strchr(room, '|') ? room : "";
}

static void put_commands(FILE *to)
{
    for (size_t i = 0; commands[i]; i++)
        fprintf(to, "%s ", commands[i]->name);
    fputs("help", to);
}

static void put_verbs(FILE *to)
{
    for (size_t i = 0; archive_verbs[i]; i++)
        fprintf(to, "%s%s", i ? " " : "", archive_verbs[i]->name + strlen("archive "));
}

/* --- bash --- */

static void bash_option(FILE *to, const help_entry *o)
{
    if (!o->arg || o->optional) /* then the next word is not its argument */
        return;
    fputs("        ", to);
    if (o->letter)
        fprintf(to, "-%c|", o->letter);
    fprintf(to, "--%s) ", o->name);
    put_words(to, o->arg, "words='", "' ", ":");
    fprintf(to, "value='%s' ;;\n", help_takes(o->arg, "DIR") ? "folder" : "file");
}

static void bash_command(FILE *to, const command *c)
{
    const help_table t = help_collect(c->argp);
    char first[64];
    fprintf(to, "    '%s')\n        options='", c->name);
    for (size_t i = 0; i < t.count; i++)
        if (t.entry[i].name)
            fprintf(to, "--%s ", t.entry[i].name);
    fputs("'\n", to);
    put_words(to, first_argument(c, first, sizeof first), "        words='", "'\n", ":");
    fputs("        case $previous in\n", to);
    for (size_t i = 0; i < t.count; i++)
        if (t.entry[i].name)
            bash_option(to, &t.entry[i]);
    fputs("        esac ;;\n", to);
}

void help_bash(FILE *to)
{
    fputs("# Completion of dvkit for bash, made from the option tables by `dvkit help --format bash`.\n"
          "_dvkit() {\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command=${COMP_WORDS[1]} at=2 options='' words='' value=''\n"
          "    COMPREPLY=()\n"
          "    # '--engine=fft' comes as three words\n"
          "    if [[ $current == '=' ]]; then\n"
          "        current=''\n"
          "    elif [[ $previous == '=' ]]; then\n"
          "        previous=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    fi\n"
          "    if ((COMP_CWORD == 1)) || { [[ $command == help ]] && ((COMP_CWORD == 2)); }; then\n"
          "        command=''\n"
          "    elif [[ ${COMP_WORDS[1]} == archive || ${COMP_WORDS[*]:1:2} == 'help archive' ]]; then\n"
          "        [[ $command == archive ]] || at=3\n"
          "        command=archive\n"
          "        ((COMP_CWORD > at)) && command=\"archive ${COMP_WORDS[at]}\"\n"
          "    fi\n"
          "    case $command in\n"
          "    '') words='",
          to);
    put_commands(to);
    fputs("' options='--help --version' value='word' ;;\n    archive) words='", to);
    put_verbs(to);
    fputs("' options='--help' value='word' ;;\n", to);
    help_each(to, bash_command);
    fputs("    esac\n"
          "    if [[ $current == -* && ( -z $value || $value == word ) ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
          "    elif [[ -n $words ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
          "    fi\n"
          "    # files where nothing fits, by -o default below; for an output only folders\n"
          "    [[ $value == folder ]] && compopt +o bashdefault +o default -o dirnames 2>/dev/null\n"
          "    return 0\n"
          "}\n"
          "complete -o bashdefault -o default -F _dvkit dvkit\n",
          to);
}

/* --- zsh --- */

/* Inside '...' of a specification: a quote ends the string, brackets and colons have a meaning. */
static void zsh_quoted(FILE *to, const char *text)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", to);
        else if (strchr("[]:\\", *text))
            fprintf(to, "\\%c", *text);
        else
            fputc(*text, to);
}

static void zsh_option(FILE *to, const help_entry *o)
{
    fputs("            ", to);
    if (o->letter && o->arg)
        fprintf(to, "'(-%c --%s)'{-%c+,--%s=}'", o->letter, o->name, o->letter, o->name);
    else if (o->letter)
        fprintf(to, "'(-%c --%s)'{-%c,--%s}'", o->letter, o->name, o->letter, o->name);
    else
        fprintf(to, "'--%s%s", o->name, !o->arg ? "" : o->optional ? "=-" : "=");
    fputc('[', to);
    zsh_quoted(to, o->doc ? o->doc : "");
    fputc(']', to);
    if (o->arg) {
        fputs(o->optional ? "::" : ":", to);
        zsh_quoted(to, o->arg);
        fputc(':', to);
        if (help_takes(o->arg, "DIR"))
            fputs("_files -/", to);
        else if (!put_words(to, o->arg, "(", ")", "\\:"))
            fputs("_files", to);
    }
    fputs("' \\\n", to);
}

static void zsh_command(FILE *to, const command *c)
{
    const help_table t = help_collect(c->argp);
    char first[64];
    fprintf(to, "    '%s')\n        _arguments -s -S \\\n", c->name);
    for (size_t i = 0; i < t.count; i++)
        if (t.entry[i].name)
            zsh_option(to, &t.entry[i]);
    put_words(to, first_argument(c, first, sizeof first), "            '1:which:(", ")' \\\n", "\\:");
    fputs("            '*:file:_files' ;;\n", to);
}

static void zsh_described(FILE *to, const char *name, const char *summary)
{
    fprintf(to, "        '%s:", name);
    zsh_quoted(to, summary);
    fputs("'\n", to);
}

void help_zsh(FILE *to)
{
    fputs("#compdef dvkit\n"
          "# Completion of dvkit for zsh, made from the option tables by `dvkit help --format zsh`.\n"
          "_dvkit() {\n"
          "    local -a commands verbs\n"
          "    commands=(\n",
          to);
    for (size_t i = 0; commands[i]; i++)
        zsh_described(to, commands[i]->name, commands[i]->summary);
    zsh_described(to, "help", "explains a command, with an example first");
    fputs("    )\n    verbs=(\n", to);
    for (size_t i = 0; archive_verbs[i]; i++)
        zsh_described(to, archive_verbs[i]->name + strlen("archive "), archive_verbs[i]->summary);
    fputs("    )\n"
          "    local command=$words[2]\n"
          "    if [[ $command == help ]] && ((CURRENT > 2)); then\n"
          "        shift words\n"
          "        ((CURRENT--))\n"
          "        command=$words[2]\n"
          "        ((CURRENT == 3)) && [[ $command != archive ]] && return 1\n"
          "    fi\n"
          "    if ((CURRENT == 2)); then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    if [[ $command == archive ]]; then\n"
          "        if ((CURRENT == 3)); then\n"
          "            _describe verb verbs\n"
          "            return\n"
          "        fi\n"
          "        shift words\n"
          "        ((CURRENT--))\n"
          "        command=\"archive $words[2]\"\n"
          "    fi\n"
          "    shift words\n"
          "    ((CURRENT--))\n"
          "    case $command in\n",
          to);
    help_each(to, zsh_command);
    fputs("    esac\n}\n_dvkit \"$@\"\n", to);
}
