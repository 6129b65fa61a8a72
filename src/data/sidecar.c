/* See sidecar.h. */
#include "data/sidecar.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"

/* ScanStart and FrameTimesStart come from the same clock; what differs by less is rounding. */
static const double SAME_TIME_S = 1e-3;

dvk_status dvk_beside(const char *image, const char *ending, char **out)
{
    static const char *const endings[] = {".nii.gz", ".nii", ".hdr.gz", ".img.gz", ".hdr", ".img"};
    size_t stem = strlen(image);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        const size_t length = strlen(endings[i]);
        if (stem > length && strcmp(image + stem - length, endings[i]) == 0) {
            stem -= length;
            break;
        }
    }
    DVK_TRY(dvk_alloc(stem + strlen(ending) + 1, 1, out));
    memcpy(*out, image, stem);
    memcpy(*out + stem, ending, strlen(ending));
    return DVK_OK;
}

/* --- keys, each with its type --- */

typedef struct reader {
    const char *path;
    const json_t *root;
} reader;

/* The value of a key; NULL where it is not there, null, or BIDS's "n/a". */
static const json_t *value_of(const reader *r, const char *key)
{
    const json_t *value = json_object_get(r->root, key);
    const bool absent = json_is_null(value) || (json_is_string(value) && strcmp(json_string_value(value), "n/a") == 0);
    return absent ? NULL : value;
}

static dvk_status wrong(const reader *r, const char *key, const char *wanted)
{
    return dvk_fail(DVK_ERR_INVALID, "%s: %s is not %s", r->path, key, wanted);
}

static dvk_status read_text(const reader *r, const char *key, char *out, size_t room)
{
    const json_t *value = value_of(r, key);
    out[0] = '\0';
    if (!value)
        return DVK_OK;
    if (!json_is_string(value) || json_string_length(value) >= room)
        return wrong(r, key, "a short text");
    memcpy(out, json_string_value(value), json_string_length(value) + 1);
    return DVK_OK;
}

static dvk_status read_number(const reader *r, const char *key, double *out)
{
    const json_t *value = value_of(r, key);
    *out = NAN;
    if (!value)
        return DVK_OK;
    if (!json_is_number(value))
        return wrong(r, key, "a number");
    *out = json_number_value(value);
    return DVK_OK;
}

/* A list of numbers; a plain number is a list of one. */
static dvk_status read_numbers(const reader *r, const char *key, double out[DVK_MAX_SCANS], size_t *count)
{
    const json_t *value = value_of(r, key);
    *count = 0;
    if (!value)
        return DVK_OK;
    if (json_is_number(value)) {
        out[(*count)++] = json_number_value(value);
        return DVK_OK;
    }
    if (!json_is_array(value) || json_array_size(value) == 0)
        return wrong(r, key, "a list of numbers");
    if (json_array_size(value) > DVK_MAX_SCANS)
        return dvk_fail(DVK_ERR_INVALID, "%s: %s lists %zu frames: at most %d time points are taken", r->path, key,
                        json_array_size(value), DVK_MAX_SCANS);
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        if (!json_is_number(item))
            return wrong(r, key, "a list of numbers");
        out[(*count)++] = json_number_value(item);
    }
    return DVK_OK;
}

static dvk_status read_decay(const reader *r, dvk_sidecar *s)
{
    const json_t *corrected = value_of(r, "ImageDecayCorrected");
    if (corrected && !json_is_boolean(corrected))
        return wrong(r, "ImageDecayCorrected", "true or false");
    if (corrected)
        s->decay_corrected = json_is_true(corrected) ? DVK_CORRECTED_YES : DVK_CORRECTED_NO;
    return read_number(r, "ImageDecayCorrectionTime", &s->decay_correction_time_s);
}

static dvk_status read_injected(const reader *r, dvk_sidecar *s)
{
    static const struct {
        const char *name;
        double MBq;
    } units[] = {{"Bq", 1e-6}, {"kBq", 1e-3}, {"MBq", 1}, {"GBq", 1e3}};
    char unit[32];
    double amount = 0;
    s->injected_MBq = NAN;
    DVK_TRY(read_number(r, "InjectedRadioactivity", &amount));
    DVK_TRY(read_text(r, "InjectedRadioactivityUnits", unit, sizeof unit));
    if (isnan(amount))
        return DVK_OK;
    if (amount <= 0)
        return wrong(r, "InjectedRadioactivity", "above zero");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(unit, units[i].name) == 0)
            s->injected_MBq = amount * units[i].MBq;
    if (isnan(s->injected_MBq))
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: InjectedRadioactivityUnits is '%s', not Bq, kBq, MBq or GBq: correct it, or give "
                        "--injected",
                        r->path, unit);
    return DVK_OK;
}

