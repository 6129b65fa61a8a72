/* dvkit archive: finds the verb and hands over. */
#include <stdio.h>
#include <string.h>

#include "archive_commands.h"

const command *const archive_verbs[] = {&archive_plan, &archive_run, &archive_status, &archive_collect, NULL};

static const struct argp archive_argp = {
    .args_doc = "plan|run|status|collect",
    .doc = "A manifest is a table of tab-separated text, one row a case (a patient's cycle), paths relative to its "
           "folder. "
           "Lists are separated by semicolons. Columns: participant_id, session_id, scans, voi (files, or NAME=FILE), "
           "and what sidecars do not say or say wrongly: labels, labels_preset, labels_table, missing, times, units, "
           "decay_reference, frame_duration, injected, nuclide, effective_half_life, kernel, density, density_from, "
           "recovery, as the options of 'dvkit dose' take them.\n\n"
           "The results of a case lie in OUT/sub-X/ses-Y; one that failed leaves an error.json there. A run that was "
           "ended, in whatever way, is taken up by the same command.\n\n"
           "'dvkit archive VERB --help' explains each.",
};

static int run(int argc, char **argv);

const command cmd_archive = {
    .name = "archive",
    .summary = "a whole trial archive: plan its cases, run them with any number of workers, collect the cohort",
    .example = "dvkit archive plan trial -o manifest.tsv\n"
               "  dvkit archive run manifest.tsv -o results --jobs 8\n"
               "  dvkit archive collect results",
    .argp = &archive_argp,
    .run = run,
};

int archive_exit_code(size_t left, size_t failed)
{
    return left ? dvk_exit_code(DVK_ERR_RETRY) : failed ? EXIT_BATCH_FAILED : 0;
}

static int run(int argc, char **argv)
{
    char name[64];
    if (argc < 2)
        return command_usage(&cmd_archive, "plan, run, status or collect is missing: see 'dvkit help archive'");
    for (size_t i = 0; archive_verbs[i]; i++)
        if (strcmp(argv[1], archive_verbs[i]->name + strlen("archive ")) == 0) {
            snprintf(name, sizeof name, "dvkit %s", archive_verbs[i]->name);
            argv[1] = name;
            return archive_verbs[i]->run(argc - 1, argv + 1);
        }
    if (argv[1][0] == '-')
        return command_parse(&cmd_archive, argc, argv, NULL);
    return command_usage(&cmd_archive, "'%s' is not plan, run, status or collect", argv[1]);
}
