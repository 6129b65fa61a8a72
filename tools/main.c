/* dvkit: finds the sub-command and hands over. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "help.h"

/* In the order of `dvkit help`. */
const command *const commands[] = {
    /* clang-format off */
    &cmd_dose,
    &cmd_integrate,
    &cmd_convolve,
    &cmd_kidneys,
    &cmd_course,
    &cmd_compare,
    &cmd_archive,
    &cmd_methods,
    &cmd_kernel,
    &cmd_phantom,
    &cmd_devices,
    &cmd_selftest,
    NULL,
    /* clang-format on */
};

static const command *find_command(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    fprintf(stderr, "dvkit: '%s' is not a command: see 'dvkit help'\n", name);
    return dvk_exit_code(DVK_ERR_USAGE);
}

/* Output that did not arrive (a full disk, a closed pipe) is a failure, not a success. */
static int finish(int code)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (code == 0) {
            fprintf(stderr, "dvkit: cannot write to standard output\n");
            code = dvk_exit_code(DVK_ERR_IO);
        }
    }
    return code;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        help_text(stderr, NULL);
        return dvk_exit_code(DVK_ERR_USAGE);
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("dvkit %s\n", DVK_VERSION);
        return finish(0);
    }
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return finish(help_run(argc - 1, argv + 1));
    const command *c = find_command(name);
    if (!c)
        return unknown_command(name);
    char full_name[64];
    snprintf(full_name, sizeof full_name, "dvkit %s", name);
    argv[1] = full_name;
    return finish(c->run(argc - 1, argv + 1));
}
