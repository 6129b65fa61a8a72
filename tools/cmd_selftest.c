/* dvkit selftest: whether a device computes rightly. */
#include <stdio.h>

#include "command.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    state->child_inputs[0] = state->input;
    return 0;
}

static void print_json(const dvk_context *c, const dvk_selftest_result *results, bool passed)
{
    printf("{\n  \"backend\": \"%s\",\n  \"passed\": %s,\n  \"checks\": [\n", dvk_context_backend(c),
           passed ? "true" : "false");
    for (size_t i = 0; i < DVK_SELFTESTS; i++)
        printf("    {\"name\": \"%s\", \"error\": %.3g, \"tolerance\": %g, \"passed\": %s}%s\n", results[i].name,
               results[i].error, results[i].tolerance, results[i].passed ? "true" : "false",
               i + 1 < DVK_SELFTESTS ? "," : "");
    printf("  ]\n}\n");
}

static void print_table(const dvk_context *c, const dvk_selftest_result *results)
{
    printf("%s: %s (%s)\n", dvk_context_backend(c), dvk_context_device(c), dvk_context_reason(c));
    for (size_t i = 0; i < DVK_SELFTESTS; i++)
        printf("%s  %-44s error %8.1e, tolerance %g\n", results[i].passed ? "PASS" : "FAIL", results[i].name,
               results[i].error, results[i].tolerance);
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0}, {0}};
static const struct argp selftest_argp = {.parser = parse, .children = children};
static int run(int argc, char **argv);

const command cmd_selftest = {
    .name = "selftest",
    .summary = "computes problems with known answers on a device; exit 1 when one is wrong",
    .example = "dvkit selftest",
    .argp = &selftest_argp,
    .run = run,
};

static int run(int argc, char **argv)
{
    /* Another device taking over would hide what is asked for. */
    common_options common = {.context.fallback = DVK_FALLBACK_NONE};
    dvk_context *context = NULL;
    dvk_selftest_result results[DVK_SELFTESTS];
    bool passed = true;
    const int code = command_parse(&cmd_selftest, argc, argv, &common);
    if (code >= 0)
        return code;
    dvk_status status = command_context(&common, &context);
    if (status == DVK_OK)
        status = dvk_selftest(context, results);
    if (status != DVK_OK) {
        dvk_context_close(context);
        return command_fail(&cmd_selftest, status);
    }
    for (size_t i = 0; i < DVK_SELFTESTS; i++)
        passed = passed && results[i].passed;
    if (common.json)
        print_json(context, results, passed);
    else if (!common.quiet || !passed)
        print_table(context, results);
    dvk_context_close(context);
    return passed ? 0 : 1;
}
