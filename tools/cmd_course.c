/* dvkit course: adds the cycles of one patient up and says what is left to the limit. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

typedef struct arguments {
    common_options common;
    dvk_course_options course;
    bool limit_bed_given;
    const char *out;
    const char *const *folders; /* in argv */
    size_t count;
} arguments;

enum { KEY_BED = 1, KEY_DOSE, KEY_TOLERANCE, KEY_GOVERNING, KEY_PREDICT, KEY_NEXT, KEY_DOSES };
enum { KEY_ALPHA_BETA = 20, KEY_REPAIR, KEY_ALPHA, KEY_EUD_A };

static const struct argp_option table[] = {
    {"output", 'o', "DIR", 0, "where to write course.json, course.tsv, report.html and provenance.json", 0},
    {"limit-bed", KEY_BED, "DOSE", 0, "limit of a kidney's summed BED (default 27Gy; none)", 1},
    {"limit-dose", KEY_DOSE, "DOSE", 0,
     "limit of its summed absorbed dose, instead of BED, or beside it where --limit-bed is given too", 1},
    {"tolerance", KEY_TOLERANCE, "DOSE", 0, "above the limit (default 2Gy)", 1},
    {"governing", KEY_GOVERNING, "max|mean|each", 0, "the kidney with the largest sum (default), their mean, each", 1},
    {"predict", KEY_PREDICT, "mean|last|activity", 0,
     "the next cycle: as the mean of the cycles (default), as the last, or by activity", 1},
    {"next-activity", KEY_NEXT, "ACTIVITY", 0, "for --predict activity (default that of the last cycle)", 1},
    {"doses", KEY_DOSES, "map|recovered", 0,
     "add up each cycle's mean dose as its map has it (default), or divided by its recovery coefficient", 1},
    {"alpha-beta", KEY_ALPHA_BETA, "DOSE", 0, "compute every BED again with it (default: as in each cycle)", 2},
    {"repair-half-time", KEY_REPAIR, "TIME", 0, "likewise, from each VOI's terms", 2},
    {"alpha", KEY_ALPHA, "PER_GY", 0, "taken, but there is no EUBED over cycles", 2},
    {"eud-a", KEY_EUD_A, "A", 0, "taken, but there is no gEUD over cycles", 2},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    dvk_course_options *o = &a->course;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        return 0;
    case ARGP_KEY_ARGS:
        a->folders = (const char *const *)(state->argv + state->next);
        a->count = (size_t)(state->argc - state->next);
        return 0;
    case 'o':
        a->out = arg;
        return 0;
    case KEY_BED:
        a->limit_bed_given = true;
        return option_positive(state, "limit-bed", arg, DVK_UNIT_GY, true, &o->limit_bed_Gy);
    case KEY_DOSE:
        return option_positive(state, "limit-dose", arg, DVK_UNIT_GY, true, &o->limit_dose_Gy);
    case KEY_TOLERANCE:
        return option_check(state, "tolerance", dvk_quantity_parse(arg, DVK_UNIT_GY, &o->tolerance_Gy));
    case KEY_GOVERNING:
        error = option_word(state, "governing", arg, (const char *const[]){"max", "mean", "each", NULL}, &word);
        o->governing = (dvk_governing)word;
        return error;
    case KEY_PREDICT:
        error = option_word(state, "predict", arg, (const char *const[]){"mean", "last", "activity", NULL}, &word);
        o->predict = (dvk_predict)word;
        return error;
    case KEY_DOSES:
        error = option_word(state, "doses", arg, (const char *const[]){"map", "recovered", NULL}, &word);
        o->doses = (dvk_course_doses)word;
        return error;
    case KEY_NEXT:
        return option_positive(state, "next-activity", arg, DVK_UNIT_MBQ, false, &o->next_activity_MBq);
    case KEY_ALPHA_BETA:
        return option_positive(state, "alpha-beta", arg, DVK_UNIT_GY, false, &o->alpha_beta_Gy);
    case KEY_REPAIR:
        return option_positive(state, "repair-half-time", arg, DVK_UNIT_HOURS, false, &o->repair_half_time_h);
    case KEY_ALPHA:
        return option_positive(state, "alpha", arg, DVK_UNIT_PER_GY, true, &o->alpha_per_Gy);
    case KEY_EUD_A:
        return strcmp(arg, "none") ? option_check(state, "eud-a", dvk_quantity_parse(arg, DVK_UNIT_NONE, &o->eud_a))
                                   : 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0}, {0}};
static const struct argp course_argp = {table, parse, "DIR... -o DIR", 0, children, 0, 0};
static int run(int argc, char **argv);

const command cmd_course = {
    .name = "course",
    .summary = "adds the cycles of one patient up: dose and BED per kidney, what remains to the limit",
    .example = "dvkit course sub-01/ses-1 sub-01/ses-2 sub-01/ses-3 -o sub-01/course",
    .argp = &course_argp,
    .run = run,
};

static dvk_status add_up(const arguments *a)
{
    dvk_course *c = NULL;
    char *text = NULL;
    dvk_status status = dvk_course_read(a->folders, a->count, &c);
    if (status == DVK_OK)
        status = dvk_course_compute(c, &a->course);
    if (status == DVK_OK && a->out && !a->common.dry_run)
        status = dvk_course_write(c, a->out, a->common.force);
    if (status == DVK_OK)
        status = a->common.json ? dvk_course_json(c, &text) : dvk_course_text(c, &text);
    for (size_t i = 0; status == DVK_OK && i < c->warning_count; i++)
        fprintf(stderr, "dvkit course: warning: %s\n", c->warnings[i]);
    if (status == DVK_OK && !a->common.quiet)
        fputs(text, stdout);
    dvk_course_text_free(text);
    dvk_course_free(c);
    return status;
}

static int run(int argc, char **argv)
{
    arguments a = {.course = dvk_course_options_default()};
    const int code = command_parse(&cmd_course, argc, argv, &a);
    if (code >= 0)
        return code;
    if (a.count == 0 || !(a.out || a.common.json || a.common.dry_run))
        return command_usage(&cmd_course, "the cycles' folders and -o DIR are needed: see 'dvkit help course'");
    if (!a.limit_bed_given && !isnan(a.course.limit_dose_Gy))
        a.course.limit_bed_Gy = NAN;
    const dvk_status status = add_up(&a);
    return status == DVK_OK ? 0 : command_fail(&cmd_course, status);
}
