/* Names of models and rules as on the command line, and the defaults. */
#include <stdlib.h>
#include <string.h>

#include "dvk/quantity.h"
#include "dvk/timefit.h"

#include "base/fail.h"

static const char *const model_names[DVK_MODEL_COUNT] = {
    "auto",       "trapezoid", "mono",  "uptake-clearance", "uptake-clearance2", "biexp", "triexp", "physical",
    "haenscheid", "madsen",    "shape",
};
static const char *const start_names[] = {"constant", "linear", "back-extrapolate"};
static const char *const tail_names[] = {"last2", "physical", "fit"};
static const char *const weighting_names[] = {"unit", "relative", "poisson"};

dvk_integration dvk_integration_default(void)
{
    return (dvk_integration){.model = DVK_MODEL_AUTO, .seed = 1};
}

const char *dvk_model_name(dvk_model model)
{
    return model_names[model];
}

const char *dvk_start_name(dvk_start start)
{
    return start_names[start];
}

const char *dvk_tail_name(dvk_tail tail)
{
    return tail_names[tail];
}

const char *dvk_weighting_name(dvk_weighting weighting)
{
    return weighting_names[weighting];
}

static dvk_status parse_with_argument(dvk_integration *into, const char *text, dvk_shape **shape)
{
    static const char madsen[] = "madsen:", file[] = "shape:";
    if (strncmp(text, madsen, sizeof madsen - 1) == 0) {
        double half_life = 0;
        DVK_TRY(dvk_quantity_parse(text + sizeof madsen - 1, DVK_UNIT_HOURS, &half_life));
        if (!(half_life > 0))
            return dvk_fail(DVK_ERR_USAGE, "'%s': the half-life must be above 0", text);
        into->model = DVK_MODEL_MADSEN;
        into->madsen_half_life_h = half_life;
        return DVK_OK;
    }
    if (strncmp(text, file, sizeof file - 1) == 0) {
        DVK_TRY(dvk_shape_read(text + sizeof file - 1, shape));
        into->model = DVK_MODEL_SHAPE;
        into->shape = *shape;
        return DVK_OK;
    }
    return dvk_fail(DVK_ERR_USAGE,
                    "'%s' is not a model: auto, trapezoid, mono, uptake-clearance, uptake-clearance2, biexp, triexp, "
                    "physical, haenscheid, madsen:HALF-LIFE or shape:FILE",
                    text);
}

dvk_status dvk_integration_parse_model(dvk_integration *into, const char *text, dvk_shape **shape)
{
    *shape = NULL;
    for (int m = DVK_MODEL_AUTO; m < DVK_MODEL_MADSEN; m++)
        if (strcmp(text, model_names[m]) == 0) {
            into->model = (dvk_model)m;
            return DVK_OK;
        }
    return parse_with_argument(into, text, shape);
}
