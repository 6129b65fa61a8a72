/* dvkit: finds the sub-command and hands over. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* A standard stream that the caller closed (`>&-`) is opened so that using it fails: else the next file that is opened
 * takes its number, and what is printed goes into that file. */
static bool hold_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

/* A pipe that is closed and a limit on the size of files are errors of a write, to be told and tidied up after. */
static void ignore_signals_of_writing(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

/* Output that did not arrive (a full disk, a closed pipe) is a failure, not a success. Results in files stay: they came
 * to their names before, whole. */
static int finish(int code, const char *name)
{
    const bool flushed = fflush(stdout) == 0;
    if ((flushed && !ferror(stdout)) || code != 0)
        return code;
    fprintf(stderr, "%s: standard output: writing failed%s%s: what was printed is cut short, result files are not\n",
            name, flushed ? "" : ": ", flushed ? "" : strerror(errno));
    return dvk_exit_code(DVK_ERR_IO);
}

int main(int argc, char **argv)
{
    if (!hold_streams())
        return dvk_exit_code(DVK_ERR_IO);
    ignore_signals_of_writing();
    if (argc < 2) {
        help_text(stderr, NULL);
        return dvk_exit_code(DVK_ERR_USAGE);
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("dvkit %s\n", DVK_VERSION);
        return finish(0, "dvkit");
    }
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return finish(help_run(argc - 1, argv + 1), "dvkit help");
    const command *c = find_command(name);
    if (!c)
        return unknown_command(name);
    char full_name[64];
    snprintf(full_name, sizeof full_name, "dvkit %s", name);
    argv[1] = full_name;
    return finish(c->run(argc - 1, argv + 1), full_name);
}
