/* dvkit devices: what can compute here. */
#include <stdio.h>

#include "command.h"

typedef struct arguments {
    bool json;
    const char *tune; /* the device, or NULL */
} arguments;

enum { ROOM = 64, KEY_JSON = 1, KEY_TUNE };

static const struct argp_option table[] = {
    {"json", KEY_JSON, 0, 0, "print the list as JSON", 0},
    {"tune", KEY_TUNE, "DEVICE", OPTION_ARG_OPTIONAL,
     "measure the ways to convolve on an OpenCL device and keep the fastest for later runs (minutes)", 0},
    {"help", 'h', 0, 0, "this text", 1},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    switch (key) {
    case KEY_JSON:
        a->json = true;
        return 0;
    case KEY_TUNE:
        a->tune = arg ? arg : "opencl";
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* A device's name comes from its driver. */
static void print_text(const char *key, const char *text)
{
    printf("    \"%s\": \"", key);
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text >= ' ')
            putchar(*text);
    printf("\",\n");
}

static void print_json(const dvk_device *list, size_t count)
{
    printf("[\n");
    for (size_t i = 0; i < count; i++) {
        const dvk_device *d = &list[i];
        printf("  {\n");
        print_text("id", d->id);
        print_text("name", d->name);
        print_text("platform", d->platform);
        print_text("version", d->version);
        print_text("note", d->note);
        printf("    \"gpu\": %s,\n    \"memory_bytes\": %zu,\n    \"compute_units\": %u,\n    \"usable\": %s\n  }%s\n",
               d->is_gpu ? "true" : "false", d->memory_bytes, d->compute_units, d->usable ? "true" : "false",
               i + 1 < count ? "," : "");
    }
    printf("]\n");
}

static void print_table(const dvk_device *list, size_t count)
{
    printf("%-12s %-6s %8s %5s  %s\n", "DEVICE", "USABLE", "MEMORY", "UNITS", "NAME");
    for (size_t i = 0; i < count; i++) {
        const dvk_device *d = &list[i];
        printf("%-12s %-6s %5.1f GB %5u  %s%s%s%s%s\n", d->id, d->usable ? "yes" : "no", 1e-9 * (double)d->memory_bytes,
               d->compute_units, d->name, d->platform[0] ? ", " : "", d->platform, d->note[0] ? ": " : "", d->note);
    }
}

static const struct argp devices_argp = {.options = table, .parser = parse};
static int run(int argc, char **argv);

const command cmd_devices = {
    .name = "devices",
    .summary = "lists what can compute here, and why something cannot",
    .example = "dvkit devices",
    .argp = &devices_argp,
    .run = run,
};

static int tune(const char *device)
{
    char text[DVK_TUNING];
    const dvk_status status = dvk_device_tune(device, text);
    if (status != DVK_OK)
        return command_fail(&cmd_devices, status);
    printf("%s\n", text);
    return 0;
}

static int run(int argc, char **argv)
{
    arguments a = {.json = false};
    dvk_device list[ROOM];
    size_t count = 0;
    const int code = command_parse(&cmd_devices, argc, argv, &a);
    if (code >= 0)
        return code;
    if (a.tune)
        return tune(a.tune);
    const dvk_status status = dvk_devices(list, ROOM, &count);
    if (status != DVK_OK)
        return command_fail(&cmd_devices, status);
    if (count > ROOM)
        count = ROOM;
    (a.json ? print_json : print_table)(list, count);
    return 0;
}
