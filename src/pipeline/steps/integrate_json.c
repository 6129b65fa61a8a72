/* Method, sources and the status map's legend as JSON. */
#include "pipeline/steps/integrate_json.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "data/json.h"

json_t *dvk_integration_json(const dvk_integration *how)
{
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s}", "model", dvk_model_name(how->model), "start",
                          dvk_start_name(how->start), "tail", dvk_tail_name(how->tail), "weighting",
                          dvk_weighting_name(how->weighting), "scope", how->scope == DVK_SCOPE_VOI ? "voi" : "voxel");
    if (how->model == DVK_MODEL_MADSEN)
        dvk_json_put(j, "population_half_life_h", dvk_json_number(how->madsen_half_life_h));
    if (how->noise_Bq_mL > 0)
        dvk_json_put(j, "noise_Bq_mL", dvk_json_number(how->noise_Bq_mL));
    if (how->bootstrap > 0) {
        dvk_json_put(j, "bootstrap", json_integer((json_int_t)how->bootstrap));
        dvk_json_put(j, "seed", json_integer((json_int_t)how->seed));
    }
    return j;
}

static bool same_file(const dvk_series *s, size_t scan)
{
    return scan > 0 && strcmp(dvk_series_path(s, scan), dvk_series_path(s, scan - 1)) == 0;
}

json_t *dvk_series_sources_json(const dvk_series *s)
{
    json_t *array = json_array();
    for (size_t i = 0; s && i < dvk_series_scans(s); i++)
        if (!same_file(s, i))
            dvk_json_add(array, dvk_json_string(dvk_series_path(s, i)));
    return array;
}

json_t *dvk_series_inputs_json(const dvk_series *s)
{
    json_t *array = json_array();
    for (size_t i = 0; s && i < dvk_series_scans(s); i++)
        if (!same_file(s, i))
            dvk_json_add(array, dvk_json_input("scan", dvk_series_path(s, i), dvk_series_sha256(s, i)));
    return array;
}

void dvk_status_legend(json_t *sidecar)
{
    json_t *models = json_object();
    for (int m = 1; m < DVK_MODEL_COUNT; m++) {
        char key[8];
        snprintf(key, sizeof key, "%d", m);
        dvk_json_put(models, key, dvk_json_string(dvk_model_name((dvk_model)m)));
    }
    dvk_json_put(sidecar, "LowFourBits", models);
    dvk_json_put(sidecar, "HighFourBits",
                 json_pack("{s:s, s:s, s:s, s:s}", "16",
                           "the rule asked for had no answer here, the stated one took over", "32",
                           "a rate was set to a bound", "64", "tail above 20 % of the TIA", "128",
                           "a sample was negative or not finite"));
}