static dvk_status read_facts(const reader *r, dvk_sidecar *s)
{
    char clock[32]; /* TimeZero is a time of day; only its type matters here, as all else counts from it */
    DVK_TRY(read_text(r, "TimeZero", clock, sizeof clock));
    DVK_TRY(read_text(r, "Units", s->units, sizeof s->units));
    DVK_TRY(read_text(r, "TracerRadionuclide", s->nuclide, sizeof s->nuclide));
    DVK_TRY(read_number(r, "InjectionStart", &s->injection_start_s));
    DVK_TRY(read_number(r, "ScanStart", &s->scan_start_s));
    DVK_TRY(read_numbers(r, "FrameTimesStart", s->frame_times_start_s, &s->frame_times));
    DVK_TRY(read_numbers(r, "FrameDuration", s->frame_duration_s, &s->frame_durations));
    for (size_t i = 0; i < s->frame_durations; i++)
        if (s->frame_duration_s[i] < 0)
            return wrong(r, "FrameDuration", "zero or more seconds");
    DVK_TRY(read_decay(r, s));
    return read_injected(r, s);
}

dvk_status dvk_sidecar_read(const char *image, dvk_sidecar *out)
{
    json_t *root = NULL;
    *out = (dvk_sidecar){
        .injection_start_s = NAN, .scan_start_s = NAN, .decay_correction_time_s = NAN, .injected_MBq = NAN};
    DVK_TRY(dvk_beside(image, ".json", &out->path));
    if (access(out->path, F_OK) != 0 && errno == ENOENT)
        return DVK_OK;
    DVK_TRY(dvk_json_read(out->path, &root));
    out->present = true;
    const dvk_status status = read_facts(&(reader){out->path, root}, out);
    json_decref(root);
    return status;
}

void dvk_sidecar_clear(dvk_sidecar *s)
{
    dvk_free(s->path);
    s->path = NULL;
}

/* --- frames --- */

static dvk_status check_count(const dvk_sidecar *s, const char *key, size_t listed, size_t frames)
{
    if (listed && listed != frames)
        return dvk_fail(DVK_ERR_INVALID, "%s: %s lists %zu frames, the image has %zu", s->path, key, listed, frames);
    return DVK_OK;
}

dvk_status dvk_sidecar_frame_start(const dvk_sidecar *s, size_t frame, size_t frames, double *out_s)
{
    DVK_TRY(check_count(s, "FrameTimesStart", s->frame_times, frames));
    *out_s = s->frame_times ? s->frame_times_start_s[frame] : frames == 1 ? s->scan_start_s : NAN;
    if (*out_s < s->scan_start_s - SAME_TIME_S)
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: FrameTimesStart (%g s) lies before ScanStart (%g s), and both count from TimeZero: "
                        "correct it, or give --times",
                        s->path, *out_s, s->scan_start_s);
    return DVK_OK;
}

dvk_status dvk_sidecar_frame_duration(const dvk_sidecar *s, size_t frame, size_t frames, double *out_s)
{
    DVK_TRY(check_count(s, "FrameDuration", s->frame_durations, frames));
    *out_s = s->frame_durations ? s->frame_duration_s[frame] : NAN;
    return DVK_OK;
}

/* --- units --- */

dvk_status dvk_units_concentration(const char *units, double *to_Bq_per_mL)
{
    static const struct {
        const char *name;
        double Bq_per_mL;
    } known[] = {{"Bq/mL", 1}, {"kBq/mL", 1e3}, {"MBq/mL", 1e6}, {"Bq/ml", 1}, {"kBq/ml", 1e3}, {"MBq/ml", 1e6}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(units, known[i].name) == 0) {
            *to_Bq_per_mL = known[i].Bq_per_mL;
            return DVK_OK;
        }
    return dvk_fail(DVK_ERR_USAGE, "'%s' is not Bq/mL, kBq/mL or MBq/mL", units);
}

dvk_status dvk_units_tia(const char *units, double *to_Bq_s_per_mL)
{
    if (strcmp(units, "Bq.s/mL") == 0)
        *to_Bq_s_per_mL = 1;
    else if (strcmp(units, "MBq.h/mL") == 0)
        *to_Bq_s_per_mL = 1e6 * 3600;
    else
        return dvk_fail(DVK_ERR_USAGE, "'%s' is not Bq.s/mL or MBq.h/mL", units);
    return DVK_OK;
}
